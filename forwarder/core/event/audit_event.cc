// SPDX-License-Identifier: Apache-2.0
// Row → normalized event.
#include "core/event/audit_event.h"

#include <charconv>

#include "core/event/known_field.h"
#include "core/event/severity.h"
#include "core/event/text.h"

namespace nsf {
namespace {

// Above this a number of seconds would be past the year 5138: it is milliseconds, or finer.
constexpr std::int64_t kMaxSeconds = 100'000'000'000;

bool IsScalarText(const Field& field) {
  return field.type == FieldType::kString || field.type == FieldType::kNumber;
}

std::string_view ReadText(const Field& field) {
  return IsScalarText(field) ? field.text : std::string_view();
}

// A text whose place-holders ("null", "unknown", …) mean that there is none.
std::string_view ReadName(const Field& field) {
  const std::string_view text = ReadText(field);
  return IsAbsentText(text) ? std::string_view() : text;
}

// Of a number that is no integer, or stands between spaces.
std::optional<std::int64_t> ReadWholeNumber(std::string_view text) {
  text = TrimSpaces(text);
  if (const auto value = ReadInteger(text)) return value;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value > 0 && value < 1e18)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

// Epoch seconds; a fraction is cut. 0 is what the tenant writes where there is no time.
std::optional<WallSeconds> ReadTime(const Field& field) {
  const std::string_view text = ReadText(field);
  auto value = ReadInteger(text);
  if (!value) value = ReadWholeNumber(text);
  if (!value || *value <= 0) return std::nullopt;
  while (*value > kMaxSeconds) *value /= 1000;
  return WallSeconds(std::chrono::seconds(*value));
}

void TakeTimestamp(const Field& field, AuditEvent* event) {
  event->timestamp_text = ReadText(field);
  const auto seconds = ReadInteger(event->timestamp_text);
  event->timestamp_is_exact = seconds && *seconds > 0 && *seconds <= kMaxSeconds;
  event->timestamp =
      event->timestamp_is_exact ? WallSeconds(std::chrono::seconds(*seconds)) : ReadTime(field);
}

}  // namespace

AuditEvent Normalize(const Row& row) {
  AuditEvent event;
  event.row = &row;
  const auto find = [&row](KnownField known) { return row.Find(known); };
  if (const Field* id = find(KnownField::kId)) event.id = ReadText(*id);
  if (const Field* time = find(KnownField::kTimestamp)) TakeTimestamp(*time, &event);
  if (const Field* time = find(KnownField::kInsertion)) event.insertion = ReadTime(*time);
  if (const Field* type = find(KnownField::kType)) event.type = ReadName(*type);
  if (const Field* text = find(KnownField::kEvent)) event.event_text = ReadText(*text);
  if (const Field* user = find(KnownField::kUser)) event.user = ReadName(*user);
  if (const Field* user = find(KnownField::kNormalizedUser))
    event.normalized_user = ReadName(*user);
  if (const Field* unit = find(KnownField::kOrganizationUnit)) {
    event.organization_unit = ReadName(*unit);
  }
  if (const Field* address = find(KnownField::kSourceIp);
      address && IsIpAddress(ReadText(*address))) {
    event.source_ip = address->text;
  }
  if (const Field* count = find(KnownField::kCount)) event.count = ReadInteger(ReadText(*count));
  if (const Field* severity = find(KnownField::kSeverity)) {
    event.severity = ReadSeverity(ReadText(*severity));
    event.severity_number = ReadInteger(ReadText(*severity));
  }
  event.supporting = ReadSupportingData(row);
  return event;
}

}  // namespace nsf
