// SPDX-License-Identifier: Apache-2.0
// The format `ocsf`: OCSF 1.8.0, written straight into the buffer. docs/OCSF.md has the mapping.
#include <array>
#include <cstdint>

#include "core/event/api_call.h"
#include "core/event/known_field.h"
#include "core/format/email.h"
#include "core/format/event_parts.h"
#include "core/format/format.h"
#include "core/format/json_pieces.h"
#include "core/format/json_text.h"
#include "core/format/left_members.h"
#include "core/format/member_runs.h"
#include "core/format/ocsf_enrichments.h"
#include "core/format/padded_text.h"

namespace nsf {
namespace {

// What is the same for all events of a class, as JSON.
struct ClassText {
  std::uint32_t class_uid;
  PaddedText<32> name;
  PaddedText<128> members;
};

constexpr std::array<ClassText, 7> kClasses = {{
    {kBaseEvent, "Base Event",
     R"("class_uid":0,"class_name":"Base Event","category_uid":0,"category_name":"Uncategorized")"},
    {kAccountChange, "Account Change",
     R"("class_uid":3001,"class_name":"Account Change","category_uid":3,)"
     R"("category_name":"Identity & Access Management")"},
    {kAuthentication, "Authentication",
     R"("class_uid":3002,"class_name":"Authentication","category_uid":3,)"
     R"("category_name":"Identity & Access Management")"},
    {kEntityManagement, "Entity Management",
     R"("class_uid":3004,"class_name":"Entity Management","category_uid":3,)"
     R"("category_name":"Identity & Access Management")"},
    {kUserAccess, "User Access Management",
     R"("class_uid":3005,"class_name":"User Access Management","category_uid":3,)"
     R"("category_name":"Identity & Access Management")"},
    {kGroupManagement, "Group Management",
     R"("class_uid":3006,"class_name":"Group Management","category_uid":3,)"
     R"("category_name":"Identity & Access Management")"},
    {kApiActivity, "API Activity",
     R"("class_uid":6003,"class_name":"API Activity","category_uid":6,)"
     R"("category_name":"Application Activity")"},
}};

const ClassText& FindClass(std::uint32_t class_uid) {
  for (const ClassText& text : kClasses) {
    if (text.class_uid == class_uid) return text;
  }
  return kClasses[0];
}

using IdText = PaddedText<48>;

// By Severity and EventOutcome.
constexpr std::array<IdText, 5> kSeverities = {{
    {R"(,"severity_id":0,"severity":"Unknown")"},
    {R"(,"severity_id":1,"severity":"Informational")"},
    {R"(,"severity_id":2,"severity":"Low")"},
    {R"(,"severity_id":3,"severity":"Medium")"},
    {R"(,"severity_id":4,"severity":"High")"},
}};
constexpr std::array<IdText, 3> kStatuses = {{
    {R"(,"status_id":0,"status":"Unknown")"},
    {R"(,"status_id":1,"status":"Success")"},
    {R"(,"status_id":2,"status":"Failure")"},
}};

const IdText& SeverityText(Severity severity) {
  static_assert(static_cast<std::size_t>(Severity::kHigh) == kSeverities.size() - 1);
  return kSeverities[static_cast<std::size_t>(severity)];
}

const IdText& StatusText(EventOutcome outcome) {
  static_assert(static_cast<std::size_t>(EventOutcome::kFailure) == kStatuses.size() - 1);
  return kStatuses[static_cast<std::size_t>(outcome)];
}

std::string_view EntityTypeText(std::uint32_t type_id) {
  switch (type_id) {
    case 1:
      return R"("type_id":1,"type":"Device")";
    case 2:
      return R"("type_id":2,"type":"User")";
    case 3:
      return R"("type_id":3,"type":"Group")";
    case 4:
      return R"("type_id":4,"type":"Organization")";
    case 5:
      return R"("type_id":5,"type":"Policy")";
    default:
      return {};
  }
}

class OcsfWriter : private JsonPieces {
 public:
  OcsfWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : JsonPieces(*event.row, out),
        event_(event),
        kind_(event.classification),
        context_(context),
        actor_is_email_(IsEmail(ActorName(event))) {}

