// SPDX-License-Identifier: Apache-2.0
// What the simulator's tests share: requests made short, and pages read by a parser that is not the
// simulator's.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tenant/tenant.h"

namespace nsf_simulator {

inline constexpr std::int64_t kStart = 1'800'000'000;
inline constexpr Time kAnchor{std::chrono::seconds(kStart)};

// Settings from their text form; fails the test if the text has a fault.
Settings MakeSettings(std::string_view text);

// GET of the audit endpoint with the right token.
Request Get(std::string_view query);

struct Page {
  std::vector<std::string> ids;
  std::vector<std::int64_t> timestamps;
  std::int64_t total = -1;
};

// Fails the test unless `body` is JSON with rows under `rows_key`.
Page ParsePage(const std::string& body, std::string_view rows_key = "result",
               std::string_view total_key = "total");

// Turns pages with `parameter` until one is empty. `query` is all but offset and limit.
std::vector<std::string> WalkAll(Tenant* tenant, Time now, const std::string& query,
                                 std::string_view parameter, std::uint64_t limit);

// The value of a header, spelt as it was sent; nullopt if there is none.
std::optional<std::string> Header(const Answer& answer, std::string_view name);

// The ids of every event visible so far: ground truth.
std::vector<std::string> TrueIds(const Tenant& tenant);

template <typename T>
std::set<T> AsSet(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

// A window that holds everything.
std::string WholeWindow(std::string_view start = "starttime", std::string_view end = "endtime");

}  // namespace nsf_simulator
