// SPDX-License-Identifier: Apache-2.0
// Compiling a type, and what an event of it is.
#include "core/format/typed/event_type.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/event/severity.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::string_view kAudit = "audit";

struct DerivedName {
  std::string_view name;
  Derived derived;
};

constexpr std::array<DerivedName, 36> kDerived = {{
    {"@action", Derived::kAction},
    {"@activity_id", Derived::kActivityId},
    {"@activity_name", Derived::kActivityName},
    {"@actor_active", Derived::kActorActive},
    {"@actor_department", Derived::kActorDepartment},
    {"@actor_display_name", Derived::kActorDisplayName},
    {"@actor_group_names", Derived::kActorGroupNames},
    {"@actor_groups", Derived::kActorGroups},
    {"@actor_id", Derived::kActorId},
    {"@actor_identity", Derived::kActorIdentity},
    {"@actor_last_listed", Derived::kActorLastListed},
    {"@actor_location", Derived::kActorLocation},
    {"@actor_status", Derived::kActorStatus},
    {"@category_name", Derived::kCategoryName},
    {"@category_uid", Derived::kCategoryUid},
    {"@class_name", Derived::kClassName},
    {"@class_uid", Derived::kClassUid},
    {"@dataset", Derived::kDataset},
    {"@event_id", Derived::kEventId},
    {"@identity_time", Derived::kIdentityTime},
    {"@inserted", Derived::kInserted},
    {"@inserted_rfc3339", Derived::kInsertedRfc3339},
    {"@known_time", Derived::kKnownTime},
    {"@log_level", Derived::kLogLevel},
    {"@message", Derived::kMessage},
    {"@original_time", Derived::kOriginalTime},
    {"@outcome", Derived::kOutcome},
    {"@rfc3339", Derived::kRfc3339},
    {"@severity_caption", Derived::kSeverityCaption},
    {"@severity_id", Derived::kSeverityId},
    {"@severity_number", Derived::kSeverityNumber},
    {"@stream", Derived::kStream},
    {"@tenant", Derived::kTenant},
    {"@time", Derived::kTime},
    {"@type_name", Derived::kTypeName},
    {"@type_uid", Derived::kTypeUid},
}};

// The text of the first of `members` that the row has one of; of equal names the last counts.
std::string_view FirstText(const Row& row, const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    std::string_view text;
    for (const Field& field : row.fields) {
      const bool is_text = field.type == FieldType::kString || field.type == FieldType::kNumber;
      if (field.name == member) text = is_text ? TrimSpaces(field.text) : std::string_view();
    }
    if (!IsAbsentText(text)) return text;
  }
  return {};
}

struct Chosen {
  std::uint32_t id = 0;
  std::string_view caption;
};

Chosen Choose(const TypedChoice& choice, const Row& row) {
  const std::string_view text = FirstText(row, choice.from);
  if (text.empty()) return {choice.otherwise.id, choice.otherwise.caption};
  for (const TypedWord& word : choice.words) {
    if (EqualsFolded(text, word.text)) return {word.id, word.caption};
  }
  return {99, text};
}

Severity SeverityOf(const Row& row, const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    const Severity severity = ReadSeverity(FirstText(row, {member}));
    if (severity != Severity::kUnknown) return severity;
  }
  return Severity::kUnknown;
}

}  // namespace

Derived DerivedNamed(std::string_view name) {
  const auto* const found =
      std::find_if(kDerived.begin(), kDerived.end(),
                   [name](const DerivedName& derived) { return derived.name == name; });
  return found == kDerived.end() ? Derived::kNone : found->derived;
}

bool IsOfPeople(Derived derived) {
  switch (derived) {
    case Derived::kActorActive:
    case Derived::kActorDepartment:
    case Derived::kActorDisplayName:
    case Derived::kActorGroupNames:
    case Derived::kActorGroups:
    case Derived::kActorId:
    case Derived::kActorIdentity:
    case Derived::kActorLastListed:
    case Derived::kActorLocation:
    case Derived::kActorStatus:
    case Derived::kIdentityTime:
      return true;
    default:
      return false;
  }
}

EventType::EventType(EventTypeSpec spec)
    : spec_(std::move(spec)),
      ocsf_(MakeFieldTree(spec_.fields, &TypedField::ocsf, true)),
      ecs_(MakeFieldTree(spec_.fields, &TypedField::ecs, false)) {
  for (std::size_t i = 0; i < spec_.fields.size(); ++i) {
    const std::vector<std::string>& from = spec_.fields[i].from;
    if (spec_.fields[i].is_actor) actor_ = from;
    for (std::size_t rank = 0; rank < from.size(); ++rank) {
      const Use use{static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(rank)};
      if (from[rank].starts_with('@')) {
        const Derived derived = DerivedNamed(from[rank]);
        (IsOfPeople(derived) ? of_people_ : derived_).push_back({use, derived});
      } else {
        uses_[from[rank]].push_back(use);
      }
    }
  }
}

const std::vector<EventType::Use>& EventType::UsesOf(std::string_view member) const {
  static const std::vector<Use> kNone;
  const auto found = uses_.find(member);
  return found == uses_.end() ? kNone : found->second;
}

void EventType::Apply(AuditEvent* event) const {
  const Row& row = *event->row;
  event->by_type = this;
  event->event_text = FirstText(row, spec_.message);
  if (event->event_text.empty()) event->event_text = spec_.caption;
  event->severity = SeverityOf(row, spec_.severity);
  event->user = FirstText(row, actor_);
  const Chosen activity = Choose(spec_.activity, row);
  Classification& kind = event->classification;
  kind = {};
  kind.class_uid = spec_.class_uid;
  kind.activity_id = activity.id;
  kind.activity_name = activity.caption;
  kind.category = spec_.category;
  kind.rule_id = spec_.name.empty() ? std::string_view("none") : std::string_view(spec_.name);
  const Chosen outcome = Choose(spec_.outcome, row);
  if (outcome.id == 1) kind.outcome = EventOutcome::kSuccess;
  if (outcome.id == 2) kind.outcome = EventOutcome::kFailure;
}

EventTypes::EventTypes(std::vector<EventTypeSpec> types, EventTypeSpec other)
    : other_(std::make_unique<const EventType>(std::move(other))) {
  for (EventTypeSpec& type : types) {
    types_.push_back(std::make_unique<const EventType>(std::move(type)));
  }
}

const EventType* EventTypes::FindKnown(std::string_view name) const {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [name](const auto& type) { return type->spec().name == name; });
  return found == types_.end() ? nullptr : found->get();
}

const EventType* EventTypes::Find(std::string_view name) const {
  if (name == kAudit) return nullptr;
  const EventType* const known = FindKnown(name);
  return known != nullptr ? known : other_.get();
}

std::vector<std::string> EventTypes::names() const {
  std::vector<std::string> names;
  for (const auto& type : types_) names.push_back(type->spec().name);
  return names;
}

}  // namespace nsf
