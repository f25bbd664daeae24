// SPDX-License-Identifier: Apache-2.0
// The address of the metrics: bound as the daemon would bind it, and let go again.
#include "adapters/http_server/http_server.h"
#include "adapters/sqlite/owner_lock.h"
#include "app/checks/checks.h"

namespace nsf {

void CheckServer(const Config& config, Findings* findings) {
  const std::string subject =
      "server " + config.server.host + " port " + std::to_string(config.server.port);
  HttpServerSettings settings;
  settings.host = config.server.host;
  settings.port = config.server.port;
  if (const auto server = HttpServer::Start(settings)) {
    findings->push_back({Finding::Level::kGood, subject, "it can be listened on", "", ""});
    return;
  } else if (const std::string owner = OwnerOf(config.state.path); !owner.empty()) {
    findings->push_back(
        {Finding::Level::kGood, subject, "it is taken, as it should be: by " + owner, "", ""});
  } else {
    findings->push_back(WrongAs(subject, server.error().message,
                                "the program would not start: nobody could watch it"));
  }
}

}  // namespace nsf
