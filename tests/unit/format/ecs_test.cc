// SPDX-License-Identifier: Apache-2.0
// `ecs`: where each member of a row ends up, and that every field keeps its type.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "unit/format/parsed.h"

namespace nsf {
namespace {

struct Place {
  std::string members;
  std::string path;
  std::string expected;
};

TEST_CASE("Members have their places in ECS") {
  const std::string call = R"("audit_log_event":"Rest API V2 Call","supporting_data":)"
                           R"({"data_type":"events","data_values":[403,"GET","/a?b=c","trid=t"]})";
  const std::string removal = R"("audit_log_event":"Deleted admin","supporting_data":)"
                              R"({"data_type":"user","data_values":["old@corp.example"]},)"
                              R"("user":"ana@corp.example")";
  for (const auto& [members, path, expected] : std::vector<Place>{
           {R"("x":1)", "/@timestamp", R"("2025-10-09T08:55:00Z")"},
           {R"("x":1)", "/event/id", R"("event-1")"},
           {R"("x":1)", "/event/dataset", R"("netskope.audit")"},
           {R"("x":1)", "/organization/id", R"("acme")"},
           {R"("audit_log_event":"Login Failed")", "/message", R"("Login Failed")"},
           {R"("audit_log_event":"Login Failed")", "/event/action", R"("login-failed")"},
           {R"("audit_log_event":"Login Failed")", "/event/outcome", R"("failure")"},
           {R"("audit_log_event":"Login Failed")", "/event/category", R"(["authentication"])"},
           {R"("audit_log_event":"Login Failed")", "/event/type", R"(["start"])"},
           {R"("audit_log_event":"Logout")", "/event/type", R"(["end"])"},
           {R"("audit_log_event":"Created new admin")", "/event/type", R"(["user","creation"])"},
           {R"("audit_log_event":"Edited Policy")", "/event/category", R"(["configuration"])"},
           {R"("audit_log_event":"Edited Policy")", "/event/type", R"(["change"])"},
           {R"("audit_log_event":"Viewed report")", "/event/type", R"(["access"])"},
           {R"("audit_log_event":"Deleted user group")", "/event/type", R"(["group","deletion"])"},
           {R"("audit_log_event":"Maintenance")", "/event/type", R"(["info"])"},
           {R"("severity_level":1)", "/event/severity", R"("1")"},  // numbers are read as texts
           {R"("severity_level":"2")", "/event/severity", R"("2")"},
           {R"("severity_level":"Critical")", "/event/severity", R"("1")"},
           {R"("severity_level":"Critical")", "/netskope/audit/severity_level", R"("Critical")"},
           {R"("severity_level":1)", "/log/level", R"("warning")"},
           {R"("_insertion_epoch_timestamp":1760000400)", "/event/created",
            R"("2025-10-09T09:00:00Z")"},
           {R"("user":"Ana@corp.example")", "/user",
            R"({"name":"Ana","domain":"corp.example","email":"Ana@corp.example"})"},
           {R"("user":"student13")", "/user", R"({"name":"student13"})"},
           {R"("user":"@x")", "/user", R"({"name":"@x"})"},
           {R"("user":"Ana@x","ur_normalized":"ana@x")", "/netskope/audit/ur_normalized",
            R"("ana@x")"},
           {removal, "/user/target/email", R"("old@corp.example")"},
           {removal, "/related/user", R"(["ana@corp.example","ana","old@corp.example","old"])"},
           {R"("srcip":"198.51.100.7")", "/source/ip", R"("198.51.100.7")"},
           {R"("srcip":"198.51.100.7")", "/related/ip", R"(["198.51.100.7"])"},
           {R"("srcip":"N/A")", "/netskope/audit/srcip", R"("N/A")"},
           {call, "/http/request", R"({"method":"GET","id":"t"})"},
           {call, "/http/response/status_code", R"("403")"},
           {call, "/url", R"({"path":"/a","query":"b=c"})"},
           {call, "/event/type", R"(["access"])"},
           {call, "/netskope/audit/supporting_data/data_values",
            R"(["403","GET","/a?b=c","trid=t"])"},
           {call, "/netskope/audit/supporting_data/json", "absent"},
           {R"("audit_log_event":"Login Failed","supporting_data":{"data_type":"reason",)"
            R"("data_values":["bad password"]})",
            "/event/reason", R"("bad password")"},
       }) {
    const std::string row = "{\"timestamp\":1760000100," + members + "}";
    INFO(row << " " << path);
    CHECK(At(ParseLine(FormatRow(Format::kEcs, row)), path) == expected);
  }
}

// An index refuses an event whose field is of another type than before.
TEST_CASE("Fields of netskope have one type, whatever the tenant sends") {
  for (const auto& [members, path, expected] : std::vector<Place>{
           {R"("x":18446744073709551615)", "/netskope/audit/x", R"("18446744073709551615")"},
           {R"("x":-1.50E-300)", "/netskope/audit/x", R"("-1.50E-300")"},
           {R"("x":true)", "/netskope/audit/x", R"("true")"},
           {R"("x":{"a":[1, "b"]})", "/netskope/audit/x", R"("{\"a\":[1, \"b\"]}")"},
           {R"("x":null)", "/netskope/audit", "absent"},
           {R"("x":"")", "/netskope/audit", "absent"},
           {R"("a.b":1)", "/netskope/other", R"("{\"a.b\":1}")"},
           {R"("":1,"b c":"\ud800")", "/netskope/other", R"("{\"\":1,\"b c\":\"\\ufffd\"}")"},
           {R"("count":"2")", "/netskope/audit/count", R"("2")"},
           {R"("count":2.5)", "/netskope/other", R"("{\"count\":2.5}")"},
           {R"("is_netskope_personnel":true)", "/netskope/audit/is_netskope_personnel", "true"},
           {R"("is_netskope_personnel":"no")", "/netskope/other",
            R"("{\"is_netskope_personnel\":\"no\"}")"},
           {R"("supporting_data":"no object")", "/netskope/audit/supporting_data",
            R"({"json":"\"no object\""})"},
           {R"("supporting_data":{"data_type":"a","data_values":[["b"]]})",
            "/netskope/audit/supporting_data/json",
            R"("{\"data_type\":\"a\",\"data_values\":[[\"b\"]]}")"},
           {R"("supporting_data":{"data_type":"a","data_values":["b"],"c":1})",
            "/netskope/audit/supporting_data/json",
            R"("{\"data_type\":\"a\",\"data_values\":[\"b\"],\"c\":1}")"},
       }) {
    const std::string row = "{" + members + "}";
    INFO(row << " " << path);
    CHECK(At(ParseLine(FormatRow(Format::kEcs, row)), path) == expected);
  }
}

TEST_CASE("Without a time of its own an ECS event says whose it has") {
  const auto at = [](const std::string& row, const std::string& path) {
    return At(ParseLine(FormatRow(Format::kEcs, row)), path);
  };
  const std::string stored = R"({"timestamp":"soon","_insertion_epoch_timestamp":1760000400})";
  CHECK(at(stored, "/@timestamp") == R"("2025-10-09T09:00:00Z")");
  CHECK(at(stored, "/netskope/forwarder/time_source") == R"("insertion")");
  CHECK(at(stored, "/netskope/audit/timestamp") == R"("soon")");
  CHECK(at("{}", "/@timestamp") == R"("1970-01-01T00:00:00Z")");
  CHECK(at("{}", "/netskope/forwarder/time_source") == R"("none")");
  CHECK(at("[1,\n2]", "/netskope/row") == R"("[1, 2]")");
}

}  // namespace
}  // namespace nsf
