// SPDX-License-Identifier: Apache-2.0
// The cursor as text: people read it in `state show` and in a pinch with sqlite3.
#include "core/state/cursor.h"

#include <array>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 8> kNames = {
    "first_start", "open", "closing_end", "skip", "span", "delivered_until", "next_chunk",
    "most_rows"};
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
      static_cast<std::int64_t>(cursor.most_rows)};
  return EncodeStateText(kForm, values);
}

Result<Cursor> DecodeCursor(std::string_view text) {
  const auto values = DecodeStateText(kForm, text);
  if (!values) return values.error();
  const auto& v = *values;
  const bool sane = v[3] >= 0 && v[4] > 0 && v[6] >= 0 && v[7] > 0 && v[2] >= v[1] &&
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
  return cursor;
}

}  // namespace nsf
