// SPDX-License-Identifier: Apache-2.0
// What the process asks of the system: see the header.
#include "adapters/system/process.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

namespace nsf {

void ForbidCores() {
  const struct rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // A core_pattern that pipes to a program ignores the limit but for this flag (core(5)).
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void IgnoreSigpipe() { std::signal(SIGPIPE, SIG_IGN); }

void KeepMemorySmall() {
  ::mallopt(M_ARENA_MAX, 2);
  // Setting it also stops glibc from raising the mmap threshold to the size of the largest page
  // seen, after which such a page would stay on the heap.
  ::mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

}  // namespace nsf
