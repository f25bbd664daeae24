// SPDX-License-Identifier: Apache-2.0
// What the process asks of the system at its start.
#pragma once

namespace nsf {

// No core file is written and no debugger of the same user attaches: either would hold the tokens.
void ForbidCores();

// A write to a closed pipe or socket is an error of that write, not the end of the process.
void IgnoreSigpipe();

// Few arenas, and freed memory goes back to the system soon: pages of many megabytes come and go.
void KeepMemorySmall();

}  // namespace nsf
