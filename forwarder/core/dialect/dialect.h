// SPDX-License-Identifier: Apache-2.0
// What a tenant's events endpoint honours: the name that turns the page, the kind of time window,
// the order of its list, the size of its pages. The guide and the live API differ in each of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

// kNeither: the first page of a window is all that can be had of it.
enum class PageParameter : std::uint8_t { kOffset, kSkip, kNeither };

// By which of a row's times a window selects. kNone: none is honoured.
enum class WindowKind : std::uint8_t { kInsertion, kEvent, kNone };

enum class ListOrder : std::uint8_t { kOldestFirst, kNewestFirst, kNeither };

struct Dialect {
  PageParameter parameter = PageParameter::kOffset;
  WindowKind window = WindowKind::kInsertion;
  ListOrder order = ListOrder::kNeither;
  std::uint32_t page_limit = UINT32_MAX;  // larger pages are refused

  friend bool operator==(const Dialect&, const Dialect&) = default;
};

// What the configuration pins; the rest is discovered.
struct DialectPins {
  std::optional<PageParameter> parameter;
  std::optional<WindowKind> window;
  std::optional<ListOrder> order;
};

// The windows were cut by another time before. Of what was shown then, rows older than the ids that
// are kept are known by that time alone.
struct Migration {
  WindowKind from = WindowKind::kInsertion;
  WallSeconds delivered_before;  // by the old time
  WallSeconds at;                // what was inserted later is not meant

  friend bool operator==(const Migration&, const Migration&) = default;
};

// What was learned, as it is stored.
struct LearnedDialect {
  Dialect dialect;
  std::optional<Migration> migration;

  friend bool operator==(const LearnedDialect&, const LearnedDialect&) = default;
};

// For people: "offset, insertion window, pages of up to 1000".
std::string Describe(const Dialect& dialect);

// One line of text, as of a cursor.
std::string EncodeDialect(const LearnedDialect& learned);
// Fails with kStop for a newer version and for damage.
Result<LearnedDialect> DecodeDialect(std::string_view text);

}  // namespace nsf
