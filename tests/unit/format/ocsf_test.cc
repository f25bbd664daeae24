// SPDX-License-Identifier: Apache-2.0
// `ocsf`: where each member of a row ends up, and what no row can break.
#include <clocale>
#include <random>
#include <utility>
#include <vector>

#include "unit/format/parsed.h"

namespace nsf {
namespace {

using Expected = std::vector<std::pair<const char*, const char*>>;

void Check(const std::string& row, const Expected& expected) {
  const rapidjson::Document event = ParseLine(FormatRow(Format::kOcsf, row));
  for (const auto& [path, json] : expected) {
    INFO(row << "\n" << path);
    CHECK(At(event, path) == json);
  }
}

TEST_CASE("A login is Authentication") {
  Check(R"({"timestamp":1760000100,"type":"admin_audit_logs","user":"Ana.Ruiz@corp.example",)"
        R"("severity_level":2,"audit_log_event":"Login Successful","supporting_data":{"data_type":)"
        R"("user","data_values":["203.0.113.9","Ana.Ruiz@corp.example"]},"organization_unit":"",)"
        R"("ur_normalized":"ana.ruiz@corp.example","ccl":"unknown","count":1,)"
        R"("_insertion_epoch_timestamp":1760000400,"_id":"5f2c","userPrincipalName":""})",
        {{"/class_uid", R"("3002")"},
         {"/category_uid", R"("3")"},
         {"/activity_id", R"("1")"},
         {"/type_uid", R"("300201")"},
         {"/type_name", R"("Authentication: Logon")"},
         {"/time", R"("1760000100000")"},
         {"/severity_id", R"("3")"},
         {"/severity", R"("Medium")"},
         {"/status_id", R"("1")"},
         {"/message", R"("Login Successful")"},
         {"/metadata/version", R"("1.8.0")"},
         {"/metadata/uid", R"("event-1")"},
         {"/metadata/original_event_uid", R"("5f2c")"},
         {"/metadata/original_time", R"("1760000100")"},
         {"/metadata/event_code", R"("Login Successful")"},
         {"/metadata/tenant_uid", R"("acme")"},
         {"/metadata/log_name", R"("audit")"},
         {"/metadata/product/feature/name", R"("admin_audit_logs")"},
         {"/metadata/processed_time", "absent"},
         {"/actor/user/name", R"("Ana.Ruiz@corp.example")"},
         {"/actor/user/uid_alt", R"("ana.ruiz@corp.example")"},
         {"/actor/user/type_id", R"("2")"},
         {"/user/name", R"("Ana.Ruiz@corp.example")"},
         {"/src_endpoint/ip", R"("203.0.113.9")"},
         {"/service/name", R"("Netskope Admin Console")"},
         {"/unmapped/ccl", R"("unknown")"},
         {"/unmapped/userPrincipalName", R"("")"},
         {"/unmapped/_insertion_epoch_timestamp", R"("1760000400")"},
         {"/unmapped/supporting_data/data_values/0", R"("203.0.113.9")"},
         {"/unmapped/ocsf_rule", R"("auth.logon")"},
         {"/unmapped/time_source", "absent"},
         {"/unmapped/timestamp", "absent"},
         {"/unmapped/_id", "absent"}});
}

TEST_CASE("An API call is API Activity") {
  Check(R"({"audit_log_event":"Rest API V2 Call","timestamp":1760000100,"user":"siem-poller",)"
        R"("supporting_data":{"data_type":"events","data_values":)"
        R"([403,"GET","/api/v2/events/data/audit?limit=1","trid=abc"]}})",
        {{"/type_uid", R"("600302")"},
         {"/api/operation", R"("GET /api/v2/events/data/audit")"},
         {"/http_request/http_method", R"("GET")"},
         {"/http_request/url/path", R"("/api/v2/events/data/audit")"},
         {"/http_request/url/query_string", R"("limit=1")"},
         {"/http_response/code", R"("403")"},
         {"/status_id", R"("2")"},
         {"/status_code", R"("403")"},
         {"/metadata/correlation_uid", R"("abc")"},
         {"/src_endpoint/name", R"("Unknown")"},
         {"/actor/user/type_id", R"("4")"}});
  Check(R"({"audit_log_event":"Rest API V2 Call","supporting_data":{"data_values":["/a\"b\n"]}})",
        {{"/type_uid", R"("600300")"},
         {"/api/operation", R"("UNKNOWN /a\"b\n")"},
         {"/http_request/http_method", "absent"},
         {"/http_response", "absent"},
         {"/actor/user/name", R"("Unknown")"}});
  Check(R"({"audit_log_event":"Rest API V2 Call"})",
        {{"/api/operation", R"("Rest API V2 Call")"}, {"/http_request", "absent"}});
}