  void Write();

 private:
  // `before` is what stands before its name.
  template <typename Before>
  void PutUser(const Before& before, std::string_view name, const KnownPerson* person);
  void PutIdentity(const Identity& identity);
  const KnownPerson* Actor() const;
  const KnownPerson* Subject() const;
  void WriteKind();
  void WriteTime();
  void WriteMetadata();
  void WriteActor();
  void WriteSource();
  void WriteClassMembers();
  void WriteApi();
  void WriteEntity();
  void WriteGroup();
  void WriteObservables();
  void WriteUnmapped();

  const AuditEvent& event_;
  const Classification& kind_;
  const FormatContext& context_;
  const bool actor_is_email_;
  PlacedFields placed_;           // those that stand outside of `unmapped`
  std::string_view time_source_;  // set when `time` is not the event's own
};

void OcsfWriter::Write() {
  WriteKind();
  WriteTime();
  Put(SeverityText(event_.severity), StatusText(kind_.outcome));
  if (!event_.event_text.empty()) {
    Put(R"(,"message":)", Quoted{event_.event_text});
    placed_.Add(KnownField::kEvent);
  }
  if (event_.count && *event_.count > 1) {
    Put(R"(,"count":)", *event_.count);
    placed_.Add(KnownField::kCount);
  }
  WriteMetadata();
  WriteActor();
  WriteSource();
  WriteClassMembers();
  WriteObservables();
  AppendEnrichments(event_, context_.people, &out_);
  WriteUnmapped();
  Put("}");
}

void OcsfWriter::WriteKind() {
  const ClassText& text = FindClass(kind_.class_uid);
  const std::uint32_t activity_id = kind_.activity_name.empty() ? 0 : kind_.activity_id;
  const std::string_view activity =
      kind_.activity_name.empty() ? std::string_view("Unknown") : kind_.activity_name;
  // The caption of 99 is fixed; the event's own text is in activity_name.
  const std::string_view caption = activity_id == 99 ? std::string_view("Other") : activity;
  Put("{", text.members, R"(,"activity_id":)", activity_id, R"(,"activity_name":)",
      Quoted{activity}, R"(,"type_uid":)", std::int64_t{kind_.class_uid} * 100 + activity_id,
      R"(,"type_name":")", text.name, ": ", Inside{caption}, "\"");
}

void OcsfWriter::WriteTime() {
  const EventTime time = ReadEventTime(event_);
  time_source_ = time.source;
  if (time.digits.empty()) {
    Put(R"(,"time":)", time.seconds * 1000);
  } else {
    Put(R"(,"time":)", Inside{time.digits}, "000");
  }
}

void OcsfWriter::WriteMetadata() {
  Put(R"(,"metadata":{"version":"1.8.0","product":{"name":"Netskope Security Cloud",)"
      R"("vendor_name":"Netskope")");
  if (!event_.type.empty()) {
    Put(R"(,"feature":{"name":)", Quoted{event_.type}, "}");
    placed_.Add(KnownField::kType);
  }
  Put(R"(},"log_provider":"Netskope","log_name":)", Quoted{context_.stream}, R"(,"tenant_uid":)",
      Quoted{context_.tenant}, R"(,"uid":)", Quoted{context_.event_id});
  if (!event_.id.empty()) {
    Put(R"(,"original_event_uid":)", Quoted{event_.id});
    placed_.Add(KnownField::kId);
  }
  if (!event_.timestamp_text.empty()) {
    Put(R"(,"original_time":)", Quoted{event_.timestamp_text});
    placed_.Add(KnownField::kTimestamp);
  }
  PutTextIfAny(R"(,"event_code":)", event_.event_text);
  if (kind_.class_uid == kApiActivity) {
    PutTextIfAny(R"(,"correlation_uid":)", ReadApiCall(event_.supporting).trace);
  }
  // The base event knows an actor only in this profile.
  if (kind_.class_uid == kBaseEvent && !ActorName(event_).empty()) Put(R"(,"profiles":["host"])");
  Put("}");
}

const KnownPerson* OcsfWriter::Actor() const {
  return context_.people != nullptr && context_.people->actor ? &*context_.people->actor : nullptr;
}

const KnownPerson* OcsfWriter::Subject() const {
  return context_.people != nullptr && context_.people->subject ? &*context_.people->subject
                                                                : nullptr;
}

template <typename Before>
void OcsfWriter::PutUser(const Before& before, std::string_view name, const KnownPerson* person) {
  Put(before, Quoted{name});
  const bool is_email = name == ActorName(event_) ? actor_is_email_ : IsEmail(name);
  if (is_email) Put(R"(,"email_addr":)", Quoted{name});
  if (person != nullptr && person->found()) PutIdentity(person->identity);
}

void OcsfWriter::PutIdentity(const Identity& identity) {
  PutTextIfAny(R"(,"uid":)", identity.id);
  PutTextIfAny(R"(,"display_name":)", identity.display_name);
  if (!identity.groups.empty()) {
    Put(R"(,"groups":)");
    AppendGroups(identity, &out_);
  }
  if (identity.department.empty() && identity.location.empty()) return;
  Put(R"(,"ldap_person":{)");
  PutTextIfAny(R"("department":)", identity.department);
  if (!identity.department.empty() && !identity.location.empty()) Put(",");
  PutTextIfAny(R"("office_location":)", identity.location);
  Put("}");
}

void OcsfWriter::WriteActor() {
  const std::string_view name = ActorName(event_);
  if (name.empty()) {
    // API Activity cannot be without an actor.
    if (kind_.class_uid == kApiActivity) {
      Put(R"(,"actor":{"user":{"name":"Unknown","type_id":0,"type":"Unknown"}})");
    }
    return;
  }
  PutUser(R"(,"actor":{"user":{"name":)", name, Actor());
  // Administrators of the console are known by address; a bare name is that of a token.
  Put(name.find('@') != std::string_view::npos ? R"(,"type_id":2,"type":"Admin")"
                                               : R"(,"type_id":4,"type":"Service")");
  placed_.Add(event_.user.empty() ? KnownField::kNormalizedUser : KnownField::kUser);
  if (!event_.normalized_user.empty()) {
    if (event_.normalized_user != name) Put(R"(,"uid_alt":)", Quoted{event_.normalized_user});
    placed_.Add(KnownField::kNormalizedUser);
  }
  if (!event_.organization_unit.empty()) {
    Put(R"(,"org":{"name":)", Quoted{context_.tenant}, R"(,"ou_name":)",
        Quoted{event_.organization_unit}, "}");
    placed_.Add(KnownField::kOrganizationUnit);
  }
  Put("}}");
}

void OcsfWriter::WriteSource() {
  if (kind_.class_uid == kBaseEvent) return;  // it has no place for it
  if (!event_.source_ip.empty()) {
    Put(R"(,"src_endpoint":{"ip":)", Quoted{event_.source_ip}, "}");
    placed_.Add(KnownField::kSourceIp);
  } else if (kind_.class_uid == kApiActivity) {
    Put(R"(,"src_endpoint":{"name":"Unknown"})");
  }
}

void OcsfWriter::WriteClassMembers() {
  const auto put_subject = [&](std::string_view name, const KnownPerson* person) {
    PutUser(R"(,"user":{"name":)", name.empty() ? std::string_view("Unknown") : name, person);
    Put("}");
  };
  switch (kind_.class_uid) {
    case kAuthentication:
      put_subject(ActorName(event_), Actor());
      Put(R"(,"service":{"name":"Netskope Admin Console"})");
      return;
    case kAccountChange:
      put_subject(SubjectName(event_), Subject());
      return;
    case kUserAccess:
      put_subject(SubjectName(event_), Subject());
      Put(R"(,"privileges":[)", Quoted{event_.target}, "]");
      return;
    case kGroupManagement:
      return WriteGroup();
    case kEntityManagement:
      return WriteEntity();
    case kApiActivity:
      return WriteApi();
    default:
      return;
  }
}

void OcsfWriter::WriteEntity() {
  const std::string_view name = !event_.target.empty()       ? event_.target
                                : !kind_.object_type.empty() ? kind_.object_type
                                                             : event_.event_text;
  Put(R"(,"entity":{"name":)", Quoted{name}, ",");
  const std::string_view type = EntityTypeText(kind_.object_type_id);
  if (!type.empty()) {
    Put(type);
  } else {
    Put(R"("type_id":99,"type":)",
        Quoted{kind_.object_type.empty() ? std::string_view("Other") : kind_.object_type});
  }
  Put("}");
}

// The group, and whom it gained or lost where the values name someone.
void OcsfWriter::WriteGroup() {
  Put(R"(,"group":{"name":)",
      Quoted{event_.target.empty() ? std::string_view("Unknown") : event_.target}, "}");
  for (std::size_t rank = 0;; ++rank) {
    const std::string_view name = FindName(event_.supporting, rank);
    if (name.empty()) return;
    if (name == event_.target || name.find('@') == std::string_view::npos) continue;
    PutUser(R"(,"user":{"name":)", name, Subject());
    return Put("}");
  }
}

void OcsfWriter::WriteApi() {
  const ApiCall call = ReadApiCall(event_.supporting);
  if (call.path.empty()) {
    Put(R"(,"api":{"operation":)", Quoted{call.method.empty() ? event_.event_text : call.method});
  } else {
    Put(R"(,"api":{"operation":")",
        Inside{call.method.empty() ? std::string_view("UNKNOWN") : call.method}, " ",
        Inside{call.path}, "\"");
  }
  Put("}");
  if (!call.method.empty() || !call.path.empty()) {
    Put(R"(,"http_request":{)");
    PutTextIfAny(R"("http_method":)", call.method);
    if (!call.path.empty()) {
      Put(call.method.empty() ? R"("url":{"path":)" : R"(,"url":{"path":)", Quoted{call.path});
      PutTextIfAny(R"(,"query_string":)", call.query);
      Put("}");
    }
    Put("}");
  }
  if (call.status) {
    Put(R"(,"http_response":{"code":)", *call.status, R"(},"status_code":")", *call.status, "\"");
  }
}

