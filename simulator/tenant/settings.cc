// SPDX-License-Identifier: Apache-2.0
// The table of setting keys and the parsers of their values.
#include "tenant/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace nsf_simulator {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

template <typename Number>
bool ParseNumber(std::string_view text, Number* out) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  *out = value;
  return true;
}

// A whole number of milliseconds with its unit: 250ms, 30s, 5m, 23h, 2d; a leading minus is taken.
bool ParseDuration(std::string_view text, std::chrono::milliseconds* out) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr std::int64_t kLongest = std::int64_t{10} * 365 * 86'400'000;
  const auto unit_at = text.find_first_not_of("-0123456789");
  if (unit_at == std::string_view::npos) return false;
  std::int64_t count = 0;
  if (!ParseNumber(text.substr(0, unit_at), &count)) return false;
  for (const auto& [unit, milliseconds] : kUnits) {
    if (text.substr(unit_at) != unit) continue;
    if (count > kLongest / milliseconds || count < -kLongest / milliseconds) return false;
    *out = std::chrono::milliseconds(count * milliseconds);
    return true;
  }
  return false;
}

bool ParseOnOff(std::string_view text, bool* out) {
  if (text != "on" && text != "off") return false;
  *out = text == "on";
  return true;
}

bool ParseBounds(std::string_view text, Bounds* out) {
  if (text.size() != 2 || (text[0] != '[' && text[0] != '(')) return false;
  if (text[1] != ']' && text[1] != ')') return false;
  *out = {.start_included = text[0] == '[', .end_included = text[1] == ']'};
  return true;
}

// 240/min, 4/s, or 0 for none; a bare number counts by the minute, as the guide does.
bool ParseRate(std::string_view text, Settings* s) {
  const auto slash = text.find('/');
  const auto unit = slash == std::string_view::npos ? "min" : text.substr(slash + 1);
  if (unit != "min" && unit != "s") return false;
  std::uint64_t count = 0;
  if (!ParseNumber(text.substr(0, slash), &count)) return false;
  s->rate_limit = count;
  s->rate_period = std::chrono::seconds(unit == "s" ? 1 : 60);
  return true;
}

bool ParseFieldName(std::string_view text, std::string* out) {
  if (text.empty() || text.size() > 40) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && c != '_' && c != '.') return false;
  }
  *out = text;
  return true;
}

bool ParseLiveRate(std::string_view text, Settings* s) {
  double value = 0;
  if (!ParseNumber(text, &value)) return false;
  // One in twelve days at least: below that, times of events would not fit their numbers.
  if (value != 0 && !(value >= 1e-6 && value <= 1e6)) return false;
  s->live_per_second = value;
  return true;
}

template <typename Enum, std::size_t kCount>
bool ParseWord(std::string_view text,
               const std::array<std::pair<std::string_view, Enum>, kCount>& words, Enum* out) {
  for (const auto& [word, value] : words) {
    if (word != text) continue;
    *out = value;
    return true;
  }
  return false;
}

// The guide's API: it pages by skip, answers `data` and `totalResults`, and knows no window.
void SpeakGuide(Settings* s) {
  s->page_parameter = PageParameter::kSkip;
  s->window = WindowRule::kIgnored;
  s->user_parameter = true;
  s->rows_key = "data";
  s->total_key = "totalResults";
  s->rate_headers = false;
}

void SpeakLive(Settings* s) {
  const Settings live;
  s->page_parameter = live.page_parameter;
  s->window = live.window;
  s->user_parameter = live.user_parameter;
  s->rows_key = live.rows_key;
  s->total_key = live.total_key;
  s->rate_headers = live.rate_headers;
}

template <std::uint64_t Settings::*kMember, std::uint64_t kMost, std::uint64_t kLeast = 0>
bool Count(std::string_view v, Settings* s) {
  std::uint64_t value = 0;
  if (!ParseNumber(v, &value) || value > kMost || value < kLeast) return false;
  s->*kMember = value;
  return true;
}

template <bool Settings::*kMember>
bool Switch(std::string_view v, Settings* s) {
  return ParseOnOff(v, &(s->*kMember));
}

template <Bounds Settings::*kMember>
bool Ends(std::string_view v, Settings* s) {
  return ParseBounds(v, &(s->*kMember));
}

template <std::string Settings::*kMember>
bool Field(std::string_view v, Settings* s) {
  return ParseFieldName(v, &(s->*kMember));
}

bool ParseWholeSeconds(std::string_view text, std::chrono::seconds* out) {
  std::chrono::milliseconds value{};
  if (!ParseDuration(text, &value)) return false;
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(value);
  if (whole != value) return false;
  *out = whole;
  return true;
}

template <std::chrono::seconds Settings::*kMember>
bool Duration(std::string_view v, Settings* s) {
  std::chrono::seconds value{};
  if (!ParseWholeSeconds(v, &value) || value.count() < 0) return false;
  s->*kMember = value;
  return true;
}

