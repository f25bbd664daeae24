// SPDX-License-Identifier: Apache-2.0
// Writing a person's members.
#include "core/format/identity_json.h"

#include "core/format/event_parts.h"
#include "core/format/json_text.h"

namespace nsf {
namespace {

// What may follow the groups.
constexpr std::size_t kTail = 32;

void PutText(std::string_view key, std::string_view text, TextBuffer* out) {
  if (text.empty()) return;
  *out += key;
  AppendJsonString(text, out);
}

void PutGroups(const Identity& identity, const IdentityJsonParts& parts, std::size_t begin,
               TextBuffer* out) {
  std::size_t shown = 0;
  std::size_t size = out->size() - begin;
  for (const std::string_view group : identity.groups) {
    size += group.size() + (shown == 0 ? 14 : 3);
    if (shown == parts.most_groups) break;
    if (parts.most_bytes != 0 && size + kTail > parts.most_bytes) break;
    *out += shown++ == 0 ? R"(,"groups":[)" : ",";
    AppendJsonString(group, out);
  }
  if (shown > 0) *out += ']';
  if (shown + parts.shown_elsewhere >= identity.groups.size()) return;
  *out += R"(,"groups_total":)";
  AppendInteger(static_cast<std::int64_t>(identity.groups.size()), out);
}

}  // namespace

void AppendIdentityJson(const KnownPerson& person, const IdentityJsonParts& parts,
                        TextBuffer* out) {
  const std::size_t begin = out->size();
  *out += R"({"status":")";
  *out += IdentityStatusName(person.status);
  *out += '"';
  const Identity& identity = person.identity;
  if (parts.names) {
    PutText(R"(,"id":)", identity.id, out);
    PutText(R"(,"display_name":)", identity.display_name, out);
  }
  if (identity.active) *out += *identity.active ? R"(,"active":true)" : R"(,"active":false)";
  if (identity.last_listed) {
    *out += R"(,"last_listed":")";
    AppendRfc3339(identity.last_listed->time_since_epoch().count(), out);
    *out += '"';
  }
  if (parts.place) {
    PutText(R"(,"department":)", identity.department, out);
    PutText(R"(,"location":)", identity.location, out);
  }
  PutGroups(identity, parts, begin, out);
  *out += '}';
}

void AppendPeopleJson(const Enrichment& people, TextBuffer* out) {
  const auto put_key = [out](std::string_view key) {
    if (!out->ends_with('{')) *out += ',';
    *out += key;
  };
  IdentityJsonParts parts;
  parts.place = true;
  *out += '{';
  if (people.taken) {
    *out += R"("taken":")";
    AppendRfc3339(people.taken->time_since_epoch().count(), out);
    *out += '"';
  }
  if (people.actor) {
    put_key(R"("actor":)");
    AppendIdentityJson(*people.actor, parts, out);
  }
  if (people.subject) {
    put_key(R"("target":)");
    AppendIdentityJson(*people.subject, parts, out);
  }
  *out += '}';
}

void AppendGroupNames(const Identity& identity, TextBuffer* out) {
  const std::size_t begin = out->size();
  for (const std::string_view group : identity.groups) {
    const std::size_t size = out->size() - begin;
    if (size + group.size() + 2 > kMostIdentityText) break;
    if (size > 0) *out += ", ";
    *out += group;
  }
}

}  // namespace nsf
