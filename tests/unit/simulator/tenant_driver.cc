// SPDX-License-Identifier: Apache-2.0
// Requests and pages for the simulator's tests.
#include "tenant_driver.h"

#include <rapidjson/document.h>

#include <catch2/catch.hpp>

namespace nsf_simulator {

Settings MakeSettings(std::string_view text) {
  Settings settings;
  settings.row_variety = 256;  // enough here, and made in no time
  const auto fault = ApplySettingsText(text, &settings);
  INFO(fault.value_or(""));
  REQUIRE_FALSE(fault);
  return settings;
}

Request Get(std::string_view query) {
  std::string target = std::string(kDataPath) + "audit";
  if (!query.empty()) target.append("?").append(query);
  return {"GET", std::move(target), {{"Netskope-Api-Token", std::string(kDefaultRestToken)}}};
}

Page ParsePage(const std::string& body, std::string_view rows_key, std::string_view total_key) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(body.data(), body.size());
  REQUIRE_FALSE(document.HasParseError());
  REQUIRE(document.IsObject());
  const auto rows = document.FindMember(std::string(rows_key).c_str());
  REQUIRE(rows != document.MemberEnd());
  REQUIRE(rows->value.IsArray());
  Page page;
  for (const auto& row : rows->value.GetArray()) {
    page.ids.emplace_back(row["_id"].GetString());
    page.timestamps.push_back(row["timestamp"].GetInt64());
  }
  const auto total = document.FindMember(std::string(total_key).c_str());
  if (total != document.MemberEnd()) page.total = total->value.GetInt64();
  return page;
}

std::vector<std::string> WalkAll(Tenant* tenant, Time now, const std::string& query,
                                 std::string_view parameter, std::uint64_t limit) {
  const std::string rows_key = tenant->settings().rows_key;
  std::vector<std::string> ids;
  for (;;) {
    const Answer answer =
        tenant->Handle(Get(query + "&limit=" + std::to_string(limit) + '&' +
                           std::string(parameter) + '=' + std::to_string(ids.size())),
                       now);
    REQUIRE(answer.status == 200);
    const Page page = ParsePage(answer.body, rows_key);
    if (page.ids.empty()) return ids;
    ids.insert(ids.end(), page.ids.begin(), page.ids.end());
    REQUIRE(ids.size() <= tenant->visible());
  }
}

std::optional<std::string> Header(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> TrueIds(const Tenant& tenant) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < tenant.visible(); ++i) {
    ids.push_back(tenant.NameOf(static_cast<EventNumber>(i)));
  }
  return ids;
}

std::string WholeWindow(std::string_view start, std::string_view end) {
  return std::string(start) + "=0&" + std::string(end) + "=9999999999";
}

}  // namespace nsf_simulator