TEST_CASE("Changes name what was changed, and never guess whom") {
  Check(R"({"audit_log_event":"Created new admin","user":"lee@corp.example",)"
        R"("supporting_data":{"data_type":"admin","data_values":["new@corp.example"]}})",
        {{"/type_uid", R"("300101")"},
         {"/user/name", R"("new@corp.example")"},
         {"/user/email_addr", R"("new@corp.example")"},
         {"/actor/user/name", R"("lee@corp.example")"},
         {"/status_id", R"("0")"}});
  Check(R"({"audit_log_event":"Edited admin","user":"lee@corp.example"})",
        {{"/type_uid", R"("300199")"},
         {"/activity_name", R"("Update")"},
         {"/type_name", R"("Account Change: Other")"},
         {"/user/name", R"("Unknown")"}});
  Check(R"({"audit_log_event":"Deleted Inline Policy",)"
        R"("supporting_data":{"data_values":["P \"1\""]}})",
        {{"/type_uid", R"("300404")"},
         {"/entity/name", R"("P \"1\"")"},
         {"/entity/type", R"("Policy")"},
         {"/entity/type_id", R"("5")"}});
  Check(R"({"audit_log_event":"Deleted rbi template"})", {{"/entity/name", R"("rbi template")"},
                                                          {"/entity/type", R"("rbi template")"},
                                                          {"/entity/type_id", R"("99")"}});
  Check(R"({"audit_log_event":"Assigned role","supporting_data":{"data_type":"role",)"
        R"("data_values":["Tenant Admin","new@corp.example"]}})",
        {{"/type_uid", R"("300501")"},
         {"/privileges", R"(["Tenant Admin"])"},
         {"/user/name", R"("new@corp.example")"}});
}

TEST_CASE("A group has the name that is no person's, and whom it gained or lost") {
  const std::string values = R"("supporting_data":{"data_type":"group","data_values":)";
  Check(R"({"audit_log_event":"Added user to group",)" + values +
            R"(["lee@corp.example","Contractors"]}})",
        {{"/type_uid", R"("300603")"},
         {"/type_name", R"("Group Management: Add User")"},
         {"/group", R"({"name":"Contractors"})"},
         {"/user", R"({"name":"lee@corp.example","email_addr":"lee@corp.example"})"}});
  Check(R"({"audit_log_event":"Deleted user group",)" + values + R"(["Contractors"]}})",
        {{"/type_uid", R"("300605")"}, {"/group/name", R"("Contractors")"}, {"/user", "absent"}});
  Check(R"({"audit_log_event":"Deleted user group"})",
        {{"/type_uid", R"("300605")"}, {"/group/name", R"("Unknown")"}, {"/user", "absent"}});
}

TEST_CASE("What no rule knows is a base event with its own words") {
  Check(R"({"audit_log_event":"Something else happened","user":"lee@corp.example",)"
        R"("srcip":"192.0.2.1","count":3})",
        {{"/class_uid", R"("0")"},
         {"/type_uid", R"("99")"},
         {"/activity_name", R"("Something else happened")"},
         {"/metadata/profiles", R"(["host"])"},
         {"/actor/user/name", R"("lee@corp.example")"},
         {"/src_endpoint", "absent"},
         {"/count", R"("3")"},
         {"/unmapped/count", "absent"},
         {"/unmapped/srcip", R"("192.0.2.1")"},
         {"/unmapped/ocsf_rule", R"("none")"}});
  Check(R"({})", {{"/type_uid", R"("0")"}, {"/actor", "absent"}, {"/message", "absent"}});
  Check(R"([1,{"a":2}])", {{"/unmapped/row", R"(["1",{"a":"2"}])"}});
  Check("null", {{"/unmapped/row", "null"}});
}

