// SPDX-License-Identifier: Apache-2.0
// Each kind of odd row is odd in its own way, and keeps its name.
#include "tenant/odd_rows.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using Value = rapidjson::Value;

// The bytes of the only row of a tenant whose rows are all of that kind.
std::string OnlyRow(std::string_view kind, const char* more = "") {
  Tenant tenant(MakeSettings("events=1 odd_rows=" + std::string(kind) + ":1000 " + more), kAnchor);
  const std::string body = tenant.Handle(Get(WholeWindow()), kAnchor).body;
  const std::string_view open = R"({"ok":1,"result":[)";
  const std::string_view close = R"(],"total":1})";
  REQUIRE_THAT(body, Catch::StartsWith(std::string(open)) && Catch::EndsWith(std::string(close)));
  return body.substr(open.size(), body.size() - open.size() - close.size());
}

rapidjson::Document Parsed(const std::string& row) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(row.data(), row.size());
  INFO(row.substr(0, 2000));
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

bool Has(const Value& row, const char* key) { return row.HasMember(key); }

bool IsText(const Value& row, const char* key, std::string_view text) {
  return Has(row, key) && row[key].IsString() && row[key].GetString() == text;
}

TEST_CASE("rows of each kind show what it names") {
  const std::pair<const char*, bool (*)(const Value&)> kinds[] = {
      {"no-id", [](const Value& r) { return !Has(r, "_id") && Has(r, "trace_id"); }},
      {"null-id", [](const Value& r) { return r["_id"].IsNull() && Has(r, "trace_id"); }},
      {"empty-id", [](const Value& r) { return IsText(r, "_id", "") && Has(r, "trace_id"); }},
      {"no-time", [](const Value& r) { return !Has(r, "timestamp") && Has(r, "_id"); }},
      {"null-time", [](const Value& r) { return r["timestamp"].IsNull(); }},
      {"text-time",
       [](const Value& r) {
         return r["timestamp"].IsString() && std::stoll(r["timestamp"].GetString()) > 1'700'000'000;
       }},
      {"bare",
       [](const Value& r) {
         return !Has(r, "_id") && !Has(r, "timestamp") && !Has(r, "_insertion_epoch_timestamp");
       }},
      {"nulls", [](const Value& r) { return r["user"].IsNull() && r["type"].IsNull(); }},
      {"text-nulls", [](const Value& r) { return IsText(r, "user", "null"); }},
      {"empty-values", [](const Value& r) { return IsText(r, "severity_level", ""); }},
      {"absent", [](const Value& r) { return r.MemberCount() == 2 && Has(r, "_id"); }},
      {"text-numbers",
       [](const Value& r) { return IsText(r, "count", "3") && IsText(r, "severity_level", "2"); }},
      {"big-integers",
       [](const Value& r) {
         return r["count"].GetUint64() == UINT64_MAX &&
                r["transaction_id"].GetUint64() == 9007199254740993U &&
                r["incident_id"].GetInt64() == INT64_MIN;
       }},
      {"floats", [](const Value& r) { return r["severity_level"].IsDouble(); }},
      {"duplicate-keys",
       [](const Value& r) {
         return 2 == std::count_if(r.MemberBegin(), r.MemberEnd(), [](const auto& member) {
                  return member.name.GetString() == std::string_view("user");
                });
       }},
      {"nul",
       [](const Value& r) {
         const std::string_view user(r["user"].GetString(), r["user"].GetStringLength());
         return user.find('\0') != std::string_view::npos;
       }},
      {"line-breaks",
       [](const Value& r) {
         return std::string_view(r["user"].GetString()).find("\r\n") != std::string_view::npos;
       }},
      {"bom",
       [](const Value& r) {
         return std::string_view(r["user"].GetString())
                    .find(
                        "\xEF\xBB\xBF"
                        "a\xEF\xBB\xBF") == 0;
       }},
      {"right-to-left",
       [](const Value& r) {
         return std::string_view(r["user"].GetString()).find("\xE2\x80\xAE") !=
                std::string_view::npos;
       }},
      {"emoji",
       [](const Value& r) {
         return std::string_view(r["user"].GetString()).find("\xF0\x9F\xA6\x8A") == 0;
       }},
      {"not-object", [](const Value& r) { return r.IsString() && r.GetStringLength() == 24; }},
  };
  for (const auto& [kind, holds] : kinds) {
    CAPTURE(kind);
    const auto row = Parsed(OnlyRow(kind));
    CHECK(holds(row));
  }
}

