// SPDX-License-Identifier: Apache-2.0
// `leef`: what stands where, and that no value can end itself. A reference reader judges the rest
// (tests/integration/test_leef.py).
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "unit/format/parsed.h"

namespace nsf {
namespace {

std::string Leef(const std::string& members) {
  return FormatRow(Format::kLeef, "{\"timestamp\":1760000100," + members + "}");
}

TEST_CASE("Members have their attributes in LEEF") {
  for (const auto& [members, expected] : std::vector<std::pair<std::string, std::string>>{
           {R"("audit_log_event":"Login Successful","severity_level":1)",
            "LEEF:2.0|Netskope|Security Cloud|v2|login-successful|x09|sev=8\tcat=LOGIN/success\t"
            "devTime=1760000100000\t"},
           {R"("audit_log_event":"Login Successful")", "\tisLoginEvent=true\t"},
           {R"("audit_log_event":"Logout Successful")", "\tisLogoutEvent=true\t"},
           {R"("severity_level":3)", "\totherMembers={\"severity_level\":3}"},
           {R"("user":"Ana@x","ur_normalized":"ana@x")",
            "\tusrName=Ana@x\tdomain=acme\tid=event-1\trule=none\t"
            "otherMembers={\"ur_normalized\":\"ana@x\"}"},
           {R"("audit_log_event":"Deleted admin","supporting_data":{"data_values":["old@x"]})",
            "\taccountName=old@x\t"},
           {R"("srcip":"2001:db8::1")", "\tsrc=2001:db8::1\t"},
           {R"("audit_log_event":"Rest API V2 Call","supporting_data":{"data_values":)"
            R"([403,"GET","/api?a=b"]})",
            "\turl=/api?a=b\thttpMethod=GET\thttpStatus=403\t"},
           {R"("audit_log_event":"Rest API V2 Call","supporting_data":{"data_values":[403]})",
            "\tcat=API/failure\t"},
       }) {
    CHECK_THAT(Leef(members), Catch::Contains(expected));
  }
}

TEST_CASE("What would end a value, or the line, is a space") {
  CHECK_THAT(Leef(R"("user":"\ta\tusrName=evil\r\nb|c^d\\e\u0000")"),
             Catch::Contains("\tusrName=a usrName=evil  b|c^d\\e\tdomain="));
  CHECK_THAT(Leef(R"("audit_log_event":"a|x09|b")"), Catch::Contains("|v2|a-x09-b|x09|sev="));
}

TEST_CASE("A name that is too long is cut between characters, and said to be") {
  const std::string text(254, 'x');
  CHECK_THAT(Leef("\"user\":\"" + text + "\xC3\xA9\""),
             Catch::Contains("\tusrName=" + text + "\t") && Catch::EndsWith("\tvaluesCut=1"));
}

TEST_CASE("Rows without a time, or that are no objects, are lines of LEEF too") {
  CHECK(FormatRow(Format::kLeef, "{}") ==
        "LEEF:2.0|Netskope|Security Cloud|v2|unknown|x09|sev=5\tcat=OTHER\tdomain=acme\t"
        "id=event-1\trule=none");
  CHECK_THAT(FormatRow(Format::kLeef, "[1,\n2]"), Catch::EndsWith("\totherMembers=[1, 2]"));
}

}  // namespace
}  // namespace nsf
