// SPDX-License-Identifier: Apache-2.0
// Which events are held back, and why.
#include "core/privacy/row_filter.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/event/page.h"
#include "support/classified.h"

namespace nsf {
namespace {

constexpr const char* kPath = "/api/v2/events/data/audit";

// The reason, or "marked", or "".
std::string Filtered(const FilterSettings& settings, const std::string& row) {
  const Page page = Page::Parse("[" + row + "]");
  REQUIRE(page.rows().size() == 1);
  RowReader reader;
  const AuditEvent event = ClassifiedEvent(reader.Read(page.rows()[0]));
  const RowFilter filter(settings, kPath);
  const std::string reason(filter.ReasonToDrop(event));
  return reason.empty() && filter.IsMarked(event) ? "marked" : reason;
}

std::string Call(const std::string& user, const std::string& path,
                 const std::string& text = "Rest API V2 Call") {
  return R"({"audit_log_event":")" + text + R"(","user":")" + user +
         R"(","supporting_data":{"data_values":[200,"GET",")" + path + R"("]}})";
}

TEST_CASE("Own calls are those of the own user to the own path, and nothing else") {
  const FilterSettings drop{OwnCalls::kDrop, "SIEM-poller", {}, {}};
  const FilterSettings tag{OwnCalls::kTag, "siem-poller", {}, {}};
  const std::string own = Call("siem-poller", kPath);
  CHECK(Filtered(drop, own) == "own_call");
  CHECK(Filtered(drop, Call("Siem-Poller", std::string(kPath) + "?skip=5")) == "own_call");
  CHECK(Filtered(tag, own) == "marked");
  CHECK(Filtered({}, own).empty());
  CHECK(Filtered({OwnCalls::kKeep, "siem-poller", {}, {}}, own).empty());
  CHECK(Filtered({OwnCalls::kDrop, "", {}, {}}, own).empty());
  CHECK(Filtered(drop, Call("siem-poller2", kPath)).empty());
  CHECK(Filtered(drop, Call("", kPath)).empty());
  CHECK(Filtered(drop, Call("siem-poller", "/api/v2/events/data/audit/x")).empty());
  CHECK(Filtered(drop, Call("siem-poller", "/api/v2/policy/urllist")).empty());
  CHECK(Filtered(drop, Call("siem-poller", kPath, "Deleted policy")).empty());
}

TEST_CASE("Users are kept or dropped by name, in any letter case") {
  struct Case {
    std::vector<std::string> keep;
    std::vector<std::string> drop;
    const char* user;
    const char* reason;
  };
  const std::vector<Case> cases = {
      {{}, {}, "ana@corp.example", ""},
      {{}, {"Ana@Corp.example"}, "ana@CORP.example", "user_dropped"},
      {{}, {"ana"}, "ana@corp.example", ""},
      {{}, {"ana*"}, "ana@corp.example", "user_dropped"},
      {{}, {"*@corp.example"}, "ana@corp.example", "user_dropped"},
      {{}, {"*@corp.example"}, "@corp.example", "user_dropped"},
      {{}, {"ana*ana"}, "ana", ""},
      {{}, {"*"}, "", "user_dropped"},
      {{"*@corp.example"}, {}, "ana@corp.example", ""},
      {{"*@corp.example"}, {}, "lee@other.example", "user_not_kept"},
      {{"*@corp.example"}, {}, "", "user_not_kept"},
      {{"*@corp.example"}, {"ana@*"}, "ana@corp.example", "user_dropped"},
  };
  for (const Case& c : cases) {
    INFO(c.user);
    const FilterSettings settings{OwnCalls::kKeep, "", c.keep, c.drop};
    CHECK(Filtered(settings, R"({"user":")" + std::string(c.user) + "\"}") == c.reason);
    CHECK(Filtered(settings, R"({"ur_normalized":")" + std::string(c.user) + "\"}") == c.reason);
  }
}

TEST_CASE("A marked event says so in what every format writes") {
  AuditEvent event;
  RowFilter::Mark(&event);
  CHECK(event.classification.category == "OWN_CALL");
  CHECK(event.classification.rule_id == "own_call");
}

}  // namespace
}  // namespace nsf
