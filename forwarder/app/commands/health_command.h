// SPDX-License-Identifier: Apache-2.0
// `health`: whether the forwarder that runs with this configuration is alive, for what watches it
// and has neither a shell nor curl (a container's health check).
#pragma once

#include "app/commands/command_context.h"

namespace nsf {

// Tells what /healthz answers. Returns the exit code: 0; 1 when it is not alive, or nobody answers.
int HealthCommand(const Config& config, const CommandContext& context);

}  // namespace nsf
