// SPDX-License-Identifier: Apache-2.0
// Where secrets come from: a file that is followed by name, or the configuration itself.
#pragma once

#include <string>

#include "ports/secret_source.h"

namespace nsf {

// A file, opened anew by name at each Read(), so that a rotated token (also one that a link is
// switched to, as Kubernetes does) is followed. A regular file of at most 64 KiB, so that Read()
// cannot hang.
class FileSecret : public SecretSource {
 public:
  explicit FileSecret(std::string path) : path_(std::move(path)) {}

  Result<Secret> Read() const override;
  std::string Reference() const override { return "file " + path_; }

 private:
  std::string path_;
};

// A secret that stands in the configuration. `reference` says where, for people.
class FixedSecret : public SecretSource {
 public:
  FixedSecret(const Secret& secret, std::string reference);

  Result<Secret> Read() const override;
  std::string Reference() const override { return reference_; }

 private:
  Secret secret_;
  std::string reference_;
};

}  // namespace nsf
