// SPDX-License-Identifier: Apache-2.0
// One tenant's identities as samples: what is not known yet has none.
#include "adapters/prometheus/identity_metrics.h"

#include <cstdint>
#include <map>
#include <string_view>

#include "adapters/prometheus/stream_metrics.h"

namespace nsf {
namespace {

double Count(std::uint64_t count) { return static_cast<double>(count); }

void AddHealth(const MetricLabels& labels, const IdentitySnapshot& snapshot, MetricPage* page) {
  if (snapshot.up) {
    page->Gauge("identities_up", "Whether the last answer about users and groups was taken.",
                labels, *snapshot.up ? 1 : 0);
  }
  std::map<std::string_view, bool> reasons;
  for (const char* reason :
       {"forbidden", "paging", "redirect", "refused", "secret", "too_many", "unauthorized"}) {
    reasons[reason] = false;
  }
  if (!snapshot.blocked_reason.empty()) reasons[snapshot.blocked_reason] = true;
  for (const auto& [reason, blocked] : reasons) {
    MetricLabels with_reason = labels;
    with_reason.emplace_back("reason", reason);
    page->Gauge("identities_blocked", "1 while identities wait for an operator to act.",
                with_reason, blocked ? 1 : 0);
  }
}

void AddRequests(const MetricLabels& labels, const IdentitySnapshot& snapshot, MetricPage* page) {
  std::map<std::string_view, std::uint64_t> codes;
  for (const char* code : {"200", "400", "401", "403", "429", "500", "503", "error"}) {
    codes[code] = 0;
  }
  for (const auto& [code, count] : snapshot.requests) codes[CodeLabel(code)] += count;
  for (const auto& [code, count] : codes) {
    MetricLabels with_code = labels;
    with_code.emplace_back("code", code);
    page->Counter("identity_requests_total",
                  "Answers about users and groups, by status; error: none came.", with_code,
                  Count(count));
  }
  std::map<std::string_view, std::uint64_t> walks{{"whole", 0}, {"moved", 0}, {"failed", 0}};
  for (const auto& [result, count] : snapshot.walks) walks[result] = count;
  for (const auto& [result, count] : walks) {
    MetricLabels with_result = labels;
    with_result.emplace_back("result", result);
    page->Counter("identity_walks_total", "Walks over all users and groups, by result.",
                  with_result, Count(count));
  }
}

}  // namespace

void AddIdentityMetrics(const std::string& tenant, const IdentitySnapshot& snapshot,
                        MetricPage* page) {
  const MetricLabels labels{{"tenant", tenant}};
  AddRequests(labels, snapshot, page);
  AddHealth(labels, snapshot, page);
  if (!snapshot.taken) return;
  page->Gauge("identity_picture_timestamp_seconds",
              "When the picture of the users that is in use was taken.", labels,
              Count(static_cast<std::uint64_t>(snapshot.taken->time_since_epoch().count())));
  page->Gauge("identity_users", "Users in it.", labels, Count(snapshot.users));
  page->Gauge("identity_groups", "Groups in it.", labels, Count(snapshot.groups));
  page->Gauge("identity_bytes", "Memory that it takes.", labels, Count(snapshot.bytes));
}

}  // namespace nsf
