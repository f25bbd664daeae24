// SPDX-License-Identifier: Apache-2.0
// A dialect in words and as text.
#include "core/dialect/dialect.h"

#include <array>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 7> kNames = {
    "parameter",     "window",           "order",      "page_limit",
    "migrated_from", "delivered_before", "migrated_at"};
constexpr StateForm kForm{"dialect", 1, kNames};
constexpr std::int64_t kNone = -1;
constexpr std::int64_t kLast = 2;  // of each enumeration

std::string_view NameOf(PageParameter parameter) {
  switch (parameter) {
    case PageParameter::kOffset:
      return "offset";
    case PageParameter::kSkip:
      return "skip";
    case PageParameter::kNeither:
      return "no page parameter";
  }
  return "";
}

std::string_view NameOf(WindowKind window) {
  switch (window) {
    case WindowKind::kInsertion:
      return "insertion window";
    case WindowKind::kEvent:
      return "event window";
    case WindowKind::kNone:
      return "no window";
  }
  return "";
}

std::string_view NameOf(ListOrder order) {
  switch (order) {
    case ListOrder::kOldestFirst:
      return "oldest first";
    case ListOrder::kNewestFirst:
      return "newest first";
    case ListOrder::kNeither:
      return "in no order";
  }
  return "";
}

}  // namespace

std::string Describe(const Dialect& dialect) {
  std::string text(NameOf(dialect.parameter));
  text += ", ";
  text += NameOf(dialect.window);
  if (dialect.window == WindowKind::kNone) {
    text += ", ";
    text += NameOf(dialect.order);
  }
  if (dialect.page_limit != UINT32_MAX) {
    text += ", pages of up to " + std::to_string(dialect.page_limit);
  }
  return text;
}

std::string EncodeDialect(const LearnedDialect& learned) {
  const Dialect& dialect = learned.dialect;
  const auto& migration = learned.migration;
  const std::array<std::int64_t, kNames.size()> values = {
      static_cast<std::int64_t>(dialect.parameter),
      static_cast<std::int64_t>(dialect.window),
      static_cast<std::int64_t>(dialect.order),
      dialect.page_limit,
      migration ? static_cast<std::int64_t>(migration->from) : kNone,
      migration ? migration->delivered_before.time_since_epoch().count() : kNone,
      migration ? migration->at.time_since_epoch().count() : kNone};
  return EncodeStateText(kForm, values);
}

Result<LearnedDialect> DecodeDialect(std::string_view text) {
  const auto values = DecodeStateText(kForm, text);
  if (!values) return values.error();
  const auto& v = *values;
  const auto is_choice = [](std::int64_t value) { return value >= 0 && value <= kLast; };
  const bool sane = is_choice(v[0]) && is_choice(v[1]) && is_choice(v[2]) && v[3] > 0 &&
                    v[3] <= UINT32_MAX && (v[4] == kNone || is_choice(v[4])) &&
                    AreStateTimes({v[5], v[6]}) &&
                    (v[4] != kNone || (v[5] == kNone && v[6] == kNone));
  if (!sane) return DamagedState(kForm);
  LearnedDialect learned;
  learned.dialect = {static_cast<PageParameter>(v[0]), static_cast<WindowKind>(v[1]),
                     static_cast<ListOrder>(v[2]), static_cast<std::uint32_t>(v[3])};
  if (v[4] != kNone) {
    learned.migration =
        Migration{static_cast<WindowKind>(v[4]), WallSeconds(std::chrono::seconds(v[5])),
                  WallSeconds(std::chrono::seconds(v[6]))};
  }
  return learned;
}

}  // namespace nsf
