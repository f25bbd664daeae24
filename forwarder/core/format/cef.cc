// SPDX-License-Identifier: Apache-2.0
// The format `cef`: ArcSight's Common Event Format, version 0, written straight into the buffer.
// docs/CEF.md has the mapping and the limits of each key.
#include <cstdint>

#include "core/event/api_call.h"
#include "core/event/known_field.h"
#include "core/event/text.h"
#include "core/format/event_parts.h"
#include "core/format/format.h"
#include "core/format/identity_json.h"
#include "core/format/json_text.h"
#include "core/format/line_escapes.h"
#include "core/format/line_pieces.h"

namespace nsf {
namespace {

constexpr std::size_t kClassIdLimit = 1023;
constexpr std::size_t kNameLimit = 512;
constexpr std::size_t kActionLimit = 63;
constexpr std::size_t kTextLimit = 1023;
constexpr std::size_t kCustomLimit = 4000;
constexpr std::size_t kDeviceIdLimit = 255;

class CefWriter : private LinePieces<CefWriter> {
 public:
  CefWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : LinePieces(event, context, out) {}

  void Write();

 private:
  friend class LinePieces<CefWriter>;

  void PutValue(std::string_view value);
  template <typename Key, typename Label>
  void PutLabelled(const Key& key, std::string_view value, const Label& label) {
    const std::size_t before = out_.size();
    Put(key, value, kCustomLimit);
    if (out_.size() > before) out_ += label;
  }
  // What `append` writes is JSON: on one line, and UTF-8.
  template <typename Append>
  void PutJson(std::string_view key, const Append& append, std::size_t limit,
               std::string_view label);

  void WriteHeader();
  void EndHeader();
  void WriteTimes();
  void WriteUsers();
  void WriteIdentities(const Enrichment& people, bool has_user_id);
  void WriteSource();
  void WriteAction();
  void WriteRequest();
  void WriteCustom();

