// SPDX-License-Identifier: Apache-2.0
// Memory goes back once after each busy phase, and not while anything is under way.
#include "app/idle_memory.h"

#include <catch2/catch.hpp>

namespace nsf {
namespace {

TEST_CASE("memory is given back once after much was received and settled") {
  struct Row {
    std::uint64_t received_mib, pending;
    bool due;
  };
  const Row rows[] = {
      {0, 0, false},      // nothing has come
      {3, 0, false},      // little
      {100, 1, false},    // a backlog, under way
      {100, 0, true},     // and settled
      {100, 0, false},    // once
      {103, 0, false},    // quiet polls
      {104, 200, false},  // the next phase
      {104, 0, true},    {105, 0, false},
  };
  IdleMemory memory;
  for (const Row& row : rows) {
    INFO(row.received_mib << " MiB, " << row.pending << " pending");
    CHECK(memory.IsDue(row.received_mib << 20, row.pending) == row.due);
  }
}

}  // namespace
}  // namespace nsf
