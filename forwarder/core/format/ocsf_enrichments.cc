// SPDX-License-Identifier: Apache-2.0
// Writing enrichments and groups.
#include "core/format/ocsf_enrichments.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/format/event_parts.h"
#include "core/format/identity_json.h"
#include "core/format/json_text.h"

namespace nsf {
namespace {

void AppendEnrichment(std::string_view path, std::string_view name, const KnownPerson& person,
                      const std::optional<WallSeconds>& taken, TextBuffer* out) {
  *out += out->ends_with('[') ? R"({"name":")" : R"(,{"name":")";
  *out += path;
  *out += R"(","value":)";
  AppendJsonString(name, out);
  *out += R"(,"type":"identity","provider":"Netskope SCIM")";
  if (taken) {
    *out += R"(,"created_time":)";
    AppendInteger(taken->time_since_epoch().count() * 1000, out);
  }
  *out += R"(,"data":)";
  IdentityJsonParts parts;
  parts.most_groups = 0;
  parts.shown_elsewhere = kMostGroupsShown;
  AppendIdentityJson(person, parts, out);
  *out += '}';
}

}  // namespace

void AppendEnrichments(const AuditEvent& event, const Enrichment* people, TextBuffer* out) {
  if (!HasPeople(people)) return;
  *out += R"(,"enrichments":[)";
  if (people->actor) {
    AppendEnrichment("actor.user", ActorName(event), *people->actor, people->taken, out);
  }
  if (people->subject) {
    AppendEnrichment("user", SubjectName(event), *people->subject, people->taken, out);
  }
  *out += ']';
}

void AppendGroups(const Identity& identity, TextBuffer* out) {
  const std::size_t shown = std::min(identity.groups.size(), kMostGroupsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    *out += i == 0 ? R"([{"name":)" : R"(},{"name":)";
    AppendJsonString(identity.groups[i], out);
  }
  *out += "}]";
}

}  // namespace nsf
