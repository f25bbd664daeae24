// SPDX-License-Identifier: Apache-2.0
// The format `ecs`: Elastic Common Schema, written straight into the buffer. docs/ECS.md has the
// mapping. An index refuses a whole event whose field has changed its type, so everything under
// `netskope.` has one type for good, whatever the tenant sends.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/event/api_call.h"
#include "core/event/known_field.h"
#include "core/event/text.h"
#include "core/format/ecs_field.h"
#include "core/format/event_parts.h"
#include "core/format/format.h"
#include "core/format/identity_json.h"
#include "core/format/json_pieces.h"
#include "core/format/json_text.h"
#include "core/format/left_members.h"

namespace nsf {
namespace {

constexpr std::size_t kMaxSlug = 256;
constexpr std::string_view kPersonnel = "is_netskope_personnel";
constexpr std::uint32_t kGroupType = 3;  // of a managed entity in OCSF

std::string_view ChangeText(bool is_creation, bool is_deletion) {
  if (is_creation) return R"("category":["iam"],"type":["user","creation"])";
  if (is_deletion) return R"("category":["iam"],"type":["user","deletion"])";
  return R"("category":["iam"],"type":["user","change"])";
}

std::string_view GroupText(bool is_creation, bool is_deletion) {
  if (is_creation) return R"("category":["iam"],"type":["group","creation"])";
  if (is_deletion) return R"("category":["iam"],"type":["group","deletion"])";
  return R"("category":["iam"],"type":["group","change"])";
}

// OCSF's activities of a managed entity.
std::string_view EntityText(const Classification& kind) {
  constexpr std::uint32_t kRead = 2;
  constexpr std::uint32_t kUserType = 2;
  const std::uint32_t activity = kind.activity_id;
  if (activity != kRead && kind.object_type_id == kUserType) {
    return ChangeText(activity == 1, activity == 4);
  }
  if (activity != kRead && kind.object_type_id == kGroupType) {
    return GroupText(activity == 1, activity == 4);
  }
  switch (activity) {
    case 1:
      return R"("category":["configuration"],"type":["creation"])";
    case kRead:
      return R"("category":["configuration"],"type":["access"])";
    case 4:
      return R"("category":["configuration"],"type":["deletion"])";
    default:
      return R"("category":["configuration"],"type":["change"])";
  }
}

std::string_view ApiText(std::uint32_t activity) {
  switch (activity) {
    case 1:
      return R"("category":["api"],"type":["creation"])";
    case 2:
      return R"("category":["api"],"type":["access"])";
    case 3:
      return R"("category":["api"],"type":["change"])";
    case 4:
      return R"("category":["api"],"type":["deletion"])";
    default:
      return R"("category":["api"],"type":["info"])";
  }
}

// event.category and event.type, which must be of those that ECS expects together.
std::string_view KindText(const Classification& kind) {
  const std::uint32_t activity = kind.activity_id;
  switch (kind.class_uid) {
    case kAuthentication:
      if (activity == 1) return R"("category":["authentication"],"type":["start"])";
      if (activity == 2) return R"("category":["authentication"],"type":["end"])";
      return R"("category":["authentication"],"type":["info"])";
    case kAccountChange:
      return ChangeText(activity == 1, activity == 6);
    case kUserAccess:
      return ChangeText(false, false);
    case kGroupManagement:
      return GroupText(activity == 6, activity == 5);
    case kEntityManagement:
      return EntityText(kind);
    case kApiActivity:
      return ApiText(activity);
    default:
      return R"("category":["configuration"],"type":["info"])";
  }
}

std::string_view OutcomeText(EventOutcome outcome) {
  switch (outcome) {
    case EventOutcome::kSuccess:
      return R"(,"outcome":"success")";
    case EventOutcome::kFailure:
      return R"(,"outcome":"failure")";
    case EventOutcome::kUnknown:
      break;
  }
  return R"(,"outcome":"unknown")";
}

// Syslog's words, as the sink of that name chooses them.
std::string_view LevelText(Severity severity) {
  switch (severity) {
    case Severity::kHigh:
      return R"(},"log":{"level":"warning"})";
    case Severity::kLow:
    case Severity::kInfo:
      return R"(},"log":{"level":"info"})";
    case Severity::kMedium:
    case Severity::kUnknown:
      break;
  }
  return R"(},"log":{"level":"notice"})";
}

// The tenant's own number for a severity that it states as a word.
std::optional<std::int64_t> NumberOf(Severity severity) {
  switch (severity) {
    case Severity::kHigh:
      return 1;
    case Severity::kMedium:
      return 2;
    case Severity::kLow:
      return 4;
    case Severity::kInfo:
      return 6;
    case Severity::kUnknown:
      break;
  }
  return std::nullopt;
}

struct UserParts {
  std::string_view email;  // empty: it is a bare name
  std::string_view name;
  std::string_view domain;
};

UserParts SplitUser(std::string_view user) {
  const std::size_t at = user.find('@');
  if (at == 0 || at >= user.size() - 1) return {{}, user, {}};  // npos is beyond, too
  return {user, user.substr(0, at), user.substr(at + 1)};
}

// Whether the JSON text of `supporting_data` is {"data_type":"…","data_values":["…",…]} without
// spaces, each text as it stands: as most are.
bool IsCompact(const Row& row, const SupportingData& supporting) {
  std::string_view rest = supporting.json;
  const auto take = [&rest](std::string_view text) {
    if (!rest.starts_with(text)) return false;
    rest.remove_prefix(text.size());
    return true;
  };
  const auto take_plain = [&](std::string_view text) {
    if (text.data() != rest.data() || !row.IsPlain(text)) return false;
    rest.remove_prefix(text.size());
    return true;
  };
  if (supporting.value_count == SupportingData::kMaxValues) return false;
  if (!take(R"({"data_type":")") || !take_plain(supporting.data_type)) return false;
  if (!take(R"(","data_values":[")")) return false;
  for (std::size_t i = 0; i < supporting.value_count; ++i) {
    if (i > 0 && !take(R"(",")")) return false;
    if (!take_plain(supporting.values[i])) return false;
  }
  return supporting.value_count > 0 && rest == R"("]})";
}

// Whether `supporting_data` is no more than its two members and their scalars.
bool IsFlat(const SupportingData& supporting) {
  const std::size_t values = supporting.value_count;
  if (values == 0 || values == SupportingData::kMaxValues) return false;
  std::size_t opened = 0;
  std::size_t members = 0;
  std::size_t commas = 0;
  bool is_inside = false;  // of a string
  for (std::size_t i = 0; i < supporting.json.size(); ++i) {
    const char c = supporting.json[i];
    if (c == '"') {
      is_inside = !is_inside;
    } else if (is_inside) {
      if (c == '\\') ++i;
    } else {
      opened += c == '{' || c == '[' ? 1U : 0U;
      members += c == ':' ? 1U : 0U;
      commas += c == ',' ? 1U : 0U;
    }
  }
  const std::size_t expected = supporting.data_type.empty() ? 1 : 2;
  return opened == 2 && members == expected && commas == expected - 1 + values - 1;
}

class EcsWriter : private JsonPieces {
 public:
  EcsWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : JsonPieces(*event.row, out),
        event_(event),
        kind_(event.classification),
        context_(context) {}

