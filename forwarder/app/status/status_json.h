// SPDX-License-Identifier: Apache-2.0
// /status.json: what the status page shows, for programs too. docs/STATUS.md describes it; members
// may be added under the same "schema", and none goes away or changes its meaning.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/status/stream_board.h"
#include "ports/clock.h"
#include "ports/telemetry.h"

namespace nsf {

struct StatusTenant {
  std::string name;
  std::string url;  // without credentials
  std::uint32_t requests_per_minute = 0;
  std::optional<WallSeconds> token_expires;
};

struct StatusSink {
  std::string name;
  std::string kind;       // "kafka", "syslog", "file"
  std::string format;     // "ocsf"
  std::string guarantee;  // "at least once; acknowledged means …"
};

// Of the configuration file.
struct StatusConfig {
  std::string file;
  WallTime read;      // the one that runs
  std::string error;  // of the last attempt to read it again; empty: it is what runs
};

struct Status {
  std::string version;
  std::string commit;
  Now now;
  WallTime started;
  StatusConfig config;
  std::vector<StatusTenant> tenants;
  std::vector<StatusSink> sinks;
  std::vector<StreamView> streams;
  std::map<std::string, IdentitySnapshot> identities;  // by tenant, where users are asked for
  std::map<std::string, SinkTrouble> troubles;         // by sink, or "dead_letter"
};

std::string StatusJson(const Status& status);

}  // namespace nsf
