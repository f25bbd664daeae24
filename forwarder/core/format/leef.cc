// SPDX-License-Identifier: Apache-2.0
// The format `leef`: IBM's Log Event Extended Format 2.0, written straight into the buffer.
// docs/LEEF.md has the mapping. Nothing can be escaped in LEEF: what would end a value becomes a
// space.
#include <cstdint>

#include "core/event/api_call.h"
#include "core/event/known_field.h"
#include "core/format/event_parts.h"
#include "core/format/format.h"
#include "core/format/identity_json.h"
#include "core/format/json_text.h"
#include "core/format/line_escapes.h"
#include "core/format/line_pieces.h"

namespace nsf {
namespace {

constexpr std::size_t kEventIdLimit = 255;
constexpr std::size_t kNameLimit = 255;
constexpr std::size_t kTextLimit = 1023;
constexpr std::size_t kJsonLimit = 4000;

class LeefWriter : private LinePieces<LeefWriter> {
 public:
  LeefWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : LinePieces(event, context, out) {}

  void Write();

 private:
  friend class LinePieces<LeefWriter>;

  void PutValue(std::string_view value);
  // What `append` writes is JSON: on one line, and UTF-8.
  template <typename Append>
  void PutJson(std::string_view key, const Append& append) {
    values_.AppendFit(key, append, kJsonLimit);
  }

  void WriteHeader();
  void WriteKind();
  void WriteUsers();
  void WriteIdentities(const Enrichment& people);
  void WriteSource();
  void WriteRequest();
  void WriteCustom();
  void WriteMembers();

