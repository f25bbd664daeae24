// SPDX-License-Identifier: Apache-2.0
// The tenant of the stream's tests.
#include "unit/pipeline/fake_tenant.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace nsf::test {
namespace {

std::optional<std::int64_t> Parameter(const std::string& target, const std::string& name) {
  for (const char before : {'?', '&'}) {
    const auto at = target.find(before + name + '=');
    if (at != std::string::npos) return std::stoll(target.substr(at + name.size() + 2));
  }
  return std::nullopt;
}

std::string HttpDate(WallSeconds time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::string RowText(const FakeRow& row, bool shows_insertion) {
  const auto event = row.event.value_or(row.insertion).time_since_epoch().count();
  const auto insertion = row.insertion.time_since_epoch().count();
  const std::string id = row.id.empty() ? "" : ",\"_id\":\"" + row.id + '"';
  if (row.timeless) return R"({"user":"x")" + row.extra + id + '}';
  const std::string inserted =
      shows_insertion ? ",\"_insertion_epoch_timestamp\":" + std::to_string(insertion) : "";
  return "{\"timestamp\":" + std::to_string(event) + inserted + row.extra + id + '}';
}

}  // namespace

std::vector<const FakeRow*> FakeTenant::Visible(const std::string& target, WallSeconds now) const {
  const auto inserted_from = Parameter(target, "insertionstarttime");
  const auto inserted_to = Parameter(target, "insertionendtime");
  const auto event_after = Parameter(target, "starttime");
  const auto event_to = Parameter(target, "endtime");
  std::vector<const FakeRow*> visible;
  for (const FakeRow& row : rows) {
    const auto insertion = row.insertion.time_since_epoch().count();
    const auto event = row.event.value_or(row.insertion).time_since_epoch().count();
    if (row.insertion > now) continue;
    if (honours_insertion && inserted_from &&
        (insertion < *inserted_from || insertion > *inserted_to)) {
      continue;
    }
    if (honours_event && event_after && (event <= *event_after || event > *event_to)) continue;
    visible.push_back(&row);
  }
  if (newest_first) std::reverse(visible.begin(), visible.end());
  if (arrange) arrange(&visible, now);
  return visible;
}

std::string FakeTenant::Refusal(const std::string& target) const {
  const bool has_window = (honours_insertion && Parameter(target, "insertionstarttime")) ||
                          (honours_event && Parameter(target, "starttime"));
  if (wants_window && !has_window) return "Time parameters are not passed";
  if (Parameter(target, "limit").value_or(0) > refuses_above) return "limit too large";
  const auto skip = static_cast<std::uint64_t>(Parameter(target, "offset").value_or(0));
  return honours_offset && skip >= refuses_from ? "offset too large" : "";
}

HttpAnswer FakeTenant::Answer(const HttpRequest& request, WallTime now) {
  targets.push_back(request.target);
  const WallSeconds own = std::chrono::floor<std::chrono::seconds>(now) + clock_ahead;
  HttpAnswer answer;
  std::optional<HttpAnswer> bent;
  if (instead) bent = instead(request);
  if (bent) {
    answer = *bent;
  } else if (const std::string refusal = Refusal(request.target); !refusal.empty()) {
    answer.status = 400;
    answer.body = "{\"message\":\"" + refusal + "\"}";
  } else {
    const auto visible = Visible(request.target, own);
    std::int64_t skip = 0;
    if (honours_offset) skip = Parameter(request.target, "offset").value_or(skip);
    if (honours_skip) skip = Parameter(request.target, "skip").value_or(skip);
    const auto limit =
        std::min<std::int64_t>(Parameter(request.target, "limit").value_or(100), most_rows);
    const auto from = std::min<std::int64_t>(skip, std::ssize(visible));
    const auto to = std::min<std::int64_t>(from + limit, std::ssize(visible));
    answer.status = 200;
    answer.body = "{\"ok\":1,\"result\":[";
    for (auto i = from; i < to; ++i) {
      if (i > from) answer.body += ',';
      answer.body += RowText(*visible[static_cast<std::size_t>(i)], shows_insertion);
    }
    answer.body += ']';
    const auto all = visible.size();
    const auto stated = total ? total(static_cast<std::size_t>(to - from), all) : all;
    if (states_total) answer.body += ",\"total\":" + std::to_string(stated);
    answer.body += '}';
  }
  if (dated) answer.headers.emplace_back("date", HttpDate(own));
  return answer;
}

}  // namespace nsf::test
