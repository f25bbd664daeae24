// SPDX-License-Identifier: Apache-2.0
// The same line within a minute is counted, not written.
#include "app/log_repeats.h"

#include <catch2/catch.hpp>

namespace nsf {
namespace {

MonotonicTime At(int second) { return MonotonicTime(std::chrono::seconds(second)); }

TEST_CASE("a line is written once a minute, and then how often it came") {
  LogRepeats repeats;
  const RepeatedLine line{LogLevel::kWarn, "503: asking again", "acme", "audit", 0};
  const RepeatedLine other{LogLevel::kWarn, "503: asking again", "beta", "audit", 0};
  CHECK(repeats.IsNew(line, At(0)));
  CHECK_FALSE(repeats.IsNew(line, At(10)));
  CHECK(repeats.IsNew(other, At(10)));
  CHECK_FALSE(repeats.IsNew(line, At(59)));
  CHECK(repeats.TakeOver(At(59)).empty());
  const auto over = repeats.TakeOver(At(60));
  REQUIRE(over.size() == 1);
  CHECK(over.front().count == 2);
  CHECK(over.front().tenant == "acme");
  // What came once is not told of again; and from here on it is new.
  CHECK(repeats.TakeOver(At(70)).empty());
  CHECK(repeats.IsNew(line, At(71)));
  CHECK(repeats.IsNew(other, At(71)));
}

}  // namespace
}  // namespace nsf
