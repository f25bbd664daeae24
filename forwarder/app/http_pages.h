// SPDX-License-Identifier: Apache-2.0
// What is served on server.listen, by path.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "adapters/http_server/http_server.h"
#include "adapters/prometheus/prometheus_telemetry.h"
#include "app/status/status_desk.h"
#include "app/status/stream_board.h"
#include "ports/clock.h"

namespace nsf {

// All outlive the pages.
struct PageSources {
  const PrometheusTelemetry& telemetry;
  StreamBoard& board;
  StatusDesk& desk;
  const Clock& clock;
  std::function<MonotonicTime()> last_step;  // of the loop
};

std::map<std::string, HttpHandler> HttpPages(const PageSources& sources);

}  // namespace nsf
