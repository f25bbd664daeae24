// SPDX-License-Identifier: Apache-2.0
// The lists beside the audit log: where they are, what they take, and that each is its own.
#include <catch2/catch.hpp>
#include <string>

#include "tenant/tenant.h"
#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

Answer Ask(Tenant* tenant, std::string_view path, const std::string& query = WholeWindow()) {
  Request request = Get(query);
  request.target = std::string(path) + '?' + query;
  return tenant->Handle(request, kAnchor);
}

TEST_CASE("Each type is where the API has it") {
  Tenant tenant(MakeSettings("events=20 event_types=all"), kAnchor);
  for (const std::string type : {"alert", "application", "page", "network"}) {
    CHECK(Ask(&tenant, std::string(kDataPath) + type).status == 200);
    CHECK(Ask(&tenant, std::string(kSearchPath) + type).status == 200);
  }
  for (const std::string type : {"audit", "connection", "infrastructure"}) {
    CHECK(Ask(&tenant, std::string(kDataPath) + type).status == 200);
    CHECK(Ask(&tenant, std::string(kSearchPath) + type).status == 404);
  }
  CHECK(Ask(&tenant, std::string(kDataPath) + "incident").status == 404);
  CHECK(Ask(&tenant, std::string(kSearchPath) + "incident").status == 200);
  CHECK(Ask(&tenant, std::string(kDataPath) + "other").status == 404);
  Tenant alone(MakeSettings("events=20"), kAnchor);
  CHECK(Ask(&alone, std::string(kDataPath) + "alert").status == 404);
}

TEST_CASE("A search knows no time of insertion, and has larger pages") {
  Tenant tenant(MakeSettings("events=9000 event_types=alert"), kAnchor);
  // What is not known is ignored.
  const std::string never = "insertionstarttime=1&insertionendtime=2";
  CHECK(ParsePage(Ask(&tenant, std::string(kDataPath) + "alert", never).body).total == 0);
  CHECK(ParsePage(Ask(&tenant, std::string(kSearchPath) + "alert", never).body).total == 9000);
  const std::string large = WholeWindow() + "&limit=8000";
  CHECK(ParsePage(Ask(&tenant, std::string(kSearchPath) + "alert", large).body).ids.size() == 8000);
}

TEST_CASE("Each list has events of its own, and none of users") {
  Tenant tenant(MakeSettings("events=300 event_types=all scim_users=40"), kAnchor);
  tenant.Advance(kAnchor);
  std::set<std::string> all = AsSet(TrueIds(tenant));
  std::size_t lists = 1;
  for (const auto& other : tenant.others()) {
    const auto ids = TrueIds(*other);
    CHECK(ids.size() == 300);
    all.insert(ids.begin(), ids.end());
    CHECK(other->directory().size(scim::Kind::kUser) == 0);
    ++lists;
  }
  CHECK(lists == 8);
  CHECK(all.size() == 300 * lists);
  CHECK(tenant.directory().size(scim::Kind::kUser) == 40);
}

TEST_CASE("A type that is refused is refused alone") {
  Tenant tenant(MakeSettings("events=20 event_types=all refused_types=page"), kAnchor);
  CHECK(Ask(&tenant, std::string(kDataPath) + "page").status == 403);
  CHECK(Ask(&tenant, std::string(kDataPath) + "alert").status == 200);
  CHECK(Ask(&tenant, std::string(kDataPath) + "audit").status == 200);
}

}  // namespace
}  // namespace nsf_simulator