  void Write();

 private:
  void PutTime(std::string_view before, std::int64_t seconds) {
    Put(before);
    AppendRfc3339(seconds, &out_);
    Put("\"");
  }
  void PutComma() {
    if (!out_.ends_with('{') && !out_.ends_with('[')) Put(",");
  }
  void PutKey(std::string_view name) {
    PutComma();
    Put(Quoted{name}, ":");
  }
  template <std::size_t kSize>
  void PutKey(const char (&literal)[kSize]) {
    PutComma();
    Put("\"", literal, "\":");
  }
  void WriteEvent();
  void WriteSeverity();
  void WriteUsers();
  void PutUser(std::string_view name, const std::optional<KnownPerson>& person);
  void WriteSource();
  void WriteHttp();
  void WriteRelated();
  void WriteOwn();
  void WriteLeft();
  bool CanBeField(const Field& field, KnownField known) const;
  void WriteLeftField(const Field& field, KnownField known);
  void WriteSupporting(const Field& field);
  void WriteForwarder();
  void WriteIdentity();

  const AuditEvent& event_;
  const Classification& kind_;
  const FormatContext& context_;
  PlacedFields placed_;
  EventTime time_;
  TextBuffer other_;  // the members that cannot be fields, as the inside of an object
};

void EcsWriter::Write() {
  time_ = ReadEventTime(event_);
  if (time_.is_exact) placed_.Add(KnownField::kTimestamp);
  PutTime(R"({"@timestamp":")", time_.seconds);
  Put(R"(,"ecs":{"version":"8.17.0"})");
  if (!event_.event_text.empty()) {
    Put(R"(,"message":)", Quoted{event_.event_text});
    placed_.Add(KnownField::kEvent);
  }
  WriteEvent();
  Put(LevelText(event_.severity), R"(,"organization":{"id":)", Quoted{context_.tenant}, "}");
  WriteUsers();
  WriteSource();
  if (kind_.class_uid == kApiActivity) WriteHttp();
  WriteRelated();
  WriteOwn();
  Put("}");
}

void EcsWriter::WriteEvent() {
  Put(R"(,"event":{"kind":"event","module":"netskope","id":)", Quoted{context_.event_id},
      R"(,"dataset":"netskope.)", Inside{context_.stream}, "\"");
  if (!event_.id.empty()) placed_.Add(KnownField::kId);
  if (!event_.type.empty()) {
    Put(R"(,"provider":)", Quoted{event_.type});
    placed_.Add(KnownField::kType);
  }
  if (!event_.event_text.empty()) {
    Put(R"(,"action":")");
    AppendSlug(event_.event_text, kMaxSlug, &out_);
    Put("\"");
  }
  Put(",", KindText(kind_), OutcomeText(kind_.outcome));
  PutTextIfAny(R"(,"reason":)", FindReason(event_));
  WriteSeverity();
  if (const auto insertion = ReadInsertion(event_)) {
    PutTime(R"(,"created":")", *insertion);
    placed_.Add(KnownField::kInsertion);
  }
}

