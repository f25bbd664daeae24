// SPDX-License-Identifier: Apache-2.0
// Rows are valid JSON, as big as real ones, unlike each other, and of every shape that is known.
#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tenant/row_pool.h"
#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using Value = rapidjson::Value;

Event EventOf(EventNumber number) {
  return {.timestamp = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'123)),
          .insertion = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'423)),
          .visible = kAnchor,
          .origin = number};
}

rapidjson::Document ParseRow(const RowPool& pool, EventNumber number) {
  std::string text;
  pool.Append(number, EventOf(number), kAnchor, &text);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  INFO(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

TEST_CASE("each template is valid JSON and its slots are filled") {
  const RowPool pool{Settings{}};
  std::set<std::size_t> templates;
  for (EventNumber i = 0; i < 100'000; ++i) {
    if (!templates.insert(pool.IndexOf(EventOf(i))).second) continue;
    const auto row = ParseRow(pool, i);
    REQUIRE(row["_id"].GetString() == pool.NameOf(i, EventOf(i)));
    REQUIRE(row["timestamp"].GetInt64() == 1'800'000'123);
    REQUIRE(row["user"].GetString() == pool.TemplateOf(EventOf(i)).user);
    if (row.HasMember("_insertion_epoch_timestamp")) {
      REQUIRE(row["_insertion_epoch_timestamp"].GetInt64() == 1'800'000'423);
    }
  }
  CHECK(templates.size() == Settings().row_variety);
}

TEST_CASE("rows are about as big as real ones, and no two templates are the same") {
  const RowPool pool{Settings{}};
  std::size_t bytes = 0;
  std::set<std::string> texts;
  for (const RowTemplate& row : pool.templates()) {
    bytes += row.text.size();
    texts.insert(row.text);
  }
  const std::size_t mean = bytes / pool.templates().size();
  CHECK(mean > 850);
  CHECK(mean < 1000);
  CHECK(texts.size() > pool.templates().size() * 99 / 100);
}

TEST_CASE("ids are unique and come in every shape") {
  const RowPool pool{Settings{}};
  std::set<std::string> ids;
  std::map<std::size_t, int> widths;
  for (EventNumber i = 0; i < 200'000; ++i) {
    const std::string id = pool.NameOf(i, EventOf(i));
    ++widths[id.size()];
    ids.insert(id);
  }
  CHECK(ids.size() == 200'000);
  CHECK(widths.size() == 5);
  CHECK(widths[24] > 100'000);
  for (const std::size_t width : {9U, 22U, 32U, 36U}) CHECK(widths[width] > 2'000);
}

// What the public samples show, each as a question to a row.
TEST_CASE("every known variation of an audit row occurs") {
  const std::pair<const char*, bool (*)(const Value&)> variations[] = {
      {"severity is a number", [](const Value& r) { return r["severity_level"].IsInt(); }},
      {"severity is a string", [](const Value& r) { return r["severity_level"].IsString(); }},
      {"no insertion time",
       [](const Value& r) { return !r.HasMember("_insertion_epoch_timestamp"); }},
      {"no supporting data", [](const Value& r) { return !r.HasMember("supporting_data"); }},
      {"supporting data is a string",
       [](const Value& r) {
         return r.HasMember("supporting_data") && r["supporting_data"].IsString();
       }},
      {"supporting data is empty",
       [](const Value& r) {
         return r.HasMember("supporting_data") && r["supporting_data"].IsObject() &&
                r["supporting_data"].ObjectEmpty();
       }},
      {"data type is null",
       [](const Value& r) {
         return r.HasMember("supporting_data") && r["supporting_data"].IsObject() &&
                r["supporting_data"].HasMember("data_type") &&
                r["supporting_data"]["data_type"].IsNull();
       }},
      {"a data value is a number",
       [](const Value& r) {
         return r.HasMember("supporting_data") && r["supporting_data"].IsObject() &&
                r["supporting_data"].HasMember("data_values") &&
                r["supporting_data"]["data_values"][0].IsNumber();
       }},
      {"a data value is a bool",
       [](const Value& r) {
         return r.HasMember("supporting_data") && r["supporting_data"].IsObject() &&
                r["supporting_data"].HasMember("data_values") &&
                r["supporting_data"]["data_values"][0].IsBool();
       }},
      {"nobody is the user", [](const Value& r) { return r["user"].GetStringLength() == 0; }},
      {"the user is a bare name",
       [](const Value& r) {
         const std::string_view user = r["user"].GetString();
         return !user.empty() && user.find('@') == std::string_view::npos;
       }},
      {"the user's name is not ASCII",
       [](const Value& r) {
         const std::string_view user = r["user"].GetString();
         return std::any_of(user.begin(), user.end(), [](char c) { return c < 0; });
       }},
      {"the user keeps its letter case",
       [](const Value& r) {
         return std::string_view(r["user"].GetString()) != r["ur_normalized"].GetString();
       }},
      {"details are a deep list",
       [](const Value& r) {
         return r.HasMember("details") && r["details"].IsArray() && !r["details"].Empty();
       }},
      {"details are empty",
       [](const Value& r) {
         return r.HasMember("details") && r["details"].IsObject() && r["details"].ObjectEmpty();
       }},
      {"several actions in one row", [](const Value& r) { return r["count"].GetInt() > 1; }},
      {"vendor staff",
       [](const Value& r) {
         return r.HasMember("is_netskope_personnel") && r["is_netskope_personnel"].GetBool();
       }},
      {"category is null",
       [](const Value& r) { return r.HasMember("category") && r["category"].IsNull(); }},
      {"record type", [](const Value& r) { return r.HasMember("record_type"); }},
      {"the id comes first",
       [](const Value& r) { return r.MemberBegin()->name.GetString() == std::string("_id"); }},
  };
  const RowPool pool{Settings{}};
  std::map<std::string, int> seen;
  for (EventNumber i = 0; i < 6000; ++i) {
    const auto row = ParseRow(pool, i);
    for (const auto& [name, occurs] : variations) seen[name] += occurs(row) ? 1 : 0;
  }
  for (const auto& [name, occurs] : variations) {
    CAPTURE(name);
    CHECK(seen[name] > 0);
    CHECK(seen[name] < 6000);
  }
}

TEST_CASE("some rows have line breaks between their tokens") {
  const RowPool pool{Settings{}};
  const auto broken = std::count_if(
      pool.templates().begin(), pool.templates().end(),
      [](const RowTemplate& row) { return row.text.find('\n') != std::string::npos; });
  CHECK(broken > 20);
  CHECK(broken < 400);
}

TEST_CASE("times in milliseconds, and rows without their insertion time") {
  const RowPool pool(MakeSettings("time_unit=ms show_insertion=off"));
  for (EventNumber i = 0; i < 500; ++i) {
    const auto row = ParseRow(pool, i);
    REQUIRE(row["timestamp"].GetInt64() == 1'800'000'123'000);
    REQUIRE_FALSE(row.HasMember("_insertion_epoch_timestamp"));
  }
}

}  // namespace
}  // namespace nsf_simulator