TEST_CASE("rows that a strict parser refuses are refused for what they name") {
  const std::pair<const char*, rapidjson::ParseErrorCode> kinds[] = {
      {"invalid-utf8", rapidjson::kParseErrorStringInvalidEncoding},
      {"lone-surrogate", rapidjson::kParseErrorStringUnicodeSurrogateInvalid},
      {"broken", rapidjson::kParseErrorValueInvalid},
      {"unbalanced", rapidjson::kParseErrorArrayMissCommaOrSquareBracket},
  };
  for (const auto& [kind, error] : kinds) {
    CAPTURE(kind);
    const std::string row = OnlyRow(kind);
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(row.data(), row.size());
    CHECK(document.GetParseError() == error);
    CHECK_THAT(row, Catch::StartsWith("{") && Catch::EndsWith("}"));
  }
}

TEST_CASE("deep rows are deep and huge rows are huge") {
  const std::string deep = OnlyRow("deep");
  CHECK(Parsed(deep).IsObject());
  int depth = 0;
  int deepest = 0;
  for (const char c : deep) {
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if (c == ']' || c == '}') --depth;
  }
  CHECK(deepest == 301);
  CHECK(OnlyRow("huge").size() > (std::size_t{2} << 20U));
  const std::string small = OnlyRow("huge", "huge_bytes=7000");
  CHECK(small.size() > 7000);
  CHECK(small.size() < 10'000);
  CHECK(Parsed(small).IsObject());
}

TEST_CASE("the name of an odd row stands in it, and its oddity is known") {
  for (std::size_t i = 0; i < kOddRowCount; ++i) {
    const auto kind = static_cast<OddRow>(i);
    CAPTURE(OddRowName(kind));
    CHECK(OddRowByName(OddRowName(kind)) == kind);
    Tenant tenant(
        MakeSettings("events=20 huge_bytes=10 odd_rows=" + std::string(OddRowName(kind)) + ":1000"),
        kAnchor);
    const std::string body = tenant.Handle(Get(WholeWindow()), kAnchor).body;
    for (EventNumber n = 0; n < 20; ++n) {
      const bool has_id = tenant.rows().TemplateOf(tenant.event(n)).has_id;
      const std::string name = '"' + tenant.NameOf(n) + '"';
      CHECK(tenant.rows().OddityOf(tenant.event(n)) == kind);
      CHECK(body.find(name) != std::string::npos);
      CHECK((body.find("\"_id\":" + name) != std::string::npos) == has_id);
    }
    CHECK(AsSet(TrueIds(tenant)).size() == 20);
  }
  CHECK_FALSE(OddRowByName("nonsense"));
}

TEST_CASE("odd rows come as often as they should, and stay what they are") {
  Tenant tenant(MakeSettings("events=10000 odd_rows=no-id:100,emoji:50,broken:1"), kAnchor);
  tenant.Advance(kAnchor);
  std::map<std::string_view, int> kinds;
  for (EventNumber n = 0; n < 10000; ++n) {
    const auto kind = tenant.rows().OddityOf(tenant.event(n));
    ++kinds[kind ? OddRowName(*kind) : "none"];
  }
  CHECK(kinds["no-id"] == Approx(1000).margin(150));
  CHECK(kinds["emoji"] == Approx(500).margin(100));
  CHECK(kinds["broken"] == Approx(10).margin(9));
  CHECK(kinds["none"] == Approx(8490).margin(200));
  const Request request = Get(WholeWindow() + "&limit=5000");
  const std::string body = tenant.Handle(request, kAnchor).body;
  CHECK(body == tenant.Handle(request, kAnchor + std::chrono::hours(1)).body);
}

TEST_CASE("a row without an id is not found by its name") {
  Tenant tenant(MakeSettings("events=5 odd_rows=no-id:1000"), kAnchor);
  tenant.Advance(kAnchor);
  const std::string query = WholeWindow() + "&query=_id%20eq%20%22" + tenant.NameOf(2) + "%22";
  CHECK(tenant.Handle(Get(query), kAnchor).rows == 0);
}

}  // namespace
}  // namespace nsf_simulator
