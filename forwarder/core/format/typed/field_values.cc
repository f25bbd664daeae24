// SPDX-License-Identifier: Apache-2.0
// Row → values.
#include "core/format/typed/field_values.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/event/text.h"
#include "core/format/email.h"
#include "core/format/json_text.h"
#include "core/format/line_values.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 9> kMethods = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS",
                                                      "PATCH",   "POST",   "PUT", "TRACE"};
constexpr std::int64_t kMostPort = 65'535;
constexpr std::size_t kMostSlug = 256;
// A time of this product, in seconds: see event_parts.cc.
constexpr std::int64_t kEarliest = 1'000'000'000;
constexpr std::int64_t kLatest = 10'000'000'000;

std::string_view SeverityCaption(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "Informational";
    case Severity::kLow:
      return "Low";
    case Severity::kMedium:
      return "Medium";
    case Severity::kHigh:
      return "High";
    case Severity::kUnknown:
      break;
  }
  return "Unknown";
}

std::int64_t SeverityId(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return 1;
    case Severity::kLow:
      return 2;
    case Severity::kMedium:
      return 3;
    case Severity::kHigh:
      return 4;
    case Severity::kUnknown:
      break;
  }
  return 0;
}

// The words of syslog that the sink of that name chooses.
std::string_view LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kHigh:
      return "warning";
    case Severity::kLow:
    case Severity::kInfo:
      return "info";
    case Severity::kMedium:
    case Severity::kUnknown:
      break;
  }
  return "notice";
}

// JSON has one spelling of a whole number.
bool IsCanonical(std::string_view digits) {
  if (digits.starts_with('-')) digits.remove_prefix(1);
  return digits == "0" || (!digits.empty() && digits.front() >= '1' && digits.front() <= '9');
}

}  // namespace

FieldValues::FieldValues(const AuditEvent& event, const FormatContext& context)
    : event_(event), type_(*event.by_type), context_(context), time_(ReadEventTime(event)) {
  values_.resize(type_.spec().fields.size());
  kept_.reserve(values_.size() + type_.derived().size() + type_.of_people().size());
  for (std::size_t i = 0; i < event.row->fields.size(); ++i) TakeMember(i);
  for (const EventType::DerivedUse& use : type_.derived()) TakeDerived(use);
  if (context.people == nullptr) return;
  for (const EventType::DerivedUse& use : type_.of_people()) TakeDerived(use);
}

// Of members with the same name the last one stands, whether it can be used or not.
void FieldValues::TakeMember(std::size_t index) {
  const Field& member = event_.row->fields[index];
  for (const EventType::Use& use : type_.UsesOf(member.name)) {
    FieldValue& value = values_[use.field];
    if (value.is_present && value.rank < use.rank) continue;
    FieldValue read;
    read.member = index;
    read.rank = use.rank;
    if (Read(type_.spec().fields[use.field], member, &read)) {
      value = read;
    } else if (value.is_present && value.rank == use.rank) {
      value = {};
    }
  }
}

bool FieldValues::Read(const TypedField& field, const Field& member, FieldValue* value) {
  if (member.type != FieldType::kString && member.type != FieldType::kNumber) return false;
  const std::string_view text = member.text;
  if (IsAbsentText(text)) return false;
  value->is_present = true;
  value->text = text;
  const auto number = ReadInteger(text);
  switch (field.as) {
    case ValueAs::kText:
    case ValueAs::kUser:
    case ValueAs::kHost:
    case ValueAs::kUrl:
      return true;
    case ValueAs::kMethod:
      return std::find(kMethods.begin(), kMethods.end(), text) != kMethods.end();
    case ValueAs::kEmail:
      return IsEmail(text);
    case ValueAs::kAddress:
      return IsIpAddress(text);
    case ValueAs::kPort:
      value->is_json = true;
      return number && IsCanonical(text) && *number >= 0 && *number <= kMostPort;
    case ValueAs::kInteger:
      value->is_json = true;
      return number && IsCanonical(text);
    case ValueAs::kCount:
      value->is_json = true;
      return number && IsCanonical(text) && *number > 1;
    case ValueAs::kTime:
      if (!number || *number < kEarliest || *number >= kLatest) return false;
      value->text = Number(*number * 1000);
      value->is_json = true;
      return true;
    case ValueAs::kWord:
      for (const TypedWord& word : field.words) {
        if (EqualsFolded(text, word.text)) value->word = &word;
      }
      return true;
  }
  return false;
}

void FieldValues::TakeDerived(const EventType::DerivedUse& use) {
  FieldValue& value = values_[use.use.field];
  if (value.is_present && value.rank < use.use.rank) return;
  FieldValue derived = IsOfPeople(use.derived) ? DerivePerson(use.derived) : Derive(use.derived);
  if (!derived.is_present) return;
  derived.rank = use.use.rank;
  value = derived;
}

