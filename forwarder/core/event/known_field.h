// SPDX-License-Identifier: Apache-2.0
// The members of a row that mean something to this program. All others are passed on as they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nsf {

enum class KnownField : std::uint8_t {
  kNone,
  kId,
  kTimestamp,
  kInsertion,
  kType,
  kEvent,
  kUser,
  kNormalizedUser,
  kOrganizationUnit,
  kSourceIp,
  kCount,
  kSeverity,
  kSupportingData,
};
inline constexpr std::size_t kKnownFields =
    static_cast<std::size_t>(KnownField::kSupportingData) + 1;

// By size first: this runs for every member of every row.
constexpr KnownField FindKnownField(std::string_view name) {
  const auto if_equal = [name](std::string_view known, KnownField field) {
    return name == known ? field : KnownField::kNone;
  };
  switch (name.size()) {
    case 3:
      return if_equal("_id", KnownField::kId);
    case 4:
      return name == "type" ? KnownField::kType : if_equal("user", KnownField::kUser);
    case 5:
      return name == "count" ? KnownField::kCount : if_equal("srcip", KnownField::kSourceIp);
    case 9:
      return if_equal("timestamp", KnownField::kTimestamp);
    case 13:
      return if_equal("ur_normalized", KnownField::kNormalizedUser);
    case 14:
      return if_equal("severity_level", KnownField::kSeverity);
    case 15:
      return name == "audit_log_event" ? KnownField::kEvent
                                       : if_equal("supporting_data", KnownField::kSupportingData);
    case 17:
      return if_equal("organization_unit", KnownField::kOrganizationUnit);
    case 26:
      return if_equal("_insertion_epoch_timestamp", KnownField::kInsertion);
    default:
      return KnownField::kNone;
  }
}

// Where in a row the members stand that mean something; of several with one name the last.
class KnownMembers {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kFewMembers = 64;  // a bit for each

  // KnownField::kNone may be noted, and means nothing.
  void Note(KnownField field, std::size_t index) {
    std::uint32_t& at = at_[static_cast<std::size_t>(field)];
    if (field != KnownField::kNone) {
      has_repeats_ = has_repeats_ || at != kNone;
      if (index < kFewMembers) few_ |= std::uint64_t{1} << index;
    }
    at = static_cast<std::uint32_t>(index);
  }
  // kNone: there is no such member.
  std::size_t IndexOf(KnownField field) const { return at_[static_cast<std::size_t>(field)]; }
  // Those among the first kFewMembers, a bit for each by its index; of a name that occurs twice
  // both.
  std::uint64_t few() const { return few_; }
  // Some name that means something occurs twice.
  bool has_repeats() const { return has_repeats_; }

 private:
  static constexpr std::array<std::uint32_t, kKnownFields> Nowhere() {
    std::array<std::uint32_t, kKnownFields> at{};
    for (std::uint32_t& index : at) index = kNone;
    return at;
  }
  std::array<std::uint32_t, kKnownFields> at_ = Nowhere();
  std::uint64_t few_ = 0;
  bool has_repeats_ = false;
};

}  // namespace nsf
