// SPDX-License-Identifier: Apache-2.0
// One small request an endpoint, and what its answer says.
#include <fmt/core.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "adapters/curl/curl_client.h"
#include "adapters/curl/curl_engine.h"
#include "adapters/system/system_clock.h"
#include "app/checks/checks.h"
#include "app/tenant_parts.h"
#include "core/answer/rate_headers.h"
#include "core/answer/verdict.h"
#include "core/event/page.h"

namespace nsf {
namespace {

constexpr std::chrono::milliseconds kPatience{30'000};
// Beyond it windows near the present are cut wrongly by whoever goes by his own clock.
constexpr std::chrono::seconds kMostSkew{30};
// A quiet stream asks so often a poll, at most.
constexpr double kRequestsAPoll = 2;

HttpAnswer Ask(HttpClient& client, std::string target) {
  const auto promise = std::make_shared<std::promise<HttpAnswer>>();
  auto answered = promise->get_future();
  HttpRequest request;
  request.target = std::move(target);
  request.timeout = kPatience;
  client.Start(std::move(request),
               [promise](HttpAnswer answer) { promise->set_value(std::move(answer)); });
  return answered.get();
}

// One row of the last hour, by either of the two kinds of window.
std::string Target(const std::string& path, const char* kind, WallSeconds now) {
  const auto second = now.time_since_epoch().count();
  return fmt::format("{}?limit=1&offset=0&{}starttime={}&{}endtime={}", path, kind, second - 3600,
                     kind, second);
}

void JudgeClock(const std::string& subject, const HttpAnswer& answer, Findings* findings) {
  const auto date = FindHeader(answer, "date");
  const auto tenant = date ? ParseHttpDate(*date) : std::nullopt;
  if (!tenant) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
  const auto skew = *tenant - now;
  if (std::chrono::abs(skew) <= kMostSkew) return;
  findings->push_back({Finding::Level::kWrong, subject,
                       fmt::format("this host's clock is {} s {}", std::chrono::abs(skew).count(),
                                   skew.count() > 0 ? "behind the tenant's" : "ahead of it"),
                       "events are walked by the tenant's clock, but logs, certificates and "
                       "`token_expires` go by this one",
                       "set it, and keep it with NTP"});
}

void JudgeAnswer(const TenantConfig& tenant, const std::string& subject, const std::string& path,
                 const HttpAnswer& answer, const Page* page, Findings* findings) {
  const std::string token =
      tenant.token_file.empty() ? "configuration key tenants[].token" : "file " + tenant.token_file;
  const Verdict verdict = Judge(answer, page, {path, token});
  switch (verdict.action) {
    case Action::kAccept:
      findings->push_back({Finding::Level::kGood, subject,
                           fmt::format("the token is taken and has the scope; answered in {} ms",
                                       answer.elapsed.count() / 1000),
                           "", ""});
      return;
    case Action::kThrottled:
      findings->push_back({Finding::Level::kWarning, subject, "the tenant answers 429",
                           "its requests are used up at the moment, by whoever uses this token",
                           "check again in a minute; give this program a token of its own"});
      return;
    default:
      findings->push_back(
          {Finding::Level::kWrong, subject, verdict.message, std::string(verdict.reason), ""});
  }
}

void CheckEndpoint(const TenantConfig& tenant, const std::string& event_type, HttpClient& client,
                   Findings* findings) {
  const std::string subject = "tenant " + tenant.name + ", " + event_type;
  const std::string path = "/api/v2/events/data/" + event_type;
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
  HttpAnswer answer = Ask(client, Target(path, "insertion", now));
  if (answer.status == 400) answer = Ask(client, Target(path, "", now));
  std::optional<Page> page;
  if (answer.status == 200) page = Page::Parse(answer.body);
  JudgeAnswer(tenant, subject, path, answer, page ? &*page : nullptr, findings);
  JudgeClock(subject, answer, findings);
}

void CheckBudget(const TenantConfig& tenant, Findings* findings) {
  const std::string subject = "tenant " + tenant.name + ", request budget";
  const double polls = 60.0 / std::chrono::duration<double>(tenant.poll_interval).count();
  const double needed = polls * static_cast<double>(tenant.events.size()) * kRequestsAPoll;
  const std::string what =
      fmt::format("{} {} polled every {:.1f} s: up to {:.0f} requests a minute of {}",
                  tenant.events.size(), tenant.events.size() == 1 ? "stream" : "streams",
                  60 / polls, needed, tenant.requests_per_minute);
  // More than all of it is refused with the file.
  if (needed <= tenant.requests_per_minute * 0.5) {
    findings->push_back({Finding::Level::kGood, subject, what, "", ""});
    return;
  }
  findings->push_back(
      {Finding::Level::kWarning, subject, what,
       "little is left for revisits, and to catch up after an outage",
       "poll less often (poll_interval), or raise rate_limit if the tenant allows"});
}

}  // namespace

void CheckTenant(const TenantConfig& tenant, Findings* findings) {
  CheckBudget(tenant, findings);
  const auto token = TokenOf(tenant);
  const auto engine = CurlEngine::Create();
  if (!engine) {
    findings->push_back(
        {Finding::Level::kWrong, "tenant " + tenant.name, engine.error().message, "", ""});
    return;
  }
  const auto client = CurlClient::Create(**engine, CurlSettingsOf(tenant), *token);
  if (!client) {
    findings->push_back(
        {Finding::Level::kWrong, "tenant " + tenant.name, client.error().message, "", ""});
    return;
  }
  for (const std::string& event_type : tenant.events) {
    CheckEndpoint(tenant, event_type, **client, findings);
  }
}

}  // namespace nsf
