// SPDX-License-Identifier: Apache-2.0
// The users of a tenant at one moment, found by user name. Compact: each user is one record in
// blocks of bytes, groups, departments and locations stand once, and one sorted list of positions
// is the index. The blocks are also what is kept in the state.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/identity.h"
#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

// Puts the user name as it is compared into `folded`: ASCII letters in lower case.
void FoldUserName(std::string_view name, std::string* folded);

// What stands beside the records of a picture.
struct PictureFacts {
  WallSeconds taken{};           // when its walk began
  std::chrono::seconds took{0};  // until the walk ended
  bool whole = true;             // nothing moved while it was walked
};

// Immutable.
class Picture {
 public:
  using Block = std::shared_ptr<const std::string>;

  // Of a message of a topic, and of a value in the state.
  static constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;
  // Of all blocks and the index. A walk that would need more is given up.
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;

  // Reads `blocks`, which a picture had. Fails with kStop where they are damaged.
  static Result<std::shared_ptr<const Picture>> Restore(const PictureFacts& facts,
                                                        std::vector<Block> blocks);

  // The user whose folded name is `folded`; false: there is none. What `identity` had is lost. The
  // texts are valid as long as the picture.
  bool Find(std::string_view folded, Identity* identity) const;

  // Calls `take(folded name, identity)` for each user, by name.
  template <typename Take>
  void ForEach(Take take) const {
    Identity identity;
    for (const std::uint32_t position : users_) {
      std::string_view name;
      Read(position, &name, &identity);
      take(name, identity);
    }
  }

  const PictureFacts& facts() const { return facts_; }
  std::size_t users() const { return users_.size() - gone_; }  // listed ones
  std::size_t groups() const { return groups_.size(); }
  // Of the memory it takes.
  std::size_t bytes() const;
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  friend class PictureBuilder;

  std::string_view RecordAt(std::uint32_t position) const;
  std::string_view NameAt(std::uint32_t position) const;
  void Read(std::uint32_t position, std::string_view* name, Identity* identity) const;
  bool Index();

  PictureFacts facts_;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> users_;    // positions, sorted by name, each name once
  std::vector<std::uint32_t> groups_;   // by number
  std::vector<std::uint32_t> strings_;  // by number
  std::size_t gone_ = 0;                // users that are not listed any more
};

}  // namespace nsf
