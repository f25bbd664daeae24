// SPDX-License-Identifier: Apache-2.0
// `cef`: what stands where, what is escaped, what is cut. A reader that others wrote judges the
// rest (tests/integration/test_cef.py).
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "unit/format/parsed.h"

namespace nsf {
namespace {

std::string Cef(const std::string& members) {
  return FormatRow(Format::kCef, "{\"timestamp\":1760000100," + members + "}");
}

struct Expected {
  std::string members;
  std::string expected;  // somewhere in the line
};

TEST_CASE("Members have their keys in CEF") {
  for (const auto& [members, expected] : std::vector<Expected>{
           {R"("audit_log_event":"Login Successful","severity_level":1)",
            "CEF:0|Netskope|Security Cloud|v2|login-successful|Login Successful|8|rt=1760000100000 "
            "end=1760000100000 externalId=event-1 deviceExternalId=acme "},
           {R"("severity_level":"2")", "|unknown|Unknown|5|rt="},
           {R"("severity_level":4)", "|3|rt="},
           {R"("severity_level":6)", "|1|rt="},
           {R"("severity_level":3)", R"(|5|rt=1760000100000)"},
           {R"("severity_level":3)", R"( cs6={"severity_level":3} cs6Label=otherMembers)"},
           {R"("user":"Ana@corp.example","ur_normalized":"ana@corp.example")",
            " suser=Ana@corp.example suid=ana@corp.example"},
           {R"("srcip":"198.51.100.7")", " src=198.51.100.7"},
           {R"("srcip":"2001:db8::1")", " c6a2=2001:db8::1 c6a2Label=Source IPv6 Address"},
           {R"("audit_log_event":"Deleted admin","supporting_data":{"data_values":["old@x"]})",
            " duser=old@x act=Delete "},
           {R"("audit_log_event":"Login Failed","supporting_data":{"data_type":"reason",)"
            R"("data_values":["192.0.2.1","bad password"]})",
            " src=192.0.2.1 act=Logon outcome=failure reason=bad password "},
           {R"("count":3)", " cnt=3"},
           {R"("count":4294967296)", R"(cs6={"count":4294967296})"},
           {R"("audit_log_event":"Rest API V2 Call","supporting_data":{"data_values":)"
            R"([403,"GET","/api?a=b"]})",
            " requestMethod=GET request=/api?a\\=b cn1=403 cn1Label=httpStatus"},
       }) {
    CHECK_THAT(Cef(members), Catch::Contains(expected));
  }
}

TEST_CASE("What has a meaning in CEF is escaped where it has it") {
  for (const auto& [members, expected] : std::vector<Expected>{
           {R"("audit_log_event":"a|b\\c=d\ne")", R"(|a-b-c-d-e|a\|b\\c=d e|5|)"},
           {R"("audit_log_event":"a|b\\c=d\r\ne\tf\u0000")", R"( msg=a|b\\c\=d\r\ne f )"},
           {R"("user":"  x suser=evil  ")", R"( suser=x suser\=evil cs5)"},
           {R"("user":"ends\\")", R"( suser=ends\\ cs5)"},
           {R"("audit_log_event":"a|b=c","severity_level":4)", R"(|a-b-c|a\|b=c|3|)"},
           {R"("audit_log_event":"a|b=c","severity_level":4)", R"( msg=a|b\=c cs5)"},
           {R"("audit_log_event":" ","severity_level":4,"ccl":"low")", "|unknown|Unknown|3|"},
           {R"("ccl":"a=b","a":"\\\n","z":[{"c=":"="}])",
            R"( cs6={"ccl":"a\=b","a":"\\\\\\n","z":[{"c\=":"\="}]} cs6Label=)"},
       }) {
    CHECK_THAT(Cef(members), Catch::Contains(expected));
  }
}

TEST_CASE("What is too long for its key is cut between characters, and said to be") {
  const std::string text(511, 'x');
  const std::string line = Cef("\"audit_log_event\":\"" + text + "\xC3\xA9y\"");
  CHECK_THAT(line, Catch::Contains("|" + text + "|5|"));
  CHECK_THAT(line, Catch::Contains(" msg=" + text + "\xC3\xA9y "));
  CHECK_THAT(line, Catch::EndsWith(" cn2=1 cn2Label=valuesCut"));
}

TEST_CASE("Rows without a time, or that are no objects, are lines of CEF too") {
  CHECK(FormatRow(Format::kCef, "{}") ==
        "CEF:0|Netskope|Security Cloud|v2|unknown|Unknown|5|externalId=event-1 "
        "deviceExternalId=acme cs5=none cs5Label=rule");
  CHECK_THAT(FormatRow(Format::kCef, "[1,\n2]"),
             Catch::EndsWith(" cs6=[1, 2] cs6Label=otherMembers"));
}

}  // namespace
}  // namespace nsf