  TextBuffer groups_;
};

void LeefWriter::Write() {
  WriteHeader();
  WriteKind();
  WriteUsers();
  WriteSource();
  if (kind_.class_uid == kApiActivity) WriteRequest();
  WriteCustom();
  WriteMembers();
  if (values_.cut() > 0) PutNumber("\tvaluesCut=", values_.cut());
}

// What is plain JSON is a plain value, too.
void LeefWriter::PutValue(std::string_view value) {
  if (texts_.Has(value)) {
    texts_.Append(value, &out_);
  } else if (event_.row->IsPlain(value)) {
    out_ += value;
  } else {
    AppendLeefValue(value, &out_);
  }
}

// A slug holds no '|'. The delimiter is named, so that a reader does not have to guess it.
void LeefWriter::WriteHeader() {
  out_ += "LEEF:2.0|";
  out_ += kDeviceFields;
  AppendSlug(event_.event_text, kEventIdLimit, &out_);
  out_ += "|x09|sev=";
  out_ += SeverityNumber(event_.severity);
  if (event_.severity != Severity::kUnknown) placed_.Add(KnownField::kSeverity);
}

void LeefWriter::WriteKind() {
  out_ += "\tcat=";
  AppendLeefValue(kind_.category, &out_);
  const std::string_view outcome = OutcomeWord(kind_.outcome);
  if (!outcome.empty()) {
    out_ += '/';
    out_ += outcome;
  }
  const EventTime time = ReadEventTime(event_);
  if (time.seconds > 0) {
    out_ += "\tdevTime=";
    AppendMilliseconds(time, &out_);
  }
  if (time.is_exact) placed_.Add(KnownField::kTimestamp);
}

void LeefWriter::WriteUsers() {
  const std::string_view actor = ActorName(event_);
  Put("\tusrName=", actor, kNameLimit);
  if (!actor.empty()) {
    placed_.Add(event_.user.empty() ? KnownField::kNormalizedUser : KnownField::kUser);
    if (event_.normalized_user == actor) placed_.Add(KnownField::kNormalizedUser);
  }
  Put("\taccountName=", SubjectName(event_), kNameLimit);
  Put("\tdomain=", context_.tenant, kNameLimit);
  if (context_.people != nullptr) WriteIdentities(*context_.people);
}

// LEEF has no place for any of it: the keys are our own.
void LeefWriter::WriteIdentities(const Enrichment& people) {
  struct Keys {
    std::string_view status, id, name, active, listed, department, location, groups;
  };
  const auto put = [this](const KnownPerson& person, const Keys& keys) {
    const Identity& identity = person.identity;
    Put(keys.status, IdentityStatusName(person.status), kNameLimit);
    Put(keys.id, identity.id, kNameLimit);
    Put(keys.name, identity.display_name, kNameLimit);
    if (identity.active) Put(keys.active, *identity.active ? "true" : "false", kNameLimit);
    if (identity.last_listed) {
      PutNumber(keys.listed, identity.last_listed->time_since_epoch().count() * 1000);
    }
    Put(keys.department, identity.department, kNameLimit);
    Put(keys.location, identity.location, kNameLimit);
    groups_.clear();
    AppendGroupNames(identity, &groups_);
    Put(keys.groups, groups_.view(), kMostIdentityText);
  };
  if (people.actor) {
    put(*people.actor, {"\tusrIdentity=", "\tusrScimId=", "\tusrDisplayName=", "\tusrActive=",
                        "\tusrLastListed=", "\tusrDepartment=", "\tusrLocation=", "\tusrGroups="});
  }
  if (people.subject) {
    put(*people.subject,
        {"\taccountIdentity=", "\taccountScimId=", "\taccountDisplayName=", "\taccountActive=",
         "\taccountLastListed=", "\taccountDepartment=", "\taccountLocation=", "\taccountGroups="});
  }
  if (!people.taken || (!people.actor && !people.subject)) return;
  PutNumber("\tidentityTime=", people.taken->time_since_epoch().count() * 1000);
}

void LeefWriter::WriteSource() {
  if (!event_.source_ip.empty()) {
    Put("\tsrc=", event_.source_ip, event_.source_ip.size());
    placed_.Add(KnownField::kSourceIp);
  }
  if (kind_.class_uid != kAuthentication) return;
  if (kind_.activity_id == 1) out_ += "\tisLoginEvent=true";
  if (kind_.activity_id == 2) out_ += "\tisLogoutEvent=true";
}

void LeefWriter::WriteRequest() {
  const ApiCall call = ReadApiCall(event_.supporting);
  Put("\turl=", RequestTarget(call), kTextLimit);
  Put("\thttpMethod=", call.method, kTextLimit);
  if (call.status) PutNumber("\thttpStatus=", *call.status);
}

void LeefWriter::WriteCustom() {
  Put("\tid=", context_.event_id, context_.event_id.size());  // half an id is none
  if (!event_.id.empty()) placed_.Add(KnownField::kId);
  Put("\tmsg=", event_.event_text, kTextLimit);
  if (!event_.event_text.empty()) placed_.Add(KnownField::kEvent);
  Put("\treason=", FindReason(event_), kTextLimit);
  Put("\tobjectType=", kind_.object_type, kTextLimit);
  Put("\tobjectName=", ObjectName(event_), kTextLimit);
  Put("\trule=", kind_.rule_id, kTextLimit);
}

void LeefWriter::WriteMembers() {
  Put("\tauditType=", event_.type, kTextLimit);
  if (!event_.type.empty()) placed_.Add(KnownField::kType);
  if (const auto insertion = ReadInsertion(event_)) {
    PutNumber("\tinsertionTime=", *insertion * 1000);
    placed_.Add(KnownField::kInsertion);
  }
  if (event_.count) {
    if (*event_.count != 1) PutNumber("\tcount=", *event_.count);
    placed_.Add(KnownField::kCount);
  }
  Put("\torganizationUnit=", event_.organization_unit, kTextLimit);
  if (!event_.organization_unit.empty()) placed_.Add(KnownField::kOrganizationUnit);
  const std::string_view supporting = event_.supporting.json;
  if (!supporting.empty()) {
    PutJson("\tsupportingData=", [&] { AppendJsonValue(supporting, &out_, event_.row->kind); });
    placed_.Add(KnownField::kSupportingData);
  }
  PutJson("\totherMembers=", [&] { AppendLeft(event_, placed_, &out_); });
}

}  // namespace

void AppendLeef(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  LeefWriter(event, context, out).Write();
}

}  // namespace nsf