void OcsfWriter::WriteObservables() {
  const std::string_view name = ActorName(event_);
  const bool has_address = !event_.source_ip.empty() && kind_.class_uid != kBaseEvent;
  if (name.empty() && !has_address) return;
  Put(R"(,"observables":[)");
  if (!name.empty()) {
    Put(R"({"name":"actor.user.name","type_id":4,"type":"User Name","value":)", Quoted{name}, "}");
  }
  if (actor_is_email_) {
    Put(R"(,{"name":"actor.user.email_addr","type_id":5,"type":"Email Address","value":)",
        Quoted{name}, "}");
  }
  if (has_address) {
    if (!name.empty()) Put(",");
    Put(R"({"name":"src_endpoint.ip","type_id":2,"type":"IP Address","value":)",
        Quoted{event_.source_ip}, "}");
  }
  Put("]");
}

// Everything that has no place elsewhere, under its own name, so that nothing is lost.
void OcsfWriter::WriteUnmapped() {
  const Row& row = *event_.row;
  bool has_rule = false;  // of its own: then ours gives way
  bool has_time_source = false;
  Put(R"(,"unmapped":{)");
  MemberRuns members(row, &out_);
  if (!row.raw.starts_with('{')) members.Add("row", row.raw);
  LeftMembers left(event_, placed_);
  while (const Field* const field = left.Next()) {
    if (field->type == FieldType::kString && field->name == "supporting_data" &&
        !event_.supporting.json.empty()) {
      members.Add(field->name, event_.supporting.json);
      continue;
    }
    members.Add(*field);
    has_rule = has_rule || field->name == "ocsf_rule";
    has_time_source = has_time_source || field->name == "time_source";
  }
  members.Finish();
  const auto put_own = [&](const auto& key, std::string_view text) {
    if (!out_.ends_with('{')) Put(",");
    Put(key, Quoted{text});
  };
  if (!has_rule) put_own(R"("ocsf_rule":)", kind_.rule_id);
  if (!has_time_source && !time_source_.empty()) put_own(R"("time_source":)", time_source_);
  Put("}");
}

}  // namespace

void AppendOcsf(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  OcsfWriter(event, context, out).Write();
}

}  // namespace nsf
