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
#include <vector>

#include "tenant/fault.h"
#include "tenant/odd_row.h"

namespace nsf_simulator {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class PageParameter { kOffset, kSkip, kBoth, kNone };
enum class WindowRule { kRequired, kOptional, kIgnored };
enum class WindowPairs { kBoth, kEvent, kInsertion };
enum class OverLimit { kClamp, kReject, kObey };
enum class DeepOffset { kEmpty, kReject };
enum class UnknownParameters { kIgnored, kRejected };
enum class Refusals { kAs400, kAs200 };
enum class RowsIn { kList, kNested, kBare, kLone };
enum class EmptyAs { kList, kNull, kObject, kMissing, kNoContent, kNoBody };
enum class StatusField { kOk, kText, kObject, kNumber, kNone };
enum class TotalSays { kAll, kPage, kFewer, kMore, kZero, kChanging };
enum class TotalType { kNumber, kText };
enum class SortBy { kTimestamp, kInsertion };
enum class Order { kNewest, kOldest, kNone };
enum class Ties { kStable, kShuffled };
enum class TimeUnit { kSeconds, kMilliseconds };
enum class RateKind { kPeriod, kBucket };
enum class RateHeaders { kOn, kOff, kMixedCase, kGarbage, kEpoch, kMisspelt };
enum class RetryAfter { kSeconds, kDate, kGarbage, kHuge, kNone };

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
  UnknownParameters unknown_parameters = UnknownParameters::kIgnored;
  Refusals refusals = Refusals::kAs400;
  bool user_parameter = false;

  // What a page looks like.
  std::string rows_key = "result";
  std::string total_key = "total";  // "status.total" nests it, "none" leaves it out
  std::uint64_t total_cap = 0;      // 0: no cap
  std::uint64_t short_page_percent = 0;
  RowsIn rows_in = RowsIn::kList;
  EmptyAs empty_as = EmptyAs::kList;
  StatusField status_field = StatusField::kOk;
  TotalSays total_says = TotalSays::kAll;
  TotalType total_type = TotalType::kNumber;
  SortBy sort_by = SortBy::kTimestamp;
  Order order = Order::kNewest;
  Ties ties = Ties::kStable;

  // What an iterator gives.
  std::uint64_t iterator_page = 10'000;
  std::chrono::seconds iterator_wait{5};       // stated with a page that is not full
  std::chrono::milliseconds iterator_hold{0};  // so long an index is busy, beside the delay

  // Which event types there are beside `audit`, and which of all types the token does not get.
  std::vector<std::string> event_types;
  std::vector<std::string> refused_types;
  std::string event_type;  // of a list of such a type: its own; empty: `audit`. No setting.

  // What rows look like.
  std::uint64_t row_variety = 4096;  // different rows, but for their ids and times
  TimeUnit time_unit = TimeUnit::kSeconds;
  bool show_insertion = true;
  OddShares odd_rows{};
  std::uint64_t huge_bytes = std::uint64_t{2} << 20U;
  std::uint64_t changed_percent = 0;
  std::chrono::seconds changed_after{60};

  // Which events there are, and when they can be seen.
  std::uint64_t seed = 1;
  std::uint64_t events = 0;
  std::chrono::seconds span = std::chrono::hours(23);
  double live_per_second = 0;
  std::chrono::seconds lag_max{300};
  std::uint64_t late_percent = 0;
  std::chrono::seconds late_by{0};
  std::uint64_t ahead_percent = 0;
  std::chrono::seconds ahead_by{0};
  std::uint64_t hidden_percent = 0;
  std::chrono::seconds hidden_for{0};
  std::chrono::seconds batch_every{0};  // 0: rows come in one by one
  std::uint64_t crowd = 1;              // events that share one second
  std::uint64_t equal_percent = 0;
  std::chrono::seconds equal_after{0};
  std::uint64_t repeated_percent = 0;
  std::uint64_t echo_percent = 0;
  std::uint64_t burst_events = 0;
  std::chrono::seconds burst_after{30};
  std::chrono::seconds retention{0};  // 0: rows are kept for ever
  std::chrono::seconds clock_offset{0};

  // How answers come.
  std::uint64_t rate_limit = 0;  // requests in each rate_period; 0: none
  std::chrono::seconds rate_period{60};
  std::uint64_t global_limit = 0;  // the same over all paths
  std::chrono::seconds global_period{60};
  std::uint64_t rate_shared_percent = 0;
  RateKind rate_kind = RateKind::kPeriod;
  RateHeaders rate_headers = RateHeaders::kOn;
  RetryAfter retry_after = RetryAfter::kSeconds;
  std::chrono::seconds token_expires{0};  // 0: never
  int token_expired_status = 401;
  FaultShares faults{};
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds stall_for{90'000};
  std::chrono::milliseconds drip_for{30'000};
  std::uint64_t bomb_bytes = std::uint64_t{1} << 30U;
  bool gzip = false;
  bool chunked = false;

  // Its users and groups, over SCIM.
  std::uint64_t scim_users = 0;
  std::uint64_t scim_groups = 0;
  bool scim_sso = true;  // without single sign-on there is no SCIM
  std::chrono::seconds scim_group_delay{0};
  std::chrono::seconds scim_audit_lag{1};
  std::uint64_t scim_claim = 0;  // what totalResults states; 0: the truth
  std::chrono::milliseconds scim_delay{0};
  std::uint64_t scim_rate_limit = 0;  // requests in each scim_rate_period; 0: none
  std::chrono::seconds scim_rate_period{60};
  FaultShares scim_faults{};

  // How it changes its mind.
  std::chrono::seconds changes_after{0};
  std::chrono::seconds changes_for{0};  // 0: for good
  std::string changes_to;
};

// One key of a scenario, with what it takes: the table behind scenarios, --set and the manual.
struct SettingKey {
  std::string_view name;
  std::string_view values;
  std::string_view meaning;
  bool lasting;  // holds from the start on: `changes_to` cannot touch it
  bool (*apply)(std::string_view value, Settings* settings);
};

std::span<const SettingKey> SettingKeys();

// Applies `key=value`. Returns what is wrong with it, and leaves `settings` as they were, if the
// key is unknown or the value does not fit.
std::optional<std::string> ApplySetting(std::string_view assignment, Settings* settings);

// Applies what `changes_to` says: names of scenarios and assignments, joined by `;`. Returns what
// is wrong with it if one is unknown, does not fit or sets a key that is lasting.
std::optional<std::string> ApplyChange(std::string_view change, Settings* settings);

// Applies a text of assignments separated by white space; `#` begins a comment that ends with its
// line. Returns the first fault, with its line.
std::optional<std::string> ApplySettingsText(std::string_view text, Settings* settings);

// Whether all times that a tenant started at `anchor` can show have ten digits, 2001 to 2283, which
// is the width of their place in a row.
bool TimesFit(const Settings& settings, Time anchor);

}  // namespace nsf_simulator
