// SPDX-License-Identifier: Apache-2.0
// Pages of a walk → a picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/identity/picture.h"
#include "core/identity/scim_page.h"

namespace nsf {

class PictureBuilder {
 public:
  // Only `fields` are kept.
  explicit PictureBuilder(const IdentityFields& fields) : fields_(fields) {}

  // A user that was added before is replaced.
  void AddUser(const ScimUser& user);
  // The name that a group has now, whatever users call it.
  void AddGroup(const ScimGroup& group);

  // It needs more than a picture may.
  bool full() const { return bytes_ > Picture::kMostBytes; }

  struct Outcome {
    std::shared_ptr<const Picture> picture;
    // So many different users were listed.
    std::size_t users = 0;
  };

  // The picture; the builder is empty again. Users of `before` (may be null) that are not listed
  // any more stay for a day, so that the events of their end still tell who they were: marked, if
  // the walk was whole, else as they were. `stated`: how many users the tenant says there are.
  Outcome Finish(PictureFacts facts, std::uint64_t stated, const Picture* before);

 private:
  std::uint32_t GroupNumber(const ScimGroup& group);
  std::uint32_t StringNumber(std::string_view text);
  void Append(const std::string& record);
  void AppendUser(std::string_view folded, const Identity& identity,
                  const std::vector<std::uint32_t>& groups);
  void KeepGone(const Picture& listed, const Picture& before);

  const IdentityFields fields_;
  std::vector<std::shared_ptr<std::string>> blocks_;
  std::size_t bytes_ = 0;
  struct KnownGroup {
    std::uint32_t number;
    std::string name;
  };
  std::unordered_map<std::string, KnownGroup> groups_;  // by id
  std::unordered_map<std::string, std::uint32_t> strings_;
  std::string record_;  // kept, so that adding does not allocate
};

}  // namespace nsf