TEST_CASE("Without an event time, the time is the next best and says so") {
  Check(R"({"_insertion_epoch_timestamp":1760000400,"timestamp":"soon"})",
        {{"/time", R"("1760000400000")"},
         {"/unmapped/time_source", R"("insertion")"},
         {"/metadata/original_time", R"("soon")"}});
  for (const char* row : {R"({"timestamp":null})", R"({"timestamp":12})",
                          R"({"timestamp":[1760000400]})", R"({"timestamp":99999999999})", "5"}) {
    Check(row, {{"/time", R"("0")"}, {"/unmapped/time_source", R"("none")"}});
  }
  Check(R"({"timestamp":1760000100123})",
        {{"/time", R"("1760000100000")"}, {"/metadata/original_time", R"("1760000100123")"}});
  Check(R"({"timestamp":[1760000400]})", {{"/unmapped/timestamp", R"(["1760000400"])"}});
}

TEST_CASE("Every member that has no place elsewhere is in unmapped, as it is") {
  Check(R"({"a":18446744073709551617,"b":-0.10,"c":1.0e+5,"d":null,"e":{"f":[null,{}]},"g":"",)"
        R"("h\"\n":true,"":1,"details":[{"key":0}]})",
        {{"/unmapped/a", R"("18446744073709551617")"},
         {"/unmapped/b", R"("-0.10")"},
         {"/unmapped/c", R"("1.0e+5")"},
         {"/unmapped/d", "absent"},
         {"/unmapped/e", R"({"f":[null,{}]})"},
         {"/unmapped/g", R"("")"},
         {"/unmapped/h\"\n", "true"},
         {"/unmapped/", R"("1")"},
         {"/unmapped/details", R"([{"key":"0"}])"}});
  // Members that mean something, in a form that they cannot mean it in.
  Check(R"({"_id":true,"user":["a"],"ur_normalized":{"b":1},"organization_unit":"null",)"
        R"("type":"unknown","audit_log_event":7.5,"count":"many","srcip":"nowhere",)"
        R"("severity_level":"3","supporting_data":"Ana"})",
        {{"/unmapped/_id", "true"},
         {"/unmapped/user", R"(["a"])"},
         {"/unmapped/ur_normalized", R"({"b":"1"})"},
         {"/unmapped/organization_unit", R"("null")"},
         {"/unmapped/type", R"("unknown")"},
         {"/message", R"("7.5")"},
         {"/unmapped/count", R"("many")"},
         {"/unmapped/srcip", R"("nowhere")"},
         {"/unmapped/severity_level", R"("3")"},
         {"/unmapped/supporting_data", R"("Ana")"}});
}

TEST_CASE("Members are the same whether they stand side by side in the row or apart") {
  const std::string line = FormatRow(
      Format::kOcsf, R"({"a":[1],"b":2, "c" : 3,"d":4 ,"e":5,"\u0066":"\u0067","h":null,"i":6,)"
                     R"("a":"x","j\"":7,"k":{"l":8}})");
  const std::string members =
      R"("b":2,"c":3,"d":4,"e":5,"f":"\u0067","i":6,"a":"x","j\"":7,"k":{"l":8},"ocsf_rule":)";
  INFO(line);
  CHECK(line.find(R"("unmapped":{)" + members) != std::string::npos);
}

TEST_CASE("A member of the row's own is never replaced by one of ours") {
  Check(R"({"ocsf_rule":"mine","time_source":5})",
        {{"/unmapped", R"({"ocsf_rule":"mine","time_source":"5"})"}});
}

