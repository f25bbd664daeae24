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

std::optional<std::int64_t> ReadWholeNumber(std::string_view text) {
  if (const auto value = ReadInteger(text)) return value;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value > 0 && value < 1e18)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

// Epoch seconds; a fraction is cut. 0 is what the tenant writes where there is no time.
std::optional<WallSeconds> ReadTime(const Field& field) {
  auto value = ReadWholeNumber(TrimSpaces(ReadText(field)));
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

void TakeField(KnownField known, const Field& field, AuditEvent* event) {
  switch (known) {
    case KnownField::kNone:
      return;
    case KnownField::kId:
      event->id = ReadText(field);
      return;
    case KnownField::kTimestamp:
      return TakeTimestamp(field, event);
    case KnownField::kInsertion:
      event->insertion = ReadTime(field);
      return;
    case KnownField::kType:
      event->type = ReadName(field);
      return;
    case KnownField::kEvent:
      event->event_text = ReadText(field);
      return;
    case KnownField::kUser:
      event->user = ReadName(field);
      return;
    case KnownField::kNormalizedUser:
      event->normalized_user = ReadName(field);
      return;
    case KnownField::kOrganizationUnit:
      event->organization_unit = ReadName(field);
      return;
    case KnownField::kSourceIp:
      event->source_ip = IsIpAddress(ReadText(field)) ? field.text : std::string_view();
      return;
    case KnownField::kCount:
      event->count = ReadInteger(ReadText(field));
      return;
    case KnownField::kSeverity:
      event->severity = ReadSeverity(ReadText(field));
      event->severity_number = ReadInteger(ReadText(field));
      return;
    case KnownField::kSupportingData:
      event->supporting = ReadSupportingData(*event->row, field);
      return;
  }
}

}  // namespace

AuditEvent Normalize(const Row& row) {
  AuditEvent event;
  event.row = &row;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    const KnownField known = FindKnownField(row.fields[i].name);
    if (known == KnownField::kNone) continue;
    TakeField(known, row.fields[i], &event);
    event.members.Note(known, i);
  }
  return event;
}

}  // namespace nsf
