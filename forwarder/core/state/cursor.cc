// SPDX-License-Identifier: Apache-2.0
// The cursor as text: people read it in `state show` and in a pinch with sqlite3.
#include "core/state/cursor.h"

#include <array>
#include <charconv>

namespace nsf {
namespace {

constexpr std::string_view kVersion = "cursor/1";
constexpr std::array<std::string_view, 7> kNames = {
    "first_start", "open", "closing_end", "skip", "span", "delivered_until", "next_chunk"};
constexpr std::int64_t kNever = -1;
// Times and spans below can be added up without a look at overflow.
constexpr std::int64_t kYear10000 = 253'402'300'800;

std::int64_t Count(WallSeconds time) { return time.time_since_epoch().count(); }
WallSeconds Time(std::int64_t seconds) { return WallSeconds(std::chrono::seconds(seconds)); }
bool IsNear(std::int64_t seconds) { return seconds > -kYear10000 && seconds < kYear10000; }

// Takes "<name>=<integer>" off the front, with the space before it.
std::optional<std::int64_t> TakePair(std::string_view name, std::string_view* text) {
  if (!text->starts_with(' ')) return std::nullopt;
  text->remove_prefix(1);
  if (!text->starts_with(name)) return std::nullopt;
  text->remove_prefix(name.size());
  if (!text->starts_with('=')) return std::nullopt;
  text->remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<std::size_t>(end - text->data()));
  return value;
}

}  // namespace

std::string EncodeCursor(const Cursor& cursor) {
  const std::array<std::int64_t, kNames.size()> values = {
      Count(cursor.first_start),
      Count(cursor.open),
      Count(cursor.closing_end),
      static_cast<std::int64_t>(cursor.skip),
      cursor.span.count(),
      cursor.delivered_until ? Count(*cursor.delivered_until) : kNever,
      static_cast<std::int64_t>(cursor.next_chunk)};
  std::string text(kVersion);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    text += ' ';
    text += kNames[i];
    text += '=';
    text += std::to_string(values[i]);
  }
  return text;
}

Result<Cursor> DecodeCursor(std::string_view text) {
  const std::string_view whole = text;
  const std::string_view version = text.substr(0, text.find(' '));
  if (version.starts_with("cursor/") && version != kVersion) {
    return Error{ErrorKind::kStop,
                 "the cursor was written by a newer version; run that version again, or start with "
                 "another state.path"};
  }
  const Error damaged{ErrorKind::kStop,
                      "the cursor is damaged; restore the state from a backup, or move it away and "
                      "let the stream begin at its `start`"};
  if (version != kVersion) return damaged;
  text.remove_prefix(kVersion.size());
  std::array<std::int64_t, kNames.size()> values{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto value = TakePair(kNames[i], &text);
    if (!value) return damaged;
    values[i] = *value;
  }
  const bool sane = text.empty() && values[3] >= 0 && values[4] > 0 && values[6] >= 0 &&
                    values[2] >= values[1] && IsNear(values[0]) && IsNear(values[1]) &&
                    IsNear(values[2]) && IsNear(values[4]) && IsNear(values[5]);
  if (!sane) return damaged;
  Cursor cursor;
  cursor.first_start = Time(values[0]);
  cursor.open = Time(values[1]);
  cursor.closing_end = Time(values[2]);
  cursor.skip = static_cast<std::uint64_t>(values[3]);
  cursor.span = std::chrono::seconds(values[4]);
  if (values[5] != kNever) cursor.delivered_until = Time(values[5]);
  cursor.next_chunk = static_cast<std::uint64_t>(values[6]);
  if (EncodeCursor(cursor) != whole) return damaged;  // "007", "-0"
  return cursor;
}

}  // namespace nsf