bool Offset(std::string_view v, Settings* s) { return ParseWholeSeconds(v, &s->clock_offset); }

bool Delay(std::string_view v, Settings* s) {
  std::chrono::milliseconds value{};
  if (!ParseDuration(v, &value) || value.count() < 0) return false;
  s->delay = value;
  return true;
}

bool Dialect(std::string_view v, Settings* s) {
  if (v != "live" && v != "guide") return false;
  v == "guide" ? SpeakGuide(s) : SpeakLive(s);
  return true;
}

bool Parameter(std::string_view v, Settings* s) {
  using enum PageParameter;
  return ParseWord<PageParameter, 4>(
      v, {{{"offset", kOffset}, {"skip", kSkip}, {"both", kBoth}, {"none", kNone}}},
      &s->page_parameter);
}

bool Window(std::string_view v, Settings* s) {
  using enum WindowRule;
  return ParseWord<WindowRule, 3>(
      v, {{{"required", kRequired}, {"optional", kOptional}, {"ignored", kIgnored}}}, &s->window);
}

bool Pairs(std::string_view v, Settings* s) {
  using enum WindowPairs;
  return ParseWord<WindowPairs, 3>(
      v, {{{"both", kBoth}, {"event", kEvent}, {"insertion", kInsertion}}}, &s->window_pairs);
}

bool Over(std::string_view v, Settings* s) {
  using enum OverLimit;
  return ParseWord<OverLimit, 3>(v, {{{"clamp", kClamp}, {"reject", kReject}, {"obey", kObey}}},
                                 &s->over_limit);
}

bool Deep(std::string_view v, Settings* s) {
  using enum DeepOffset;
  return ParseWord<DeepOffset, 2>(v, {{{"empty", kEmpty}, {"reject", kReject}}}, &s->deep_answer);
}

bool Total(std::string_view v, Settings* s) {
  using enum TotalSays;
  return ParseWord<TotalSays, 2>(v, {{{"all", kAll}, {"page", kPage}}}, &s->total_says);
}

bool Sort(std::string_view v, Settings* s) {
  using enum SortBy;
  return ParseWord<SortBy, 2>(v, {{{"timestamp", kTimestamp}, {"insertion", kInsertion}}},
                              &s->sort_by);
}

bool Listing(std::string_view v, Settings* s) {
  using enum Order;
  return ParseWord<Order, 3>(v, {{{"newest", kNewest}, {"oldest", kOldest}, {"none", kNone}}},
                             &s->order);
}

bool Tie(std::string_view v, Settings* s) {
  using enum Ties;
  return ParseWord<Ties, 2>(v, {{{"stable", kStable}, {"shuffled", kShuffled}}}, &s->ties);
}

bool Unit(std::string_view v, Settings* s) {
  using enum TimeUnit;
  return ParseWord<TimeUnit, 2>(v, {{{"s", kSeconds}, {"ms", kMilliseconds}}}, &s->time_unit);
}

constexpr std::uint64_t kMostEvents = 100'000'000;
constexpr std::uint64_t kAny = UINT64_MAX;