TEST_CASE("Of members with the same name the last one stands, once") {
  const std::string line =
      FormatRow(Format::kOcsf,
                R"({"x":1,"y":2,"x":3,"\u0078":4,"user":"a","user":"b","count":9,"count":"n"})");
  const rapidjson::Document event = ParseLine(line);
  CHECK(At(event, "/unmapped") ==
        R"({"y":"2","x":"4","count":"n","ocsf_rule":"none","time_source":"none"})");
  CHECK(At(event, "/actor/user/name") == R"("b")");
  CHECK(At(event, "/count") == "absent");
  std::string many = "{";
  for (int i = 0; i < 20'000; ++i)
    many += "\"k" + std::to_string(i % 10'000) + "\":" + std::to_string(i) + ",";
  const rapidjson::Document big = ParseLine(FormatRow(Format::kOcsf, many + "\"z\":0}"));
  CHECK(big["unmapped"].MemberCount() == 10'000 + 3);
  CHECK(At(big, "/unmapped/k7") == R"("10007")");
}

TEST_CASE("Users: addresses only where OCSF takes them, names always") {
  const auto actor = [](const char* user) {
    return At(ParseLine(FormatRow(Format::kOcsf, "{\"user\":\"" + std::string(user) + "\"}")),
              "/actor/user");
  };
  CHECK(actor("a@b.example") ==
        R"({"name":"a@b.example","email_addr":"a@b.example","type_id":"2","type":"Admin"})");
  CHECK(actor("u@x") == R"({"name":"u@x","type_id":"2","type":"Admin"})");
  CHECK(actor("siem-poller") == R"({"name":"siem-poller","type_id":"4","type":"Service"})");
  for (const char* user : {"@b.example", "a@.example", "a@b.", "a b@c.example", "a@b@c.example",
                           "a\\\"@b.example", "\xC3\xA9@b.example", "a@b_c.example", "a@"}) {
    INFO(user);
    CHECK(actor(user).find("email_addr") == std::string::npos);
  }
  Check(R"({"ur_normalized":"ana@corp.example","organization_unit":"a/b \\u0026 c"})",
        {{"/actor/user/name", R"("ana@corp.example")"},
         {"/actor/user/uid_alt", "absent"},
         {"/actor/user/org/ou_name", R"("a/b \\u0026 c")"},
         {"/actor/user/org/name", R"("acme")"},
         {"/unmapped/ur_normalized", "absent"}});
  Check(R"({"organization_unit":"a/b"})", {{"/unmapped/organization_unit", R"("a/b")"}});
}

TEST_CASE("A string that holds a Python dict comes out as an object") {
  Check(R"({"supporting_data":"{'data_type': 'user', 'data_values': ['it\\'s', None]}"})",
        {{"/unmapped/supporting_data", R"({"data_type":"user","data_values":["it's",null]})"}});
  Check(R"({"supporting_data":"{'data_type': f()}"})",
        {{"/unmapped/supporting_data", R"("{'data_type': f()}")"}});
}

TEST_CASE("Bytes that are not UTF-8, lone surrogates and line breaks do not get through") {
  const std::string row =
      "{\n\"user\":\"caf\xE9\",\"x\":[\r\n\"\xFF\\ud800\\u0000\"],\n\"k\xFE\":1,"
      "\"audit_log_event\":\"Deleted \\udc00\xC3\"}";
  const rapidjson::Document event = ParseLine(FormatRow(Format::kOcsf, row));
  CHECK(At(event, "/actor/user/name") == "\"caf\xEF\xBF\xBD\"");
  CHECK(At(event, "/unmapped/x/0") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\\u0000\"");
  CHECK(At(event, "/unmapped/k\xEF\xBF\xBD") == R"("1")");
  CHECK(At(event, "/class_uid") == R"("3004")");
}

TEST_CASE("The same event gives the same bytes, in any locale") {
  const std::string row =
      R"({"timestamp":1760000100.75,"count":1234567,"x":1234567.125,"_id":9007199254740993})";
  const std::string expected = FormatRow(Format::kOcsf, row);
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // not on this machine
    CHECK(FormatRow(Format::kOcsf, row) == expected);
  }
  std::setlocale(LC_ALL, before.c_str());
  CHECK(FormatRow(Format::kOcsf, row) == expected);
}

TEST_CASE("Whatever bytes are in a row, the line is valid JSON") {
  std::mt19937 engine(7);
  const std::string texts[] = {"Login Successful", "Rest API V2 Call", "Deleted policy",
                               "Created admin",    "Assigned role",    "Something else"};
  for (int i = 0; i < 3000; ++i) {
    std::string noise;
    for (int j = 0; j < 12; ++j) {
      char c = static_cast<char>(engine() % 256);
      if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') c = ' ';
      noise += c;
    }
    const std::string quoted = "\"" + noise + "\"";
    const std::string& text = texts[engine() % std::size(texts)];
    ParseLine(FormatRow(Format::kOcsf, "{\"audit_log_event\":\"" + text + noise +
                                           "\",\"user\":" + quoted + ",\"_id\":" + quoted + "," +
                                           quoted + ":" + quoted +
                                           ",\"supporting_data\":{\"data_type\":\"role\"," +
                                           "\"data_values\":[" + quoted + "," + quoted + "]}}"));
  }
}

}  // namespace
}  // namespace nsf
