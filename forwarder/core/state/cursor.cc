// SPDX-License-Identifier: Apache-2.0
// The cursor as text: people read it in `state show` and in a pinch with sqlite3.
#include "core/state/cursor.h"

#include <array>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 11> kNames = {
    "first_start", "open",      "closing_end",  "skip",          "span",       "delivered_until",
    "next_chunk",  "most_rows", "list_ascends", "list_descends", "list_anchor"};
constexpr StateForm kForm{"cursor", 1, kNames};
constexpr std::int64_t kNever = -1;

std::int64_t Count(WallSeconds time) { return time.time_since_epoch().count(); }
WallSeconds Time(std::int64_t seconds) { return WallSeconds(std::chrono::seconds(seconds)); }

}  // namespace

std::string EncodeCursor(const Cursor& cursor) {
  const std::array<std::int64_t, kNames.size()> values = {
      Count(cursor.first_start),
      Count(cursor.open),
      Count(cursor.closing_end),
      static_cast<std::int64_t>(cursor.skip),
      cursor.span.count(),
      cursor.delivered_until ? Count(*cursor.delivered_until) : kNever,
      static_cast<std::int64_t>(cursor.next_chunk),
      static_cast<std::int64_t>(cursor.most_rows),
      cursor.list_order.ascending ? 1 : 0,
      cursor.list_order.descending ? 1 : 0,
      static_cast<std::int64_t>(cursor.list_anchor)};
  return EncodeStateText(kForm, values);
}

Result<Cursor> DecodeCursor(std::string_view text) {
  const auto values = DecodeStateText(kForm, text);
  if (!values) return values.error();
  const auto& v = *values;
  const auto is_flag = [](std::int64_t value) { return value == 0 || value == 1; };
  const bool sane = v[3] >= 0 && v[4] > 0 && v[6] >= 0 && v[7] > 0 && v[2] >= v[1] &&
                    is_flag(v[8]) && is_flag(v[9]) && v[10] >= 0 &&
                    AreStateTimes({v[0], v[1], v[2], v[4], v[5]});
  if (!sane) return DamagedState(kForm);
  Cursor cursor;
  cursor.first_start = Time(v[0]);
  cursor.open = Time(v[1]);
  cursor.closing_end = Time(v[2]);
  cursor.skip = static_cast<std::uint64_t>(v[3]);
  cursor.span = std::chrono::seconds(v[4]);
  if (v[5] != kNever) cursor.delivered_until = Time(v[5]);
  cursor.next_chunk = static_cast<std::uint64_t>(v[6]);
  cursor.most_rows = static_cast<std::uint64_t>(v[7]);
  cursor.list_order = {v[8] == 1, v[9] == 1};
  cursor.list_anchor = static_cast<std::uint64_t>(v[10]);
  return cursor;
}

}  // namespace nsf