void EcsWriter::WriteSeverity() {
  std::optional<std::int64_t> number = event_.severity_number;
  if (number) {
    placed_.Add(KnownField::kSeverity);
  } else {
    number = NumberOf(event_.severity);
  }
  if (number) Put(R"(,"severity":)", *number);
}

void EcsWriter::PutUser(std::string_view name, const std::optional<KnownPerson>& person) {
  const UserParts parts = SplitUser(name);
  Put(R"("name":)", Quoted{parts.name});
  if (person && person->found()) {
    PutTextIfAny(R"(,"id":)", person->identity.id);
    PutTextIfAny(R"(,"full_name":)", person->identity.display_name);
  }
  if (parts.email.empty()) return;
  Put(R"(,"domain":)", Quoted{parts.domain}, R"(,"email":)", Quoted{parts.email});
}

void EcsWriter::WriteUsers() {
  const std::string_view actor = ActorName(event_);
  const std::string_view subject = SubjectName(event_);
  static const Enrichment kNobody{};
  const Enrichment& people = context_.people == nullptr ? kNobody : *context_.people;
  if (!actor.empty() || !subject.empty()) {
    Put(R"(,"user":{)");
    if (!actor.empty()) {
      PutUser(actor, people.actor);
      placed_.Add(event_.user.empty() ? KnownField::kNormalizedUser : KnownField::kUser);
      if (event_.normalized_user == actor) placed_.Add(KnownField::kNormalizedUser);
    }
    if (!subject.empty()) {
      PutComma();
      Put(R"("target":{)");
      PutUser(subject, people.subject);
      Put("}");
    }
    Put("}");
  }
  const bool is_group = kind_.class_uid == kGroupManagement || kind_.object_type_id == kGroupType;
  if (is_group && !ObjectName(event_).empty()) {
    Put(R"(,"group":{"name":)", Quoted{ObjectName(event_)}, "}");
  }
}

void EcsWriter::WriteSource() {
  if (event_.source_ip.empty()) return;
  Put(R"(,"source":{"ip":)", Quoted{event_.source_ip}, "}");
  placed_.Add(KnownField::kSourceIp);
}

void EcsWriter::WriteHttp() {
  const ApiCall call = ReadApiCall(event_.supporting);
  const bool has_request = !call.method.empty() || !call.trace.empty();
  if (has_request || call.status) {
    Put(R"(,"http":{)");
    if (has_request) {
      Put(R"("request":{)");
      PutTextIfAny(R"("method":)", call.method);
      if (!call.trace.empty()) PutComma();
      PutTextIfAny(R"("id":)", call.trace);
      Put("}");
    }
    if (call.status) {
      PutComma();
      Put(R"("response":{"status_code":)", *call.status, "}");
    }
    Put("}");
  }
  if (!call.path.empty()) {
    Put(R"(,"url":{"path":)", Quoted{call.path});
    PutTextIfAny(R"(,"query":)", call.query);
    Put("}");
  }
}

