// SPDX-License-Identifier: Apache-2.0
// Memory goes back while a stream is busy too, but not often, and not for a quiet tenant's polls.
#include "app/idle_memory.h"

#include <catch2/catch.hpp>
#include <utility>

namespace nsf {
namespace {

TEST_CASE("memory is given back after much was received, once in ten seconds") {
  struct Row {
    std::uint64_t received_kib;
    int second;
    bool due;
  };
  const Row rows[] = {
      {0, 0, false},          // nothing has come
      {1'000, 1, false},      // little
      {100'000, 2, true},     // a backlog
      {200'000, 11, false},   // goes on
      {300'000, 12, true},    // and its next part
      {300'900, 60, false},   // quiet polls
      {301'024, 3600, true},  // of which many make a phase of their own
      {301'024, 7200, false},
  };
  IdleMemory memory;
  for (const Row& row : rows) {
    INFO(row.received_kib << " KiB at second " << row.second);
    const MonotonicTime now{std::chrono::seconds(row.second)};
    CHECK(memory.IsDue(row.received_kib << 10, now) == row.due);
  }
}

TEST_CASE("what is kept for pages is looked through once in ten seconds") {
  IdleMemory memory;
  for (const auto& [second, due] : {std::pair(1, true), {2, false}, {10, false}, {11, true}}) {
    INFO("second " << second);
    CHECK(memory.IsLookDue(MonotonicTime{std::chrono::seconds(second)}) == due);
  }
}

}  // namespace
}  // namespace nsf
