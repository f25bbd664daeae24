// SPDX-License-Identifier: Apache-2.0
// What is taken out of rows, wherever it stands and however it is written; and what stays, byte for
// byte.
#include "core/privacy/redactor.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/event/page.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr const char* kAna = "01ae1402574253e23a3274c219f27182@hmac.invalid";
constexpr const char* kPoller = "hmac-81d614966346d29d54ee3e3edfe1c62b";
constexpr const char* kAddress = "2001:db8:5288:8421:8e9c:3611:bc59:e21c";  // 203.0.113.9

RedactionSettings Settings(Veil user, Veil ip,
                           std::map<std::string, Veil, std::less<>> members = {}) {
  return {user, ip, std::move(members), Secret("0123456789abcdef")};
}

std::string Redacted(Redactor& redactor, const std::string& row) {
  const Page page = Page::Parse("[" + row + "]");
  INFO(row);
  REQUIRE(page.rows().size() == 1);
  RowReader reader;
  const auto event = redactor.Apply(reader.Read(page.rows()[0]));
  return event ? std::string(event->row->raw) : row;
}

std::string Redacted(const RedactionSettings& settings, const std::string& row) {
  Redactor redactor(settings);
  return Redacted(redactor, row);
}

// "ANA", "POLLER" and "IP" in `text` are the pseudonyms.
std::string Filled(std::string text) {
  for (const auto& [mark, value] :
       {std::pair("ANA", kAna), {"POLLER", kPoller}, {"IP!", kAddress}}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, std::string(mark).size(), value);
      at += std::string(value).size();
    }
  }
  return text;
}

TEST_CASE("Users and addresses are hashed wherever they stand") {
  struct Case {
    const char* row;
    const char* redacted;
  };
  const std::vector<Case> cases = {
      {R"({"user":"ana@corp.example"})", R"({"user":"ANA"})"},
      {R"({"user":"Ana@Corp.Example","ur_normalized":"ana@corp.example"})",
       R"({"user":"ANA","ur_normalized":"ANA"})"},
      {R"({ "user" : "siem-poller" , "x":1.50 })", R"({ "user" : "POLLER" , "x":1.50 })"},
      {R"({"userPrincipalName":"ana@corp.example","sAMAccountName":"siem-poller"})",
       R"({"userPrincipalName":"ANA","sAMAccountName":"POLLER"})"},
      {R"({"userkey":"siem-poller"})", R"({"userkey":"POLLER"})"},
      {R"({"acting_user":"siem-poller"})", R"({"acting_user":"POLLER"})"},
      {R"({"owner":"siem-poller"})", R"({"owner":"POLLER"})"},
      {R"({"from_user":"siem-poller"})", R"({"from_user":"POLLER"})"},
      {R"({"to_user":"siem-poller"})", R"({"to_user":"POLLER"})"},
      {R"({"assignee":"siem-poller"})", R"({"assignee":"POLLER"})"},
      // Absent is no one.
      {R"({"user":"","ur_normalized":null,"sAMAccountName":"unknown"})",
       R"({"user":"","ur_normalized":null,"sAMAccountName":"unknown"})"},
      // Among the supporting values, in details of any depth, in member names.
      {R"({"supporting_data":{"data_type":"user",)"
       R"("data_values":["203.0.113.9","ana@corp.example",7]}})",
       R"({"supporting_data":{"data_type":"user","data_values":["IP!","ANA",7]}})"},
      {R"({"details":[{"a":[{"by":"ana@corp.example","ana@corp.example":["203.0.113.9"]}]}]})",
       R"({"details":[{"a":[{"by":"ANA","ANA":["IP!"]}]}]})"},
      {R"({"ana@corp.example":1})", R"({"ANA":1})"},
      {R"({"user":"siem-poller",)"
       R"("supporting_data":{"data_values":["Siem-Poller","siem-poller-2"]}})",
       R"({"user":"POLLER","supporting_data":{"data_values":["POLLER","siem-poller-2"]}})"},
      // In texts.
      {R"({"audit_log_event":"Deleted user ana@corp.example from 203.0.113.9."})",
       R"({"audit_log_event":"Deleted user ANA from IP!."})"},
      {R"({"a":"<ana@corp.example>,mailto:ana@corp.example;by=ana@corp.example"})",
       R"({"a":"<ANA>,mailto:ANA;by=ANA"})"},
      {R"({"a":"/users/ana%40corp.example?ip=203.0.113.9&x"})", R"({"a":"/users/ANA?ip=IP!&x"})"},
      {R"({"a":"203.0.113.9:443 [203.0.113.9] 203.0.113.9/24"})",
       R"({"a":"IP!:443 [IP!] IP!/24"})"},
      // Escapes do not hide: ana@corp.example, 203.0.113.9.
      {"{\"a\":\"an\\u0061\\u0040corp.example\",\"b\":\"203\\u002e0.113.9\"}",
       R"({"a":"ANA","b":"IP!"})"},
      // An object in a text: Python's, and JSON.
      {R"({"user":"siem-poller","supporting_data":)"
       R"("{'data_values': ['203.0.113.9', 'ana@corp.example', 'siem-poller']}"})",
       R"({"user":"POLLER","supporting_data":"{'data_values': ['IP!', 'ANA', 'POLLER']}"})"},
      {R"({"a":"{\"by\": \"ana@corp.example\"}"})", R"({"a":"{\"by\": \"ANA\"}"})"},
      // Rows that are no objects.
      {R"("ana@corp.example")", R"("ANA")"},
      {R"(["203.0.113.9"])", R"(["IP!"])"},
      // The same name twice.
      {R"({"user":"ana@corp.example","user":"siem-poller"})", R"({"user":"ANA","user":"POLLER"})"},
      // A user called as what the log says of everyone.
      {R"({"user":"admin","type":"admin","supporting_data":{"data_type":"admin"}})",
       R"({"user":"hmac-99f454aa64a077548fd24012df6cfe37","type":"admin",)"
       R"("supporting_data":{"data_type":"admin"}})"},
  };
  for (const Case& c : cases) {
    CHECK(Redacted(Settings(Veil::kHash, Veil::kHash), c.row) == Filled(c.redacted));
  }
}

