// SPDX-License-Identifier: Apache-2.0
// The SCIM token: one user and one group are asked for.
#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "adapters/curl/curl_client.h"
#include "app/checks/ask.h"
#include "app/checks/checks.h"
#include "app/tenant_parts.h"
#include "core/answer/verdict.h"
#include "core/identity/scim_page.h"
#include "core/identity/scim_walk.h"

namespace nsf {
namespace {

// Whether a REST API token was put in the place of a SCIM token: the tenant does not tell.
bool ReadsEvents(HttpClient& client) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const HttpAnswer answer =
      Ask(client, fmt::format("/api/v2/events/data/audit?limit=1&starttime={}&endtime={}",
                              now.count() - 60, now.count()));
  return answer.status == 200;
}

Finding Refused(const TenantConfig& tenant, const std::string& subject, const Verdict& verdict,
                HttpClient& client) {
  const std::string next =
      "under Settings > Security Cloud Platform > SCIM make a token, and put it into " +
      tenant.identities.token_file + "; no restart is needed";
  if (verdict.reason != "forbidden") {
    return {Finding::Level::kWrong, subject, verdict.message,
            "events go out without who their users are", next};
  }
  return {
      Finding::Level::kWrong, subject, verdict.message,
      ReadsEvents(client)
          ? "it is a REST API v2 token: the tenant takes it for events, not for users and groups"
          : "the token is known and not granted users and groups, or single sign-on is not set "
            "up, without which the tenant has no SCIM",
      next};
}

}  // namespace

void CheckIdentities(const TenantConfig& tenant, CurlEngine& engine, Findings* findings) {
  if (tenant.identities.token_file.empty()) return;
  const std::string subject = "tenant " + tenant.name + ", identities";
  const auto token = ScimTokenOf(tenant);
  const auto client = CurlClient::Create(engine, CurlSettingsOf(tenant), *token);
  if (!client) {
    findings->push_back(
        WrongAs(subject, client.error().message, "nobody can be asked who users are"));
    return;
  }
  for (const char* path : {kScimUsersPath, kScimGroupsPath}) {
    HttpAnswer answer = Ask(**client, std::string(path) + "?startIndex=1&count=1");
    if (answer.failure == HttpFailure::kNone && answer.status == 200) {
      const ScimPage page = ParseScimUsers(std::move(answer.body));
      const std::string what =
          fmt::format("{}: {} stated", path == kScimUsersPath ? "users" : "groups",
                      page.total ? std::to_string(*page.total) : std::string("no total"));
      if (page.status != ScimPageStatus::kList) {
        findings->push_back({Finding::Level::kWrong, subject,
                             "200 from " + std::string(path) + " with no list: " + page.message,
                             "something else than the API answers, or it cannot serve this",
                             "check the tenant's url, and whether SCIM is enabled there"});
      } else if (page.total.value_or(0) > kMostResources) {
        findings->push_back({Finding::Level::kWrong, subject, what,
                             fmt::format("more than {} are not taken", kMostResources),
                             "remove identities, or ask who states so many"});
      } else {
        findings->push_back(
            {Finding::Level::kGood, subject, "the token is taken; " + what, "", ""});
      }
      continue;
    }
    const Verdict verdict = Judge(answer, nullptr, {path, token->Reference(), 0, true});
    if (verdict.action == Action::kBlocked) {
      findings->push_back(Refused(tenant, subject, verdict, **client));
      return;
    }
    findings->push_back({Finding::Level::kWarning, subject,
                         verdict.message.empty() ? "no list came" : verdict.message,
                         "events go out without who their users are until it passes",
                         "check again in a minute"});
    return;
  }
}

}  // namespace nsf
