// SPDX-License-Identifier: Apache-2.0
// What the process asks of the system: at its start, before it has other threads, but for the last.
#pragma once

namespace nsf {

// No core file is written and no debugger of the same user attaches: either would hold the tokens.
void ForbidCores();

// A write to a closed pipe or socket is an error of that write, not the end of the process.
void IgnoreSigpipe();

// Few arenas, in which the memory of pages and batches is used again and again.
void KeepMemorySmall();

// What of the heap holds nothing goes back to the system. Takes a few milliseconds; any thread.
void GiveMemoryBack();

}  // namespace nsf