using S = Settings;
constexpr std::array kKeys{
    SettingKey{"dialect", "live, guide",
               "sets page_parameter, window, user_parameter, rows_key, total_key, rate_headers",
               Dialect},
    SettingKey{"page_parameter", "offset, skip, both, none", "the name that turns the page",
               Parameter},
    SettingKey{"window", "required, optional, ignored", "whether a time window must be asked for",
               Window},
    SettingKey{"window_pairs", "both, event, insertion", "the pair that is honoured", Pairs},
    SettingKey{"event_bounds", "(] [] [) ()", "ends of starttime/endtime", Ends<&S::event_bounds>},
    SettingKey{"insertion_bounds", "(] [] [) ()", "ends of insertionstarttime/insertionendtime",
               Ends<&S::insertion_bounds>},
    SettingKey{"user_parameter", "on, off", "`user=` filters", Switch<&S::user_parameter>},
    SettingKey{"limit_default", "number", "page size when none is asked",
               Count<&S::limit_default, 1'000'000, 1>},
    SettingKey{"limit_max", "number", "largest page", Count<&S::limit_max, 1'000'000, 1>},
    SettingKey{"over_limit", "clamp, reject, obey", "what happens above limit_max", Over},
    SettingKey{"deep_offset", "number, 0 for none", "the deepest offset answered",
               Count<&S::deep_offset, kAny>},
    SettingKey{"deep_answer", "empty, reject", "what an offset below it gets", Deep},
    SettingKey{"rows_key", "name", "the field that holds the rows", Field<&S::rows_key>},
    SettingKey{"total_key", "name, status.total, none", "the field that holds the total",
               Field<&S::total_key>},
    SettingKey{"total_says", "all, page", "rows in the whole answer, or on this page", Total},
    SettingKey{"total_cap", "number, 0 for none", "the largest total stated",
               Count<&S::total_cap, kAny>},
    SettingKey{"sort_by", "timestamp, insertion", "the time that orders the list", Sort},
    SettingKey{"order", "newest, oldest, none", "the order of the list", Listing},
    SettingKey{"ties", "stable, shuffled", "rows of one second, from request to request", Tie},
    SettingKey{"short_page_percent", "0 to 100", "pages shorter than they might be",
               Count<&S::short_page_percent, 100>},
    SettingKey{"time_unit", "s, ms", "unit of the times in the rows", Unit},
    SettingKey{"show_insertion", "on, off", "rows carry _insertion_epoch_timestamp",
               Switch<&S::show_insertion>},
    SettingKey{"row_variety", "1 to 65536", "different rows, but for their ids and times",
               Count<&S::row_variety, 65536, 1>},
    SettingKey{"seed", "number", "the same seed gives the same tenant", Count<&S::seed, kAny>},
    SettingKey{"events", "number", "events before the start", Count<&S::events, kMostEvents>},
    SettingKey{"span", "duration", "time they are spread over", Duration<&S::span>},
    SettingKey{"live", "number", "new events a second", ParseLiveRate},
    SettingKey{"lag_max", "duration", "longest usual time from event to insertion",
               Duration<&S::lag_max>},
    SettingKey{"late_percent", "0 to 100", "events inserted late_by after they happened",
               Count<&S::late_percent, 100>},
    SettingKey{"late_by", "duration", "", Duration<&S::late_by>},
    SettingKey{"hidden_percent", "0 to 100", "events that show hidden_for after their insertion",
               Count<&S::hidden_percent, 100>},
    SettingKey{"hidden_for", "duration", "", Duration<&S::hidden_for>},
    SettingKey{"burst_events", "number", "events of one second, burst_after the start",
               Count<&S::burst_events, kMostEvents>},
    SettingKey{"burst_after", "duration", "", Duration<&S::burst_after>},
    SettingKey{"retention", "duration, 0s for ever", "how long a row is kept",
               Duration<&S::retention>},
    SettingKey{"clock_offset", "duration, or minus one", "the tenant's clock against ours", Offset},
    SettingKey{"rate_limit", "N/min, N/s, 0 for none", "requests served", ParseRate},
    SettingKey{"rate_headers", "on, off", "RateLimit-* and Retry-After", Switch<&S::rate_headers>},
    SettingKey{"delay", "duration", "wait before each answer", Delay},
    SettingKey{"gzip", "on, off", "compress for clients that accept it", Switch<&S::gzip>},
    SettingKey{"fault_429_permille", "0 to 1000", "answers 429 by chance",
               Count<&S::fault_429_permille, 1000>},
    SettingKey{"fault_500_permille", "0 to 1000", "answers 500 by chance",
               Count<&S::fault_500_permille, 1000>},
    SettingKey{"fault_503_permille", "0 to 1000", "answers 503 by chance",
               Count<&S::fault_503_permille, 1000>},
    SettingKey{"fault_cut_permille", "0 to 1000", "bodies cut in the middle",
               Count<&S::fault_cut_permille, 1000>},
    SettingKey{"fault_hang_permille", "0 to 1000", "requests never answered",
               Count<&S::fault_hang_permille, 1000>},
};

}  // namespace

std::span<const SettingKey> SettingKeys() { return kKeys; }

std::optional<std::string> ApplySetting(std::string_view assignment, Settings* settings) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return "'" + std::string(assignment) + "' is no key=value";
  }
  const auto name = assignment.substr(0, equals);
  const auto value = assignment.substr(equals + 1);
  for (const SettingKey& key : kKeys) {
    if (key.name != name) continue;
    if (key.apply(value, settings)) return std::nullopt;
    return "'" + std::string(value) + "' does not fit " + std::string(name) + ": it takes " +
           std::string(key.values);
  }
  return "there is no setting '" + std::string(name) + "'; --list-scenarios shows them";
}

std::optional<std::string> ApplySettingsText(std::string_view text, Settings* settings) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line = line.substr(0, line.find('#'));
    for (;;) {
      const auto begin = line.find_first_not_of(kSpace);
      if (begin == std::string_view::npos) break;
      line.remove_prefix(begin);
      const auto word = line.substr(0, line.find_first_of(kSpace));
      if (auto fault = ApplySetting(word, settings)) {
        return "line " + std::to_string(number) + ": " + *fault;
      }
      line.remove_prefix(word.size());
    }
  }
  return std::nullopt;
}

bool TimesFit(const Settings& settings, Time anchor) {
  constexpr Time kFirst{std::chrono::seconds(1'000'000'000)};
  constexpr Time kLast{std::chrono::seconds(9'900'000'000)};
  const Time start = anchor + settings.clock_offset;
  const Time earliest = start - settings.span - std::max(settings.lag_max, settings.late_by);
  return earliest >= kFirst && start <= kLast;
}

}  // namespace nsf_simulator
