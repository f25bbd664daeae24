// SPDX-License-Identifier: Apache-2.0
// What is configured, for the metrics that exist at 0 before anything has happened.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/health.h"

namespace nsf {

struct TelemetryTenant {
  std::string name;
  std::vector<std::string> streams;  // "audit"
  std::vector<std::string> sinks;    // those of this tenant
  std::optional<WallSeconds> token_expires;
  bool asks_identities = false;
};

struct TelemetryPlan {
  std::string version;
  std::string commit;
  std::vector<TelemetryTenant> tenants;
  std::vector<std::string> sinks;  // all
  // Asked at each scrape; may be empty.
  std::function<std::size_t()> state_bytes;
  std::function<std::vector<NamedHealth>(const Now& now)> health;
  // Whether a stream is this instance's; empty: all are, and need not be told.
  std::function<bool(const std::string& tenant, const std::string& stream)> owns = {};
  // Whether what is known of a stream that is not this instance's is told all the same: nobody else
  // may have it. Empty: it is not.
  std::function<bool(const std::string& tenant, const std::string& stream)> shows = {};
};

}  // namespace nsf
