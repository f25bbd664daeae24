// SPDX-License-Identifier: Apache-2.0
// The REST token in a file that may change while the simulator runs: how a rotation is staged.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

namespace nsf_simulator {

class TokenFile {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  // The token, without the white space around it, if the file changed since the last call; empty if
  // it cannot be read, so that a file taken away closes the door.
  std::optional<std::string> ReadIfChanged();

 private:
  struct Version {
    timespec modified{};
    off_t size = -1;
    ino_t inode = 0;
  };

  std::string path_;
  std::optional<Version> seen_;
};

}  // namespace nsf_simulator