  std::size_t header_end_ = 0;  // without its last '|'
};

void CefWriter::Write() {
  WriteHeader();
  WriteTimes();
  Put(" externalId=", context_.event_id, context_.event_id.size());  // half an id is none
  if (!event_.id.empty()) placed_.Add(KnownField::kId);
  Put(" deviceExternalId=", context_.tenant, kDeviceIdLimit);
  Put(" cat=", event_.type, kTextLimit);
  if (!event_.type.empty()) placed_.Add(KnownField::kType);
  WriteUsers();
  WriteSource();
  WriteAction();
  if (kind_.class_uid == kApiActivity) WriteRequest();
  WriteCustom();
  EndHeader();
}

// Most values are short texts of the row, in which nothing but a '=' would have to be escaped.
void CefWriter::PutValue(std::string_view value) {
  if (texts_.HasWithout<'='>(value)) {
    texts_.Append(value, &out_);
    return;
  }
  AppendCefValue(value, &out_, event_.row->IsPlain(value) ? TextKind::kUtf8 : TextKind::kAny);
}

template <typename Append>
void CefWriter::PutJson(std::string_view key, const Append& append, std::size_t limit,
                        std::string_view label) {
  const auto begin = values_.AppendFit(key, append, limit);
  if (!begin) return;
  EscapeCefJson(*begin, &out_);
  out_ += label;
}

void CefWriter::WriteHeader() {
  out_ += "CEF:0|";
  out_ += kDeviceFields;
  AppendSlug(event_.event_text, kClassIdLimit, &out_);
  out_ += '|';
  const std::string_view name = values_.Fit(event_.event_text, kNameLimit);
  if (name.empty()) {
    out_ += "Unknown";
  } else if (texts_.HasWithout<'|'>(name)) {
    texts_.Append(name, &out_);
  } else {
    AppendCefHeader(name, &out_);
  }
  out_ += '|';
  out_ += SeverityNumber(event_.severity);
  header_end_ = out_.size();
  if (event_.severity != Severity::kUnknown) placed_.Add(KnownField::kSeverity);
}

// The space before the first key, wherever that was put, is in the place of the header's last '|'.
void CefWriter::EndHeader() {
  if (out_.size() == header_end_) {
    out_ += '|';
  } else {
    out_.Replace(header_end_, '|');
  }
}

void CefWriter::WriteTimes() {
  const EventTime time = ReadEventTime(event_);
  if (time.is_exact) placed_.Add(KnownField::kTimestamp);
  if (time.seconds > 0) {
    out_ += " rt=";
    AppendMilliseconds(time, &out_);
    out_ += " end=";
    AppendMilliseconds(time, &out_);
  }
  if (const auto insertion = ReadInsertion(event_)) {
    PutNumber(" deviceCustomDate1=", *insertion);
    out_ += "000 deviceCustomDate1Label=insertionTime";
    placed_.Add(KnownField::kInsertion);
  }
}

void CefWriter::WriteUsers() {
  const std::string_view actor = ActorName(event_);
  bool has_user_id = false;
  Put(" suser=", actor, kTextLimit);
  if (!actor.empty()) {
    placed_.Add(event_.user.empty() ? KnownField::kNormalizedUser : KnownField::kUser);
    if (event_.normalized_user != actor) {
      has_user_id = !event_.normalized_user.empty();
      Put(" suid=", event_.normalized_user, kTextLimit);
    }
    if (!event_.normalized_user.empty()) placed_.Add(KnownField::kNormalizedUser);
  }
  Put(" duser=", SubjectName(event_), kTextLimit);
  if (context_.people != nullptr) WriteIdentities(*context_.people, has_user_id);
}

// The dictionary has a place for ids alone.
void CefWriter::WriteIdentities(const Enrichment& people, bool has_user_id) {
  const auto put = [this](const KnownPerson& person, std::string_view key, std::string_view label) {
    const IdentityJsonParts parts = {true, true, kMostGroupsShown, kMostIdentityText};
    PutJson(
        key, [&] { AppendIdentityJson(person, parts, &out_); }, kMostIdentityText, label);
  };
  if (people.actor) {
    if (!has_user_id) Put(" suid=", people.actor->identity.id, kTextLimit);
    put(*people.actor, " flexString1=", " flexString1Label=actorIdentity");
  }
  if (people.subject) {
    Put(" duid=", people.subject->identity.id, kTextLimit);
    put(*people.subject, " flexString2=", " flexString2Label=targetIdentity");
  }
  if (!people.taken || (!people.actor && !people.subject)) return;
  PutNumber(" deviceCustomDate2=", people.taken->time_since_epoch().count() * 1000);
  out_ += " deviceCustomDate2Label=identityTime";
}

// The key `src` is of four bytes in CEF's dictionary.
void CefWriter::WriteSource() {
  if (event_.source_ip.empty()) return;
  const bool is_v6 = event_.source_ip.find(':') != std::string_view::npos;
  out_ += is_v6 ? std::string_view(" c6a2=") : std::string_view(" src=");
  out_ += event_.source_ip;
  if (is_v6) out_ += " c6a2Label=Source IPv6 Address";
  placed_.Add(KnownField::kSourceIp);
}

void CefWriter::WriteAction() {
  // Without a rule the activity's name is the event's own text.
  if (kind_.class_uid != kBaseEvent) Put(" act=", kind_.activity_name, kActionLimit);
  Put(" outcome=", OutcomeWord(kind_.outcome), kActionLimit);
  Put(" reason=", FindReason(event_), kTextLimit);
  if (event_.count && IsCefInteger(*event_.count)) {
    if (*event_.count != 1) PutNumber(" cnt=", *event_.count);
    placed_.Add(KnownField::kCount);
  }
  Put(" msg=", event_.event_text, kTextLimit);
  if (!event_.event_text.empty()) placed_.Add(KnownField::kEvent);
}

void CefWriter::WriteRequest() {
  const ApiCall call = ReadApiCall(event_.supporting);
  Put(" requestMethod=", call.method, kTextLimit);
  Put(" request=", RequestTarget(call), kTextLimit);
  if (call.status) {
    PutNumber(" cn1=", *call.status);
    out_ += " cn1Label=httpStatus";
  }
}

void CefWriter::WriteCustom() {
  const std::string_view supporting = event_.supporting.json;
  if (!supporting.empty()) {
    PutJson(
        " cs1=", [&] { AppendJsonValue(supporting, &out_, event_.row->kind); }, kCustomLimit,
        " cs1Label=supportingData");
    placed_.Add(KnownField::kSupportingData);
  }
  if (!event_.organization_unit.empty()) {
    PutLabelled(" cs2=", event_.organization_unit, " cs2Label=organizationUnit");
    placed_.Add(KnownField::kOrganizationUnit);
  }
  PutLabelled(" cs3=", ObjectName(event_), " cs3Label=object");
  PutLabelled(" cs4=", kind_.object_type, " cs4Label=objectType");
  PutLabelled(" cs5=", kind_.rule_id, " cs5Label=rule");
  PutJson(
      " cs6=", [&] { AppendLeft(event_, placed_, &out_); }, kCustomLimit, " cs6Label=otherMembers");
  if (values_.cut() > 0) {
    PutNumber(" cn2=", values_.cut());
    out_ += " cn2Label=valuesCut";
  }
}

}  // namespace

void AppendCef(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  CefWriter(event, context, out).Write();
}

}  // namespace nsf
