// SPDX-License-Identifier: Apache-2.0
// Places as text, and the names of indexes.
#include "core/iterator/place.h"

#include <array>
#include <charconv>

#include "core/ledger/event_id.h"
#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 8> kNames = {
    "named", "index", "begin", "begun", "mark", "delivered_until", "first_chunk", "next_chunk"};
constexpr StateForm kForm{"iterator", 1, kNames};
constexpr std::int64_t kNever = -1;
constexpr std::uint64_t kIndexBits = 48;
constexpr std::string_view kPrefix = "netskope-forwarder-";
constexpr std::size_t kDigits = kIndexBits / 4;

// Of the bits that names are made of, so that it is never negative.
std::uint64_t Cut(std::uint64_t number) { return number & ((std::uint64_t{1} << kIndexBits) - 1); }

}  // namespace

std::string EncodeIteratorPlace(const IteratorPlace& place) {
  const std::array<std::int64_t, kNames.size()> values = {
      place.is_named ? 1 : 0,
      static_cast<std::int64_t>(place.index),
      place.begin.time_since_epoch().count(),
      place.begun ? 1 : 0,
      place.mark.value_or(kNever),
      place.delivered_until ? place.delivered_until->time_since_epoch().count() : kNever,
      static_cast<std::int64_t>(place.first_chunk),
      static_cast<std::int64_t>(place.next_chunk)};
  return EncodeStateText(kForm, values);
}

Result<IteratorPlace> DecodeIteratorPlace(std::string_view text) {
  const auto values = DecodeStateText(kForm, text);
  if (!values) return values.error();
  const auto& v = *values;
  const auto is_flag = [](std::int64_t value) { return value == 0 || value == 1; };
  const bool sane = is_flag(v[0]) && v[1] >= 0 &&
                    Cut(static_cast<std::uint64_t>(v[1])) == static_cast<std::uint64_t>(v[1]) &&
                    is_flag(v[3]) && v[4] >= kNever && v[5] >= kNever && v[6] >= 0 &&
                    v[7] >= v[6] && AreStateTimes({v[2], v[4], v[5]});
  if (!sane) return DamagedState(kForm);
  IteratorPlace place;
  place.is_named = v[0] == 1;
  place.index = static_cast<std::uint64_t>(v[1]);
  place.begin = WallSeconds(std::chrono::seconds(v[2]));
  place.begun = v[3] == 1;
  if (v[4] != kNever) place.mark = v[4];
  if (v[5] != kNever) place.delivered_until = WallSeconds(std::chrono::seconds(v[5]));
  place.first_chunk = static_cast<std::uint64_t>(v[6]);
  place.next_chunk = static_cast<std::uint64_t>(v[7]);
  return place;
}

IteratorPlace FirstPlace(std::string_view configured, std::uint64_t drawn, WallSeconds begin) {
  IteratorPlace place;
  place.is_named = !configured.empty();
  place.index = Cut(place.is_named ? HashContent(configured) : drawn);
  place.begin = begin;
  return place;
}

std::string IndexName(const IteratorPlace& place, std::string_view configured) {
  if (!configured.empty()) return std::string(configured);
  char digits[kDigits];
  const auto [end, error] = std::to_chars(digits, digits + kDigits, place.index, 16);
  const std::string_view hex(digits, static_cast<std::size_t>(end - digits));
  return std::string(kPrefix).append(kDigits - hex.size(), '0').append(hex);
}

bool HasAnotherIndex(const IteratorPlace& place, std::string_view configured) {
  if (configured.empty()) return place.is_named;
  return !place.is_named || place.index != Cut(HashContent(configured));
}

}  // namespace nsf
