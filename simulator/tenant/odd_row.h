// SPDX-License-Identifier: Apache-2.0
// The kinds of rows that break clients, by name, and how often each occurs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nsf_simulator {

enum class OddRow : std::uint8_t {
  // Without an id, or without a time.
  kNoId,
  kNullId,
  kEmptyId,
  kNoTime,
  kNullTime,
  kTextTime,
  kBare,
  // Values that are none, or of another type.
  kNulls,
  kTextNulls,
  kEmptyValues,
  kAbsent,
  kTextNumbers,
  kBigIntegers,
  kFloats,
  kDuplicateKeys,
  // Shapes and sizes.
  kDeep,
  kHuge,
  // Texts.
  kInvalidUtf8,
  kNul,
  kLoneSurrogate,
  kLineBreaks,
  kBom,
  kRightToLeft,
  kEmoji,
  // Not a row at all.
  kNotObject,
  kBroken,
  kUnbalanced,
};

inline constexpr std::size_t kOddRowCount = static_cast<std::size_t>(OddRow::kUnbalanced) + 1;

// How many of a thousand rows are of each kind.
using OddShares = std::array<std::uint16_t, kOddRowCount>;

// "no-id", "invalid-utf8", "broken", …; docs/SIMULATOR.md lists them.
std::optional<OddRow> OddRowByName(std::string_view name);
std::string_view OddRowName(OddRow kind);

}  // namespace nsf_simulator
