// SPDX-License-Identifier: Apache-2.0
// One tenant's identities as samples: what is not known yet has none.
#include "adapters/prometheus/identity_metrics.h"

#include <cstdint>

#include "adapters/prometheus/labelled_values.h"

namespace nsf {
namespace {

double Count(std::uint64_t count) { return static_cast<double>(count); }
double Epoch(WallSeconds time) { return static_cast<double>(time.time_since_epoch().count()); }

void AddHealth(const MetricLabels& labels, const IdentitySnapshot& snapshot, MetricPage* page) {
  if (snapshot.up) {
    page->Gauge("identities_up", "Whether the last answer about users and groups was taken.",
                labels, *snapshot.up ? 1 : 0);
  }
  page->Gauges(
      "identities_blocked", "1 while identities wait for an operator to act.", labels, "reason",
      ByReason({"forbidden", "paging", "redirect", "refused", "secret", "too_many", "unauthorized"},
               snapshot.blocked_reason));
}

void AddRequests(const MetricLabels& labels, const IdentitySnapshot& snapshot, MetricPage* page) {
  page->Counters("identity_requests_total",
                 "Answers about users and groups, by status; error: none came.", labels, "code",
                 ByCode(snapshot.requests));
  page->Counters("identity_walks_total", "Walks over all users and groups, by result.", labels,
                 "result", FromZero({"whole", "moved", "failed"}, snapshot.walks));
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
              Epoch(*snapshot.taken));
  page->Gauge("identity_fresh_until_timestamp_seconds", "After it the picture is stale.", labels,
              Epoch(snapshot.fresh_until));
  page->Gauge("identity_users", "Users in it.", labels, Count(snapshot.users));
  page->Gauge("identity_groups", "Groups in it.", labels, Count(snapshot.groups));
  page->Gauge("identity_bytes", "Memory that it takes.", labels, Count(snapshot.bytes));
}

}  // namespace nsf
