// SPDX-License-Identifier: Apache-2.0
// A tenant: its request budget, and one client for all of its endpoints.
#include <fmt/core.h>

#include <chrono>

#include "adapters/curl/curl_client.h"
#include "adapters/curl/curl_engine.h"
#include "app/checks/checks.h"
#include "app/stream_settings.h"
#include "app/tenant_parts.h"

namespace nsf {
namespace {

// A quiet stream asks so often a poll, at most.
constexpr double kRequestsAPoll = 2;

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

// Types that the token does not get are told together, where it gets others: then it is not the
// token that is wrong, and each of them says the same.
void CheckTypes(const TenantConfig& tenant, HttpClient& client, Findings* findings) {
  Findings of_refused;
  std::string refused;
  std::string paths;
  std::size_t given = 0;
  for (const std::string& event_type : tenant.events) {
    Findings found;
    const bool is_given = CheckEndpoint(tenant, event_type, client, &found);
    Findings& into = is_given ? *findings : of_refused;
    into.insert(into.end(), found.begin(), found.end());
    given += is_given ? 1 : 0;
    if (is_given) continue;
    refused += (refused.empty() ? "" : ", ") + event_type;
    paths += (paths.empty() ? "" : ", ") + EventSourceOf(tenant, event_type).asked_path();
  }
  if (refused.empty()) return;
  if (given == 0) {
    findings->insert(findings->end(), of_refused.begin(), of_refused.end());
    return;
  }
  findings->push_back({Finding::Level::kWrong, "tenant " + tenant.name + ", event types",
                       "the API does not give this token: " + refused,
                       "their streams are blocked and ask again slowly; the others are not held up",
                       "give the token read access to " + paths +
                           ", name another path in `events`, or take these types out of it"});
}

}  // namespace

void CheckTenant(const TenantConfig& tenant, Findings* findings) {
  CheckBudget(tenant, findings);
  const auto unusable = [&](const Error& error) {
    findings->push_back(
        WrongAs("tenant " + tenant.name, error.message, "nothing can be asked of it"));
  };
  const auto token = TokenOf(tenant);
  const auto engine = CurlEngine::Create();
  if (!engine) return unusable(engine.error());
  const auto client = CurlClient::Create(**engine, CurlSettingsOf(tenant), *token);
  if (!client) return unusable(client.error());
  CheckTypes(tenant, **client, findings);
  CheckIdentities(tenant, **engine, findings);
}

}  // namespace nsf