TEST_CASE("What is no person and no address stays, byte for byte") {
  for (const char* row :
       {R"({"_id":"a@b.c","timestamp":"1.2.3.4","count":1,"severity_level":"2"})",
        R"({"a":"1.2.3","b":"10:30:45","c":"v1.2.3.4","d":"std::string","e":"a:b","f":"@ home"})",
        "{\"a\" :\t[ ] ,\n\"b\":{ }, \"c\":\"\\u00e9\\n\", \"d\":-0.10e+5}",
        R"({"a":"1.2.3.4.5","b":"::x","c":"face:b00c","d":"00:11:22:33:44:55"})",
        R"({"a":"\ud800","b":"\"\\\\\""})", "null", "5", "[]", "{}", "\"\""}) {
    INFO(row);
    CHECK(Redacted(Settings(Veil::kHash, Veil::kHash), row) == row);
  }
}

TEST_CASE("Only what is asked for is taken out") {
  const std::string row = R"({"user":"ana@corp.example","srcip":"203.0.113.9"})";
  CHECK(Redacted(Settings(Veil::kHash, Veil::kNone), row) ==
        Filled(R"({"user":"ANA","srcip":"203.0.113.9"})"));
  CHECK(Redacted(Settings(Veil::kNone, Veil::kHash), row) ==
        Filled(R"({"user":"ana@corp.example","srcip":"IP!"})"));
  CHECK(Redacted(Settings(Veil::kRedact, Veil::kRedact), row) ==
        R"({"user":"redacted@redacted.invalid","srcip":"redacted"})");
  CHECK(Redacted(Settings(Veil::kRedact, Veil::kNone), R"({"user":"siem-poller"})") ==
        R"({"user":"redacted"})");
}

TEST_CASE("Members are taken out by name, whatever they hold") {
  const auto settings =
      Settings(Veil::kNone, Veil::kNone, {{"details", Veil::kRedact}, {"why", Veil::kHash}});
  CHECK(Redacted(settings, R"({"details":[{"a":1}],"why":[1],"x":"ana@corp.example"})") ==
        R"({"details":"redacted","why":"hmac-290d7b8f2a900d2833d782472fe42492",)"
        R"("x":"ana@corp.example"})");
  CHECK(Redacted(settings, R"({"details":null,"why":"","x":{"why":1}})") ==
        R"({"details":null,"why":"","x":{"why":1}})");
}

TEST_CASE("What was redacted stays as it is") {
  const std::string row =
      R"({"user":"ana@corp.example","s":"by 'siem-poller' at 203.0.113.9","why":"x",)"
      R"("sAMAccountName":"siem-poller","v":["203.0.113.9","ana@corp.example"]})";
  for (const Veil veil : {Veil::kHash, Veil::kRedact}) {
    Redactor redactor(Settings(veil, veil, {{"why", veil}}));
    const std::string once = Redacted(redactor, row);
    CHECK(once != row);
    CHECK(Redacted(redactor, once) == once);
  }
}

TEST_CASE("Hostile rows are one row of JSON afterwards, and give nobody away") {
  Redactor redactor(Settings(Veil::kHash, Veil::kHash));
  std::string many = R"({"details":[)";
  for (int i = 0; i < 5'000; ++i) many += R"("ana@corp.example 203.0.113.9",)";
  many += "1]}";
  const std::string deep = std::string(200, '[') + R"("ana@corp.example")" + std::string(200, ']');
  for (const std::string& row :
       {many, deep, std::string(R"({"user":"ana@corp.example\u0000\n\" ana@corp.example"})"),
        std::string("{\"a\":\"\xff ana@corp.example \xc3\"}"),
        "{\"a\":\"" + std::string(100'000, '@') + " ana@corp.example\"}",
        "{\"a\":\"" + std::string(100'000, '1') + ":203.0.113.9 203.0.113.9\"}",
        "{\"a\":\"" + std::string(100'000, ':') + " 203.0.113.9\"}",
        std::string(R"({"a":"x\\","b":"ana@corp.example"})")}) {
    const std::string redacted = Redacted(redactor, row);
    INFO(row.substr(0, 100));
    CHECK(Page::Parse("[" + redacted + "]").rows().size() == 1);
    CHECK(redacted.find("ana@corp.example") == std::string::npos);
    CHECK(redacted.find(" 203.0.113.9") == std::string::npos);
  }
}

}  // namespace
}  // namespace nsf