std::string_view FieldValues::Keep(std::string text) {
  kept_.push_back(std::move(text));
  return kept_.back();
}

std::string_view FieldValues::Number(std::int64_t number) { return Keep(std::to_string(number)); }

FieldValue FieldValues::Derive(Derived derived) {
  const auto text = [](std::string_view of) {
    FieldValue value;
    value.is_present = !of.empty();
    value.text = of;
    return value;
  };
  const auto number = [this](std::int64_t of) {
    FieldValue value;
    value.is_present = value.is_json = true;
    value.text = Number(of);
    return value;
  };
  const auto rfc3339 = [&](std::int64_t seconds) {
    TextBuffer written;
    AppendRfc3339(seconds, &written);
    return text(Keep(written.str()));
  };
  const auto inserted = ReadInsertion(event_);
  switch (derived) {
    case Derived::kEventId:
      return text(context_.event_id);
    case Derived::kTenant:
      return text(context_.tenant);
    case Derived::kStream:
      return text(context_.stream);
    case Derived::kDataset:
      return text(Keep("netskope." + std::string(context_.stream)));
    case Derived::kMessage:
      return text(event_.event_text);
    case Derived::kOriginalTime:
      return text(event_.timestamp_text);
    case Derived::kTime:
      return number(time_.seconds * 1000);
    case Derived::kKnownTime:
      return time_.seconds > 0 ? number(time_.seconds * 1000) : FieldValue();
    case Derived::kRfc3339:
      return rfc3339(time_.seconds);
    case Derived::kInserted:
      return inserted ? number(*inserted * 1000) : FieldValue();
    case Derived::kInsertedRfc3339:
      return inserted ? rfc3339(*inserted) : FieldValue();
    case Derived::kSeverityId:
      return number(SeverityId(event_.severity));
    case Derived::kSeverityCaption:
      return text(SeverityCaption(event_.severity));
    case Derived::kSeverityNumber:
      return event_.severity == Severity::kUnknown ? FieldValue()
                                                   : number(SeverityId(event_.severity));
    case Derived::kLogLevel:
      return text(LevelOf(event_.severity));
    case Derived::kOutcome:
      return text(OutcomeWord(event_.classification.outcome));
    case Derived::kAction: {
      TextBuffer slug;
      AppendSlug(event_.event_text, kMostSlug, &slug);
      return text(Keep(slug.str()));
    }
    default:
      return DeriveKind(derived);
  }
}

FieldValue FieldValues::DeriveKind(Derived derived) {
  const EventTypeSpec& spec = type_.spec();
  const Classification& kind = event_.classification;
  FieldValue value;
  value.is_present = true;
  const auto number = [&](std::uint64_t of) {
    value.is_json = true;
    value.text = Number(static_cast<std::int64_t>(of));
    return value;
  };
  switch (derived) {
    case Derived::kClassUid:
      return number(spec.class_uid);
    case Derived::kCategoryUid:
      return number(spec.category_uid);
    case Derived::kActivityId:
      return number(kind.activity_id);
    case Derived::kTypeUid:
      return number(std::uint64_t{spec.class_uid} * 100 + kind.activity_id);
    case Derived::kClassName:
      value.text = spec.class_name;
      return value;
    case Derived::kCategoryName:
      value.text = spec.category_name;
      return value;
    case Derived::kActivityName:
      value.text = kind.activity_name;
      return value;
    case Derived::kTypeName:
      // The caption of 99 is fixed; the event's own word is the activity's name.
      value.text = Keep(spec.class_name + ": " +
                        (kind.activity_id == 99 ? "Other" : std::string(kind.activity_name)));
      return value;
    default:
      return {};
  }
}

// OCSF has the time's text, ids and all; the others what is derived from it.
void FieldValues::NoteDerived(bool is_ocsf, PlacedFields* placed) const {
  if (is_ocsf) {
    if (!event_.timestamp_text.empty()) placed->Add(KnownField::kTimestamp);
    return;
  }
  if (time_.is_exact) placed->Add(KnownField::kTimestamp);
  if (!event_.id.empty()) placed->Add(KnownField::kId);
  if (ReadInsertion(event_)) placed->Add(KnownField::kInsertion);
}

PlacedFields FieldValues::Placed(std::string TypedField::*path) const {
  PlacedFields placed;
  const std::vector<TypedField>& fields = type_.spec().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if ((fields[i].*path).empty() || values_[i].member == FieldValue::kNoMember) continue;
    // OCSF's word is not the tenant's.
    const bool is_translated = path == &TypedField::ocsf && values_[i].word != nullptr;
    if (!is_translated) placed.AddMember(values_[i].member);
  }
  NoteDerived(path == &TypedField::ocsf, &placed);
  return placed;
}

}  // namespace nsf
