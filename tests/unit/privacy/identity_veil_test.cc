// SPDX-License-Identifier: Apache-2.0
// Whoever is hidden in the row is hidden beside it.
#include "core/privacy/identity_veil.h"

#include <catch2/catch.hpp>
#include <string>

namespace nsf {
namespace {

Enrichment Ada() {
  Enrichment people;
  people.subject.emplace();
  people.subject->status = IdentityStatus::kFound;
  Identity& identity = people.subject->identity;
  identity = {"id-1", "Ada Mensah", "IT of ada@x.example", "Lagos", true, {"Red", "ada@x.example"},
              {}};
  people.actor = people.subject;
  return people;
}

RedactionSettings Settings(Veil user) {
  RedactionSettings settings;
  settings.user = user;
  settings.key = Secret("0123456789abcdef0123456789abcdef");
  return settings;
}

TEST_CASE("A user who is hashed has no name, no id and no address in clear") {
  IdentityVeil veil(Settings(Veil::kHash));
  const Enrichment people = Ada();
  for (const auto* person : {&veil.Apply(people).actor, &veil.Apply(people).subject}) {
    const Identity& left = (*person)->identity;
    CHECK(left.id.starts_with("hmac-"));
    CHECK(left.display_name.starts_with("hmac-"));
    CHECK(left.department.starts_with("hmac-"));
    CHECK(left.groups[1].starts_with("hmac-"));
    CHECK(left.id != left.display_name);
    CHECK(left.location == "Lagos");
    CHECK(left.groups[0] == "Red");
    CHECK(left.active == true);
    CHECK((*person)->status == IdentityStatus::kFound);
  }
}

TEST_CASE("A user who is redacted is nobody") {
  IdentityVeil veil(Settings(Veil::kRedact));
  const Enrichment people = Ada();
  const Identity& left = veil.Apply(people).subject->identity;
  CHECK(left.id == "redacted");
  CHECK(left.display_name == "redacted");
  CHECK(left.groups[1] == "redacted");
}

TEST_CASE("Fields are hidden by name, and nothing where nothing is to be") {
  RedactionSettings settings = Settings(Veil::kNone);
  settings.members = {{"groups", Veil::kRedact}, {"location", Veil::kHash}};
  IdentityVeil veil(settings);
  const Enrichment people = Ada();
  const Identity& left = veil.Apply(people).subject->identity;
  CHECK(left.display_name == "Ada Mensah");
  CHECK(left.department == "IT of ada@x.example");
  CHECK(left.location.starts_with("hmac-"));
  CHECK(left.groups[0] == "redacted");
}

}  // namespace
}  // namespace nsf
