// SPDX-License-Identifier: Apache-2.0
// Streams by name, as the configuration and the state have them, and jobs as JSON.
#pragma once

#include <set>
#include <string>
#include <tuple>

#include "app/config/config.h"
#include "app/config/json_writer.h"
#include "core/state/job.h"
#include "ports/state_store.h"

namespace nsf {

struct StreamName {
  std::string tenant;
  std::string stream;

  friend bool operator<(const StreamName& a, const StreamName& b) {
    return std::tie(a.tenant, a.stream) < std::tie(b.tenant, b.stream);
  }
};

std::set<StreamName> ConfiguredStreams(const Config& config);
// Those that the state has entries of, configured or not.
Result<std::set<StreamName>> KnownStreams(const StateReader& state);
// An empty name matches any.
bool Matches(const StreamName& name, const std::string& tenant, const std::string& stream);
// The stream of a key that begins with "stream/"; its tenant is empty for any other key.
StreamName StreamOfKey(std::string_view key);

void WriteJob(const KnownJob& known, JsonWriter* json);

}  // namespace nsf
