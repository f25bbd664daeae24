// SPDX-License-Identifier: Apache-2.0
#include "app/commands/health_command.h"

#include <chrono>
#include <ostream>

#include "adapters/http_server/http_probe.h"
#include "app/exit_codes.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

int HealthCommand(const Config& config, const CommandContext& context) {
  const auto reply = AskHttpServer(config.server.host, config.server.port, "/healthz", kPatience);
  if (!reply) {
    context.err << reply.error().message << '\n';
    return kExitFound;
  }
  return Say(reply->body, context, reply->status == 200 ? kExitDone : kExitFound);
}

}  // namespace nsf
