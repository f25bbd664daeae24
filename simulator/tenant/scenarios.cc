// SPDX-License-Identifier: Apache-2.0
// The table of scenarios; docs/SIMULATOR.md repeats it, and a test keeps the two in step.
#include "tenant/scenarios.h"

#include <array>

namespace nsf_simulator {
namespace {

constexpr std::array kScenarios{
    Scenario{"live", "dialect=live", "the API as it is met: offset, result, total, a window"},
    Scenario{"guide", "dialect=guide", "the API as the guide has it: skip, data, totalResults"},
    Scenario{"oldest-first", "order=oldest", "the list begins with the oldest row"},
    Scenario{"insertion-order", "order=oldest sort_by=insertion", "rows stand as they came in"},
    Scenario{"unordered", "order=none", "rows stand in no order"},
    Scenario{"shuffled-ties", "ties=shuffled", "rows of one second change places"},
    Scenario{"skip-only", "page_parameter=skip", "offset is ignored, skip turns the page"},
    Scenario{"no-paging", "page_parameter=none", "offset and skip are ignored: one page for ever"},
    Scenario{"window-ignored", "window=ignored", "a time window is taken and not honoured"},
    Scenario{"event-window-only", "window_pairs=event", "insertion windows are not honoured"},
    Scenario{"insertion-window-only", "window_pairs=insertion", "event windows are not honoured"},
    Scenario{"bounds-closed", "event_bounds=[]", "both ends of an event window belong to it"},
    Scenario{"bounds-right-open", "event_bounds=[) insertion_bounds=[)",
             "the end of a window does not belong to it"},
    Scenario{"bounds-left-open", "insertion_bounds=(]",
             "the start of an insertion window does not belong to it"},
    Scenario{"clamped-pages", "limit_max=1000", "pages hold 1000 rows, whatever is asked"},
    Scenario{"limit-rejected", "limit_max=1000 over_limit=reject", "400 for limits above 1000"},
    Scenario{"short-pages", "short_page_percent=30", "short pages that are not the last"},
    Scenario{"no-total", "total_key=none", "no total is stated"},
    Scenario{"status-total", "total_key=status.total", "the total stands under status"},
    Scenario{"page-total", "total_says=page", "the total is only that of the page"},
    Scenario{"capped-total", "total_cap=10000", "no total above 10000 is stated"},
    Scenario{"deep-offset-empty", "deep_offset=20000", "empty pages beyond offset 20000"},
    Scenario{"deep-offset-rejected", "deep_offset=20000 deep_answer=reject",
             "400 beyond offset 20000"},
    Scenario{"late-arrivals", "late_percent=5 late_by=2h", "rows inserted 2 h after their event"},
    Scenario{"day-late", "late_percent=1 late_by=23h", "rows inserted 23 h after their event"},
    Scenario{"hidden-rows", "hidden_percent=5 hidden_for=90s",
             "rows that show 90 s after their insertion time"},
    Scenario{"burst", "burst_events=100000 burst_after=30s", "100000 events in one second"},
    Scenario{"milliseconds", "time_unit=ms", "rows state their times in milliseconds"},
    Scenario{"no-insertion-time", "show_insertion=off", "rows do not show their insertion time"},
    Scenario{"clock-ahead", "clock_offset=1h", "the tenant's clock is an hour ahead"},
    Scenario{"clock-behind", "clock_offset=-2d", "the tenant's clock is two days behind"},
    Scenario{"short-retention", "retention=6h", "rows older than 6 h leave the list"},
    Scenario{"rate-limited", "rate_limit=240/min", "429 above 240 requests a minute"},
    Scenario{"rate-limited-silent", "rate_limit=240/min rate_headers=off",
             "the same, with no header that says so"},
    Scenario{"flaky",
             "fault_429_permille=30 fault_500_permille=20 fault_503_permille=20 "
             "fault_cut_permille=20",
             "one answer in eleven is an error or a cut body"},
    Scenario{"slow", "delay=1s", "each answer takes a second"},
    Scenario{"compressed", "gzip=on", "bodies are gzip where it is accepted"},
};

}  // namespace

std::span<const Scenario> Scenarios() { return kScenarios; }

const Scenario* FindScenario(std::string_view name) {
  for (const Scenario& scenario : kScenarios) {
    if (scenario.name == name) return &scenario;
  }
  return nullptr;
}

}  // namespace nsf_simulator
