// SPDX-License-Identifier: Apache-2.0
// Walking one SCIM list by startIndex and count up to totalResults. What a server states is never
// trusted further than it costs: a list that is too large is refused, one that does not get on is
// given up, and one that moved while it was walked is known to have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nsf {

inline constexpr const char* kScimUsersPath = "/api/v2/scim/Users";
inline constexpr const char* kScimGroupsPath = "/api/v2/scim/Groups";

// Of one list. The picture is bounded by its bytes as well.
inline constexpr std::uint64_t kMostResources = 1'000'000;
inline constexpr std::uint32_t kScimCount = 1000;

class ScimWalk {
 public:
  enum class Step : std::uint8_t {
    kMore,
    kEnded,
    kTooMany,  // the list states, or shows, more than kMostResources
    kStuck,    // the page before came again: startIndex is not honoured
  };

  // From 1, as RFC 7644 counts.
  std::uint64_t start_index() const { return start_index_; }
  std::uint32_t count() const { return count_; }

  // A page of `received` resources, the first of them with this id, that states this total.
  Step Take(std::uint64_t received, std::optional<std::uint64_t> total, std::string_view first);

  // The page was too large: half as many. False: one alone is.
  bool Shrink();

  // Resources came or went while it was walked, or fewer came than were stated: some may not have
  // been shown.
  bool moved() const { return moved_; }
  std::optional<std::uint64_t> total() const { return total_; }

 private:
  std::uint64_t start_index_ = 1;
  std::uint32_t count_ = kScimCount;
  std::optional<std::uint64_t> total_;
  std::string first_;
  bool moved_ = false;
};

}  // namespace nsf
