// SPDX-License-Identifier: Apache-2.0
// The table of setting keys; docs/SIMULATOR.md repeats it, and a test keeps the two in step.
#include <array>

#include "tenant/setting_values.h"
#include "tenant/setting_words.h"
#include "tenant/settings.h"

namespace nsf_simulator {
namespace {

using S = Settings;

// The guide's API: it pages by skip, answers `data` and `totalResults`, and knows no window.
void SpeakGuide(Settings* s) {
  s->page_parameter = PageParameter::kSkip;
  s->window = WindowRule::kIgnored;
  s->user_parameter = true;
  s->rows_key = "data";
  s->total_key = "totalResults";
  s->rate_headers = RateHeaders::kOff;
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

bool Dialect(std::string_view v, Settings* s) {
  if (v != "live" && v != "guide") return false;
  v == "guide" ? SpeakGuide(s) : SpeakLive(s);
  return true;
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

template <std::vector<std::string> Settings::*kMember>
bool EventTypeNames(std::string_view v, Settings* s) {
  return ParseEventTypes(v, &(s->*kMember));
}

template <auto kMember, const auto& kWords>
bool OneOf(std::string_view v, Settings* s) {
  return ParseWord(v, kWords, &(s->*kMember));
}

template <std::chrono::seconds Settings::*kMember>
bool Duration(std::string_view v, Settings* s) {
  std::chrono::seconds value{};
  if (!ParseWholeSeconds(v, &value) || value.count() < 0) return false;
  s->*kMember = value;
  return true;
}

template <std::chrono::milliseconds Settings::*kMember>
bool FineDuration(std::string_view v, Settings* s) {
  std::chrono::milliseconds value{};
  if (!ParseDuration(v, &value) || value.count() < 0) return false;
  s->*kMember = value;
  return true;
}

template <std::uint64_t Settings::*kCount, std::chrono::seconds Settings::*kPeriod>
bool Rate(std::string_view v, Settings* s) {
  return ParseRate(v, &(s->*kCount), &(s->*kPeriod));
}

bool LiveRate(std::string_view v, Settings* s) { return ParseLiveRate(v, &s->live_per_second); }

bool Offset(std::string_view v, Settings* s) { return ParseWholeSeconds(v, &s->clock_offset); }

bool Faults(std::string_view v, Settings* s) { return ParseShares(v, FaultByName, &s->faults); }

bool ScimFaults(std::string_view v, Settings* s) {
  return ParseShares(v, FaultByName, &s->scim_faults);
}

bool OddRows(std::string_view v, Settings* s) { return ParseShares(v, OddRowByName, &s->odd_rows); }

bool Change(std::string_view v, Settings* s) {
  Settings scratch;
  if (v.empty() || ApplyChange(v, &scratch)) return false;
  s->changes_to = v;
  return true;
}

constexpr std::uint64_t kMostEvents = 100'000'000;
constexpr std::uint64_t kAny = UINT64_MAX;
constexpr std::uint64_t kMostHuge = std::uint64_t{64} << 20U;
constexpr std::uint64_t kMostBomb = std::uint64_t{1} << 36U;

// Whether a key holds from the start on, or may be named by changes_to.
constexpr bool kLasting = true;
constexpr bool kPassing = false;

constexpr std::array kKeys{
    SettingKey{"dialect", "live, guide",
               "sets page_parameter, window, user_parameter, rows_key, total_key, rate_headers",
               kPassing, Dialect},
    SettingKey{"page_parameter", "offset, skip, both, none", "the name that turns the page",
               kPassing, OneOf<&S::page_parameter, kPageParameters>},
    SettingKey{"window", "required, optional, ignored", "whether a time window must be asked for",
               kPassing, OneOf<&S::window, kWindowRules>},
    SettingKey{"window_pairs", "both, event, insertion", "the pair that is honoured", kPassing,
               OneOf<&S::window_pairs, kWindowPairs>},
    SettingKey{"event_bounds", "(] [] [) ()", "ends of starttime/endtime", kPassing,
               Ends<&S::event_bounds>},
    SettingKey{"insertion_bounds", "(] [] [) ()", "ends of insertionstarttime/insertionendtime",
               kPassing, Ends<&S::insertion_bounds>},
    SettingKey{"user_parameter", "on, off", "`user=` filters", kPassing,
               Switch<&S::user_parameter>},
    SettingKey{
        "unknown_parameters", "ignored, rejected",
        "parameters that the tenant does not know, fields, orderbys and timeperiod among them",
        kPassing, OneOf<&S::unknown_parameters, kUnknown>},
    SettingKey{"refusals", "400, 200", "the status of a request that is refused for what it asks",
               kPassing, OneOf<&S::refusals, kRefusals>},
    SettingKey{"limit_default", "number", "page size when none is asked", kPassing,
               Count<&S::limit_default, 1'000'000, 1>},
    SettingKey{"limit_max", "number", "largest page", kPassing, Count<&S::limit_max, 1'000'000, 1>},
    SettingKey{"over_limit", "clamp, reject, obey", "what happens above limit_max", kPassing,
               OneOf<&S::over_limit, kOverLimits>},
    SettingKey{"deep_offset", "number, 0 for none", "the deepest offset answered", kPassing,
               Count<&S::deep_offset, kAny>},
    SettingKey{"deep_answer", "empty, reject", "what an offset below it gets", kPassing,
               OneOf<&S::deep_answer, kDeepAnswers>},
    SettingKey{"rows_key", "name", "the field that holds the rows", kPassing, Field<&S::rows_key>},
    SettingKey{"rows_in", "list, nested, bare, lone",
               "a list; an object whose data is the list; no envelope; a single row without a list",
               kPassing, OneOf<&S::rows_in, kRowsIn>},
    SettingKey{"empty_as", "list, null, object, missing, 204, no-body", "how no rows are stated",
               kPassing, OneOf<&S::empty_as, kEmptyAs>},
    SettingKey{"status_field", "ok, text, object, number, none",
               "what stands beside the rows: `ok`, or `status` of a type", kPassing,
               OneOf<&S::status_field, kStatusFields>},
    SettingKey{"total_key", "name, status.total, none", "the field that holds the total", kPassing,
               Field<&S::total_key>},
    SettingKey{
        "total_says", "all, page, fewer, more, zero, changing",
        "rows in the whole answer, on this page, half of all, 1000 too many, 0, or any number",
        kPassing, OneOf<&S::total_says, kTotals>},
    SettingKey{"total_type", "number, text", "the type of the total", kPassing,
               OneOf<&S::total_type, kTotalTypes>},
    SettingKey{"total_cap", "number, 0 for none", "the largest total stated", kPassing,
               Count<&S::total_cap, kAny>},
    SettingKey{"sort_by", "timestamp, insertion", "the time that orders the list", kLasting,
               OneOf<&S::sort_by, kSortBy>},
    SettingKey{"order", "newest, oldest, none", "the order of the list", kPassing,
               OneOf<&S::order, kOrders>},
    SettingKey{"ties", "stable, shuffled", "rows of one second, from request to request", kPassing,
               OneOf<&S::ties, kTies>},
    SettingKey{"short_page_percent", "0 to 100", "pages shorter than they might be", kPassing,
               Count<&S::short_page_percent, 100>},
    SettingKey{"time_unit", "s, ms", "unit of the times in the rows", kLasting,
               OneOf<&S::time_unit, kUnits>},
    SettingKey{"show_insertion", "on, off", "rows carry _insertion_epoch_timestamp", kLasting,
               Switch<&S::show_insertion>},
    SettingKey{"iterator_page", "1 to 100000", "rows of a page of an iterator", kPassing,
               Count<&S::iterator_page, 100'000, 1>},
    SettingKey{"iterator_wait", "duration", "the wait_time of a page that is not full", kPassing,
               Duration<&S::iterator_wait>},
    SettingKey{"iterator_hold", "duration",
               "how long an index is busy with a request, beside the delay: 409", kPassing,
               FineDuration<&S::iterator_hold>},
    SettingKey{"event_types", "TYPE,… or all or none",
               "the event types that there are beside audit", kLasting,
               EventTypeNames<&S::event_types>},
    SettingKey{"refused_types", "TYPE,… or all or none",
               "event types that the token does not get: 403", kLasting,
               EventTypeNames<&S::refused_types>},
    SettingKey{"row_variety", "1 to 65536", "different rows, but for their ids and times", kLasting,
               Count<&S::row_variety, 65536, 1>},
    SettingKey{"odd_rows", "KIND:PERMILLE,… or none", "rows that break clients, see below",
               kLasting, OddRows},
    SettingKey{"huge_bytes", "1 to 67108864", "bytes of a row of the kind huge", kLasting,
               Count<&S::huge_bytes, kMostHuge, 1>},
    SettingKey{"changed_percent", "0 to 100",
               "rows that have another count from changed_after on, under the same id", kLasting,
               Count<&S::changed_percent, 100>},
    SettingKey{"changed_after", "duration", "", kLasting, Duration<&S::changed_after>},
    SettingKey{"seed", "number", "the same seed gives the same tenant", kLasting,
               Count<&S::seed, kAny>},
    SettingKey{"events", "number", "events before the start", kLasting,
               Count<&S::events, kMostEvents>},
    SettingKey{"span", "duration", "time they are spread over", kLasting, Duration<&S::span>},
    SettingKey{"live", "number", "new events a second", kLasting, LiveRate},
    SettingKey{"lag_max", "duration", "longest usual time from event to insertion", kLasting,
               Duration<&S::lag_max>},
    SettingKey{"late_percent", "0 to 100", "events inserted late_by after they happened", kLasting,
               Count<&S::late_percent, 100>},
    SettingKey{"late_by", "duration", "", kLasting, Duration<&S::late_by>},
    SettingKey{"ahead_percent", "0 to 100", "events dated ahead_by after their insertion", kLasting,
               Count<&S::ahead_percent, 100>},
    SettingKey{"ahead_by", "duration", "", kLasting, Duration<&S::ahead_by>},
    SettingKey{"hidden_percent", "0 to 100", "events that show hidden_for after their insertion",
               kLasting, Count<&S::hidden_percent, 100>},
    SettingKey{"hidden_for", "duration", "", kLasting, Duration<&S::hidden_for>},
    SettingKey{"batch_every", "duration, 0s for none", "rows are inserted in batches, so far apart",
               kLasting, Duration<&S::batch_every>},
    SettingKey{"crowd", "1 to 1000000", "events before the start that share one second", kLasting,
               Count<&S::crowd, 1'000'000, 1>},
    SettingKey{"burst_events", "number", "events of one second, burst_after the start", kLasting,
               Count<&S::burst_events, kMostEvents>},
    SettingKey{"burst_after", "duration", "", kLasting, Duration<&S::burst_after>},
    SettingKey{"equal_percent", "0 to 100",
               "events with one or two more beside them, equal but for the id", kLasting,
               Count<&S::equal_percent, 100>},
    SettingKey{"equal_after", "duration", "how much later those show", kLasting,
               Duration<&S::equal_after>},
    SettingKey{"repeated_percent", "0 to 100", "rows that stand in the list twice, with one id",
               kLasting, Count<&S::repeated_percent, 100>},
    SettingKey{"echo_percent", "0 to 100",
               "requests that make an event of their own, \"Rest API V2 Call\"", kPassing,
               Count<&S::echo_percent, 100>},
    SettingKey{"retention", "duration, 0s for ever", "how long a row is kept", kLasting,
               Duration<&S::retention>},
    SettingKey{"clock_offset", "duration, or minus one", "the tenant's clock against ours",
               kLasting, Offset},
    SettingKey{"rate_limit", "N/min, N/s, 0 for none", "requests served", kLasting,
               Rate<&S::rate_limit, &S::rate_period>},
    SettingKey{"global_limit", "N/min, N/s, 0 for none", "the same over all paths, known or not",
               kLasting, Rate<&S::global_limit, &S::global_period>},
    SettingKey{"rate_kind", "period, bucket", "counted by periods of the clock, or a token bucket",
               kLasting, OneOf<&S::rate_kind, kRateKinds>},
    SettingKey{"rate_shared_percent", "0 to 99", "the share of the limit that other clients use",
               kLasting, Count<&S::rate_shared_percent, 99>},
    SettingKey{"rate_headers", "on, off, mixed-case, garbage, epoch, misspelt",
               "RateLimit-*: none (nor Retry-After), in any letter case, no numbers, X-RateLimit-* "
               "with the reset as epoch seconds, RateLimit-Rest",
               kPassing, OneOf<&S::rate_headers, kRateHeaders>},
    SettingKey{"retry_after", "seconds, date, garbage, huge, none", "what it says at 429", kPassing,
               OneOf<&S::retry_after, kRetryAfter>},
    SettingKey{"token_expires", "duration, 0s for never",
               "the token of the start dies so long after it; simulator-next-token works then",
               kLasting, Duration<&S::token_expires>},
    SettingKey{"token_expired_status", "401, 403", "what it gets from then on", kPassing,
               OneOf<&S::token_expired_status, kExpired>},
    SettingKey{"delay", "duration", "wait before each answer", kPassing, FineDuration<&S::delay>},
    SettingKey{"gzip", "on, off", "compress for clients that accept it", kPassing,
               Switch<&S::gzip>},
    SettingKey{"chunked", "on, off", "bodies in chunks, with no length stated", kPassing,
               Switch<&S::chunked>},
    SettingKey{"faults", "FAULT:PERMILLE,… or none", "answers that go wrong by chance, see below",
               kPassing, Faults},
    SettingKey{"stall_for", "duration", "how late an answer is with the fault stall", kPassing,
               FineDuration<&S::stall_for>},
    SettingKey{"drip_for", "duration", "how long a body takes with the fault drip", kPassing,
               FineDuration<&S::drip_for>},
    SettingKey{"bomb_bytes", "1048576 to 68719476736", "what the fault bomb inflates to", kPassing,
               Count<&S::bomb_bytes, kMostBomb, 1048576>},
    SettingKey{"scim_users", "0 to 1000000", "made-up users, who are in five groups each", kLasting,
               Count<&S::scim_users, 1'000'000>},
    SettingKey{"scim_groups", "0 to 100000", "made-up groups", kLasting,
               Count<&S::scim_groups, 100'000>},
    SettingKey{"scim_sso", "on, off", "single sign-on is set up; SCIM is refused without", kPassing,
               Switch<&S::scim_sso>},
    SettingKey{"scim_group_delay", "duration",
               "until a user shows a group that it came into or left", kLasting,
               Duration<&S::scim_group_delay>},
    SettingKey{"scim_audit_lag", "duration", "until the audit log shows a change over SCIM",
               kPassing, Duration<&S::scim_audit_lag>},
    SettingKey{"scim_claim", "0 to 1000000000", "what totalResults states; 0: the truth", kPassing,
               Count<&S::scim_claim, 1'000'000'000>},
    SettingKey{"scim_delay", "duration", "wait before each answer of SCIM", kPassing,
               FineDuration<&S::scim_delay>},
    SettingKey{"scim_rate_limit", "N/min, N/s, 0 for none", "SCIM requests served", kLasting,
               Rate<&S::scim_rate_limit, &S::scim_rate_period>},
    SettingKey{"scim_faults", "FAULT:PERMILLE,… or none", "answers of SCIM that go wrong by chance",
               kPassing, ScimFaults},
    SettingKey{"changes_after", "duration", "when the tenant changes its mind, after the start",
               kLasting, Duration<&S::changes_after>},
    SettingKey{"changes_for", "duration, 0s for good", "and how long it stays with that", kLasting,
               Duration<&S::changes_for>},
    SettingKey{"changes_to", "SCENARIO;KEY=VALUE;…", "what then holds on top of the rest", kLasting,
               Change},
};

}  // namespace

std::span<const SettingKey> SettingKeys() { return kKeys; }

}  // namespace nsf_simulator
