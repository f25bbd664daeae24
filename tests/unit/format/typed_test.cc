// SPDX-License-Identifier: Apache-2.0
// Events of the other types: who did it, and what is known of him.
#include <utility>
#include <vector>

#include "unit/format/parsed.h"

namespace nsf {
namespace {

Enrichment Known() {
  Enrichment people;
  people.actor = KnownPerson{IdentityStatus::kFound, {"5d4c", "Ana", {}, {}, true, {"Red"}, {}}};
  return people;
}

std::string AtOf(const std::string& stream, const std::string& row, const Enrichment* people,
                 const std::string& path, Format format = Format::kOcsf) {
  const std::string line = FormatRow(format, row, {"acme", stream, "event-1", people});
  const rapidjson::Document event = ParseLine(line);
  return At(event, path);
}

TEST_CASE("Who did it is the first that the type names for it") {
  const auto user_of = [](const std::string& stream, const std::string& row) {
    const Page page = Page::Parse("[" + row + "]");
    RowReader reader;
    AuditEvent event = Normalize(reader.Read(page.rows().front()));
    BuiltInEventTypes().Find(stream)->Apply(&event);
    return std::string(event.user);
  };
  CHECK(user_of("alert", R"({"userkey":"k","ur_normalized":"n","user":"u"})") == "u");
  CHECK(user_of("alert", R"({"userkey":"k","ur_normalized":"n","user":"unknown"})") == "n");
  CHECK(user_of("page", R"({"userkey":"k"})") == "k");
  CHECK(user_of("incident", R"({"from_user":"f","owner":"o","acting_user":"a"})") == "a");
  CHECK(user_of("incident", R"({"from_user":"f"})") == "f");
  CHECK(user_of("nowhere-listed", R"({"userkey":"k"})") == "k");
  CHECK(user_of("alert", R"({"to_user":"t","user":null})").empty());
}

TEST_CASE("A known id goes before the row's key, and neither is lost") {
  const Enrichment known = Known();
  const std::string row = R"({"_id":"1","user":"ana","userkey":"K-7"})";
  for (const std::string type : {"alert", "application", "page", "network", "connection"}) {
    INFO(type);
    CHECK(AtOf(type, row, nullptr, "/actor/user/uid") == R"("K-7")");
    CHECK(AtOf(type, row, nullptr, "/unmapped/userkey") == "absent");
    CHECK(AtOf(type, row, nullptr, "/enrichments") == "absent");
    CHECK(AtOf(type, row, &known, "/actor/user/uid") == R"("5d4c")");
    CHECK(AtOf(type, row, &known, "/unmapped/userkey") == R"("K-7")");
    CHECK(AtOf(type, row, &known, "/actor/user/groups/0/name") == R"("Red")");
    CHECK(AtOf(type, row, &known, "/enrichments/0/value") == R"("ana")");
    CHECK(AtOf(type, row, &known, "/user/id", Format::kEcs) == R"("5d4c")");
    CHECK(AtOf(type, row, &known, "/netskope/" + type + "/userkey", Format::kEcs) == R"("K-7")");
    CHECK(AtOf(type, row, &known, "/netskope/identity/actor/status", Format::kEcs) == R"("found")");
  }
}

TEST_CASE("Who is not known is said not to be") {
  Enrichment people;
  people.actor = KnownPerson{IdentityStatus::kMissing, {}};
  const std::string row = R"({"_id":"1","acting_user":"ana"})";
  CHECK(AtOf("incident", row, &people, "/enrichments/0/data/status") == R"("missing")");
  CHECK(AtOf("incident", row, &people, "/actor/user/display_name") == "absent");
  people.actor.reset();
  CHECK(AtOf("incident", row, &people, "/enrichments") == "absent");
  CHECK(AtOf("incident", row, &people, "/netskope/identity", Format::kEcs) == "absent");
  const std::string leef = FormatRow(Format::kLeef, row, {"acme", "incident", "event-1", &people});
  CHECK(leef.find("usrIdentity") == std::string::npos);
}

}  // namespace
}  // namespace nsf
