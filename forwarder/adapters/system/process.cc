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
  // NOLINTBEGIN(concurrency-mt-unsafe): there are no other threads yet
  // Two heaps: librdkafka's threads and the stepping one do not wait for each other.
  ::mallopt(M_ARENA_MAX, 2);
  // The pieces that batches are made of stay on the heap, where the next ones take them: the kernel
  // need not clear new memory for each. What is idle goes back: GiveMemoryBack(). Pages do not:
  // between what stays they would leave holes that no page fits in.
  ::mallopt(M_MMAP_THRESHOLD, 2'097'152);
  ::mallopt(M_TRIM_THRESHOLD, 67'108'864);
  // NOLINTEND(concurrency-mt-unsafe)
}

void GiveMemoryBack() { ::malloc_trim(0); }

}  // namespace nsf
