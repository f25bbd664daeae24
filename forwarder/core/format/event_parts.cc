// SPDX-License-Identifier: Apache-2.0
// Times, names, slugs.
#include "core/format/event_parts.h"

#include <array>
#include <chrono>
#include <cstring>

#include "core/event/byte_block.h"
#include "core/event/text.h"
#include "core/format/digits.h"
#include "core/format/json_text.h"
#include "core/format/plain_text.h"

namespace nsf {
namespace {

// Seconds that are a time of this product: between 2001 and 2286, which is also what is a number of
// milliseconds with 13 digits. Anything else in a row is no event time.
std::optional<std::int64_t> Plausible(std::optional<WallSeconds> time) {
  if (!time) return std::nullopt;
  const std::int64_t seconds = time->time_since_epoch().count();
  if (seconds < 1'000'000'000 || seconds >= 10'000'000'000) return std::nullopt;
  return seconds;
}

// Whom a group gained or lost: a value with an @ that is not the group's name.
std::string_view FindMember(const AuditEvent& event) {
  for (std::size_t rank = 0;; ++rank) {
    const std::string_view name = FindName(event.supporting, rank);
    const bool is_member = name != event.target && name.find('@') != std::string_view::npos;
    if (name.empty() || is_member) return name;
  }
}

// What a slug has for an ASCII character: a letter in lower case, a digit or a hyphen.
constexpr std::array<char, 128> kSlugCharacters = [] {
  std::array<char, 128> slug{};
  for (std::size_t i = 0; i < slug.size(); ++i) {
    const char c = ToLowerAscii(static_cast<char>(i));
    const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    slug[i] = is_kept ? c : '-';
  }
  return slug;
}();

}  // namespace

EventTime ReadEventTime(const AuditEvent& event) {
  if (const auto own = Plausible(event.timestamp)) {
    constexpr std::size_t kDigits = 10;  // of a plausible time
    const bool is_exact = event.timestamp_is_exact;
    const bool is_usual = is_exact && event.timestamp_text.size() == kDigits;
    return {*own, {}, is_exact, is_usual ? event.timestamp_text : std::string_view()};
  }
  if (const auto stored = ReadInsertion(event)) return {*stored, "insertion", false, {}};
  return {0, "none", false, {}};
}

void AppendMilliseconds(const EventTime& time, TextBuffer* out) {
  if (time.digits.empty()) return AppendInteger(time.seconds * 1000, out);
  const std::size_t size = time.digits.size();
  char* const to = out->Room(size + 3);
  CopyBytes(time.digits, to);
  std::memcpy(to + size, "000", 3);
  out->Grow(size + 3);
}

std::optional<std::int64_t> ReadInsertion(const AuditEvent& event) {
  return Plausible(event.insertion);
}

std::string_view ActorName(const AuditEvent& event) {
  return event.user.empty() ? event.normalized_user : event.user;
}

std::string_view SubjectName(const AuditEvent& event) {
  switch (event.classification.class_uid) {
    case kAccountChange:
      return event.target;
    case kUserAccess:
      return FindName(event.supporting, 1);  // the first one is the privilege
    case kGroupManagement:
      return FindMember(event);
    default:
      return {};
  }
}

std::string_view ObjectName(const AuditEvent& event) {
  return event.classification.class_uid == kAccountChange ? std::string_view() : event.target;
}

std::string_view FindReason(const AuditEvent& event) {
  if (!EqualsFolded(event.supporting.data_type, "reason")) return {};
  for (std::size_t rank = 0;; ++rank) {
    const std::string_view value = FindName(event.supporting, rank);
    if (value.empty() || !IsIpAddress(value)) return value;
  }
}

void AppendRfc3339(std::int64_t seconds, TextBuffer* out) {
  const WallSeconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<unsigned>((time - day).count());
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  constexpr std::string_view kForm = "YYYY-MM-DDThh:mm:ssZ";
  char* to = out->Room(kForm.size());
  to = WriteTwoDigits(year / 100, to);
  to = WriteTwoDigits(year % 100, to);
  *to++ = '-';
  to = WriteTwoDigits(static_cast<unsigned>(date.month()), to);
  *to++ = '-';
  to = WriteTwoDigits(static_cast<unsigned>(date.day()), to);
  *to++ = 'T';
  to = WriteTwoDigits(of_day / 3600, to);
  *to++ = ':';
  to = WriteTwoDigits(of_day / 60 % 60, to);
  *to++ = ':';
  to = WriteTwoDigits(of_day % 60, to);
  *to = 'Z';
  out->Grow(kForm.size());
}

void AppendSlug(std::string_view text, std::size_t limit, TextBuffer* out) {
  text = CutText(text, limit);
  const std::size_t begin = out->size();
  char last = '-';  // of what was written; at the start none is wanted
  while (!text.empty()) {
    char* const run = out->Room(text.size());
    char* to = run;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (; at != end && static_cast<unsigned char>(*at) < kSlugCharacters.size(); ++at) {
      const char c = kSlugCharacters[static_cast<unsigned char>(*at)];
      *to = c;
      if (c != '-' || last != '-') ++to;
      last = c;
    }
    out->Grow(static_cast<std::size_t>(to - run));
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
    if (text.empty()) break;
    text.remove_prefix(AppendCharacter(text, out));
    last = '\0';
  }
  if (out->size() > begin && last == '-') out->Shrink(out->size() - 1);
  if (out->size() == begin) *out += "unknown";
}

}  // namespace nsf
