// SPDX-License-Identifier: Apache-2.0
// Everything in which one simulated tenant differs from another, as data: what a scenario names, a
// scenario file lists and a flag overrides.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nsf_simulator {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class PageParameter { kOffset, kSkip, kBoth, kNone };
enum class WindowRule { kRequired, kOptional, kIgnored };
enum class WindowPairs { kBoth, kEvent, kInsertion };
enum class OverLimit { kClamp, kReject, kObey };
enum class DeepOffset { kEmpty, kReject };
enum class TotalSays { kAll, kPage };
enum class SortBy { kTimestamp, kInsertion };
enum class Order { kNewest, kOldest, kNone };
enum class Ties { kStable, kShuffled };
enum class TimeUnit { kSeconds, kMilliseconds };

// Which ends of an asked time window belong to it.
struct Bounds {
  bool start_included = true;
  bool end_included = true;
};

struct Settings {
  // What a request may ask.
  std::uint64_t limit_default = 100;
  std::uint64_t limit_max = 5000;
  std::uint64_t deep_offset = 0;  // 0: every offset is answered
  OverLimit over_limit = OverLimit::kClamp;
  DeepOffset deep_answer = DeepOffset::kEmpty;
  PageParameter page_parameter = PageParameter::kOffset;
  WindowRule window = WindowRule::kRequired;
  WindowPairs window_pairs = WindowPairs::kBoth;
  Bounds event_bounds{.start_included = false, .end_included = true};
  Bounds insertion_bounds{};
  bool user_parameter = false;

  // What a page looks like.
  std::string rows_key = "result";
  std::string total_key = "total";  // "status.total" nests it, "none" leaves it out
  std::uint64_t total_cap = 0;      // 0: no cap
  std::uint64_t short_page_percent = 0;
  std::uint64_t row_variety = 4096;  // different rows, but for their ids and times
  TotalSays total_says = TotalSays::kAll;
  SortBy sort_by = SortBy::kTimestamp;
  Order order = Order::kNewest;
  Ties ties = Ties::kStable;
  TimeUnit time_unit = TimeUnit::kSeconds;
  bool show_insertion = true;

  // Which events there are, and when they can be seen.
  std::uint64_t seed = 1;
  std::uint64_t events = 0;
  std::chrono::seconds span = std::chrono::hours(23);
  double live_per_second = 0;
  std::chrono::seconds lag_max{300};
  std::uint64_t late_percent = 0;
  std::chrono::seconds late_by{0};
  std::uint64_t hidden_percent = 0;
  std::chrono::seconds hidden_for{0};
  std::uint64_t burst_events = 0;
  std::chrono::seconds burst_after{30};
  std::chrono::seconds retention{0};  // 0: rows are kept for ever
  std::chrono::seconds clock_offset{0};

  // How answers come.
  std::uint64_t rate_limit = 0;  // requests in each rate_period; 0: none
  std::chrono::seconds rate_period{60};
  std::chrono::milliseconds delay{0};
  std::uint64_t fault_429_permille = 0;
  std::uint64_t fault_500_permille = 0;
  std::uint64_t fault_503_permille = 0;
  std::uint64_t fault_cut_permille = 0;
  std::uint64_t fault_hang_permille = 0;
  bool rate_headers = true;
  bool gzip = false;
};

// One key of a scenario, with what it takes: the table behind scenarios, --set and the manual.
struct SettingKey {
  std::string_view name;
  std::string_view values;
  std::string_view meaning;
  bool (*apply)(std::string_view value, Settings* settings);
};

std::span<const SettingKey> SettingKeys();

// Applies `key=value`. Returns what is wrong with it, and leaves `settings` as they were, if the
// key is unknown or the value does not fit.
std::optional<std::string> ApplySetting(std::string_view assignment, Settings* settings);

// Applies a text of assignments separated by white space; `#` begins a comment that ends with its
// line. Returns the first fault, with its line.
std::optional<std::string> ApplySettingsText(std::string_view text, Settings* settings);

// Whether all times that a tenant started at `anchor` can show have ten digits, 2001 to 2283, which
// is the width of their place in a row.
bool TimesFit(const Settings& settings, Time anchor);

}  // namespace nsf_simulator