// Everything to search by, each once.
void EcsWriter::WriteRelated() {
  const UserParts actor = SplitUser(ActorName(event_));
  const UserParts subject = SplitUser(SubjectName(event_));
  const std::array<std::string_view, 4> names = {actor.email, actor.name, subject.email,
                                                 subject.name};
  const bool has_user = !actor.name.empty() || !subject.name.empty();
  if (!has_user && event_.source_ip.empty()) return;
  Put(R"(,"related":{)");
  if (has_user) {
    Put(R"("user":[)");
    for (auto name = names.begin(); name != names.end(); ++name) {
      if (name->empty() || std::find(names.begin(), name, *name) != name) continue;
      PutComma();
      Put(Quoted{*name});
    }
    Put("]");
  }
  if (!event_.source_ip.empty()) {
    PutComma();
    Put(R"("ip":[)", Quoted{event_.source_ip}, "]");
  }
  Put("}");
}

void EcsWriter::WriteOwn() {
  Put(R"(,"netskope":{)");
  WriteLeft();
  const std::string_view raw = event_.row->raw;
  if (!raw.starts_with('{')) {
    PutKey("row");
    PutNested(raw);
  }
  if (other_.size() > 0) {
    PutKey("other");
    Put("\"{");
    AppendJsonInside(other_.view(), &out_);
    out_.NoteAsIn(other_);
    Put("}\"");
  }
  WriteIdentity();
  WriteForwarder();
  Put("}");
}

void EcsWriter::WriteLeft() {
  const std::size_t begin = out_.size();
  LeftMembers left(event_, placed_);
  while (const Field* const field = left.Next()) {
    if (field->type == FieldType::kString && field->text.empty()) continue;
    const KnownField known = field->known;
    if (!CanBeField(*field, known)) {
      if (other_.size() > 0) other_ += ',';
      AppendJsonString(field->name, &other_);
      other_ += ':';
      AppendJsonValue(field->json, &other_);
      continue;
    }
    if (out_.size() == begin) Put(R"("audit":{)");
    WriteLeftField(*field, known);
  }
  if (out_.size() > begin) Put("}");
}

// Whether it is of the type that a field of this name has for good.
bool EcsWriter::CanBeField(const Field& field, KnownField known) const {
  if (known != KnownField::kNone) return known != KnownField::kCount || event_.count.has_value();
  if (field.name == kPersonnel) {
    return field.type == FieldType::kTrue || field.type == FieldType::kFalse;
  }
  return IsFieldName(field.name);
}

void EcsWriter::WriteLeftField(const Field& field, KnownField known) {
  if (known == KnownField::kSupportingData) return WriteSupporting(field);
  PutComma();
  if (known == KnownField::kCount) return Put(Quoted{field.name}, ":", *event_.count);
  if (field.name == kPersonnel) return Put(Quoted{field.name}, ":", field.json);
  switch (field.type) {
    case FieldType::kString:
      if (row_.IsPlain(field.text)) return Put(Quoted{field.name}, ":", Quoted{field.text});
      Put(Quoted{field.name}, ":");
      return PutValue(field.json);
    case FieldType::kNumber:
    case FieldType::kTrue:
    case FieldType::kFalse:
      return Put(Quoted{field.name}, R"(:")", Inside{field.json}, "\"");
    default:
      Put(Quoted{field.name}, ":");
      return PutNested(field.json);
  }
}

void EcsWriter::WriteSupporting(const Field& field) {
  const SupportingData& supporting = event_.supporting;
  PutKey(field.name);
  if (IsCompact(row_, supporting)) return Put(supporting.json);
  Put("{");
  PutTextIfAny(R"("data_type":)", supporting.data_type);
  if (supporting.value_count > 0) {
    PutComma();
    Put(R"("data_values":[)");
    for (std::size_t i = 0; i < supporting.value_count; ++i) {
      PutComma();
      Put(Quoted{supporting.values[i]});
    }
    Put("]");
  }
  if (!IsFlat(supporting)) {
    PutKey("json");
    PutNested(supporting.json.empty() ? field.json : supporting.json);
  }
  Put("}");
}

// What ECS has no place for; of when it is, and why there may be nothing.
void EcsWriter::WriteIdentity() {
  if (!HasPeople(context_.people)) return;
  PutKey("identity");
  AppendPeopleJson(*context_.people, &out_);
}

void EcsWriter::WriteForwarder() {
  PutComma();
  Put(R"("forwarder":{"category":)", Quoted{kind_.category}, R"(,"rule":)", Quoted{kind_.rule_id});
  PutTextIfAny(R"(,"object_type":)", kind_.object_type);
  PutTextIfAny(R"(,"object_name":)", ObjectName(event_));
  PutTextIfAny(R"(,"time_source":)", time_.source);
  Put("}");
}

}  // namespace

void AppendEcs(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  EcsWriter(event, context, out).Write();
}

}  // namespace nsf
