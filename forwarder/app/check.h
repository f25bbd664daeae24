// SPDX-License-Identifier: Apache-2.0
// `check`, live: asks each tenant, sink and the state whether they would do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/config/config.h"

namespace nsf {

struct Finding {
  enum class Level : std::uint8_t { kGood, kWarning, kWrong };
  Level level = Level::kGood;
  std::string subject;  // "tenant acme, audit"; "sink lake"; "state"
  std::string what;     // what was found
  std::string why;      // what it means; empty where that is plain
  std::string mend;     // what to do; empty where there is nothing to do
};

struct LiveCheckOptions {
  bool write = false;  // send one test message to each sink
};

// Blocks for up to about half a minute a tenant or sink that does not answer. Sends each tenant
// a few requests for a single row a stream; nothing is forwarded and no state is touched.
std::vector<Finding> CheckLive(const Config& config, const LiveCheckOptions& options);

}  // namespace nsf
