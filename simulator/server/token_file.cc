// SPDX-License-Identifier: Apache-2.0
// Looks at the file's status at each request, and reads it when that changed.
#include "server/token_file.h"

#include <fstream>
#include <iterator>

namespace nsf_simulator {

std::optional<std::string> TokenFile::ReadIfChanged() {
  struct stat status {};
  Version now;
  if (stat(path_.c_str(), &status) == 0) {
    now = {.modified = status.st_mtim, .size = status.st_size, .inode = status.st_ino};
  }
  const bool same = seen_ && seen_->modified.tv_sec == now.modified.tv_sec &&
                    seen_->modified.tv_nsec == now.modified.tv_nsec && seen_->size == now.size &&
                    seen_->inode == now.inode;
  if (same) return std::nullopt;
  seen_ = now;
  std::ifstream file(path_, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  constexpr const char* kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return std::string();
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace nsf_simulator
