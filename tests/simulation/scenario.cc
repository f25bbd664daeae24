// SPDX-License-Identifier: Apache-2.0
// Drawing scenarios. What is drawn is kept small, so that a seed takes milliseconds: hundreds of
// events, pages of tens, hours of virtual time.
#include "simulation/scenario.h"

#include <algorithm>
#include <stdexcept>

namespace nsf::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Drawing {
 public:
  explicit Drawing(std::uint64_t seed) : dice_(seed) {
    scenario_.seed = seed;
    scenario_.tenant.seed = seed;
  }

  Scenario Draw() {
    Population();
    Manners();
    Pages();
    OddRows();
    Faults();
    Ourselves();
    return scenario_;
  }

 private:
  bool Chance(double probability) {
    return std::uniform_real_distribution<>(0, 1)(dice_) < probability;
  }
  std::int64_t Between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(dice_);
  }
  std::string OneOf(const std::vector<std::string>& choices) {
    return choices[static_cast<std::size_t>(Between(0, std::ssize(choices) - 1))];
  }
  void Set(const std::string& assignment) {
    if (const auto wrong = nsf_simulator::ApplySetting(assignment, &scenario_.tenant)) {
      throw std::logic_error(assignment + ": " + *wrong);
    }
    scenario_.words.push_back(assignment);
  }
  void Set(const std::string& key, std::int64_t value, const std::string& unit = "") {
    Set(key + '=' + std::to_string(value) + unit);
  }

  void Population() {
    Set("row_variety", 8);
    Set("events", Chance(0.1) ? 0 : Between(1, 400));
    span_ = seconds(Between(60, Chance(0.2) ? 86'000 : 9'000));
    Set("span", span_.count(), "s");
    if (Chance(0.8)) Set("live=" + OneOf({"0.01", "0.03", "0.1"}));
    Set("lag_max", Chance(0.3) ? 0 : Between(1, 300), "s");
    if (Chance(0.3)) {
      Set("late_percent", Between(1, 20));
      Set("late_by", Between(30, 3'000), "s");
    }
    if (Chance(0.3)) {
      Set("hidden_percent", Between(1, 20));
      Set("hidden_for", Between(1, 2'000), "s");
    }
    if (Chance(0.2)) Set("crowd", Between(2, 40));
    if (Chance(0.15)) {
      Set("burst_events", Between(5, 150));
      Set("burst_after", Between(10, 2'000), "s");
    }
    if (Chance(0.1)) Set("batch_every", Between(60, 400), "s");
    if (Chance(0.1)) Set("repeated_percent", Between(1, 10));
    if (Chance(0.1)) {
      Set("changed_percent", Between(1, 30));
      Set("changed_after", Between(20, 600), "s");
    }
    if (Chance(0.05)) {
      Set("ahead_percent", Between(1, 5));
      Set("ahead_by", Between(60, 3'000), "s");
    }
  }

  void Manners() {
    Set("order=" + OneOf({"newest", "oldest", "none"}));
    if (Chance(0.3)) Set("sort_by=insertion");
    if (Chance(0.2)) Set("ties=shuffled");
    Set("page_parameter=" + OneOf({"offset", "offset", "both", "skip", "skip", "none"}));
    Set("window=" + OneOf({"required", "optional"}));
    Set("window_pairs=" + OneOf({"both", "both", "event", "insertion"}));
    Set("event_bounds=" + OneOf({"(]", "[]", "[)", "()"}));
    Set("insertion_bounds=" + OneOf({"(]", "[]", "[)", "()"}));
    if (Chance(0.1)) Set("show_insertion=off");
    if (Chance(0.1)) Set("time_unit=ms");
    if (Chance(0.2)) Set("clock_offset=" + OneOf({"1h", "-1h", "-2d", "40s"}));
    if (Chance(0.1)) Set("unknown_parameters=rejected");
    if (Chance(0.2)) Set("refusals=200");
    if (Chance(0.15)) {
      Set("changes_after", Between(200, 4'000), "s");
      Set("changes_to=" + OneOf({"page_parameter=skip", "page_parameter=offset", "order=none",
                                 "window_pairs=event", "window_pairs=insertion", "total_key=none",
                                 "limit_max=20"}));
    }
  }

  void Pages() {
    StreamSettings& stream = scenario_.stream;
    stream.page_size = static_cast<std::uint32_t>(Between(2, 60));
    stream.concurrency = static_cast<std::size_t>(Between(1, 8));
    // Where no second page can be had, what a page leaves out is known by its total alone, and what
    // a second holds more than a page cannot be had at all.
    if (scenario_.tenant.page_parameter == nsf_simulator::PageParameter::kNone) {
      stream.page_size = 200;
      return;
    }
    if (Chance(0.2)) {
      Set("limit_max", Between(1, stream.page_size));
      Set("over_limit=" + OneOf({"clamp", "reject"}));
    }
    if (Chance(0.15)) Set("short_page_percent", Between(5, 50));
    if (Chance(0.2)) {
      // A second that holds more rows than the deepest offset is beyond any client.
      Set("deep_offset", std::max<std::int64_t>(250, 2 * stream.page_size));
      // Rows that are hidden without a word, and left out of the total, cannot be known of.
      const bool honest = Chance(0.5);
      Set(honest ? "deep_answer=empty" : "deep_answer=reject");
      if (honest) return;
    }
    if (Chance(0.3)) Set("total_key=" + OneOf({"none", "status.total", "totalResults"}));
    if (Chance(0.2)) Set("total_says=" + OneOf({"page", "fewer", "more", "zero", "changing"}));
    if (Chance(0.1)) Set("total_cap", Between(1, 100));
    if (Chance(0.1)) Set("total_type=text");
    if (Chance(0.1)) Set("rows_in=" + OneOf({"nested", "bare"}));
    if (Chance(0.2)) Set("status_field=" + OneOf({"text", "number", "none"}));
    if (Chance(0.1)) Set("rows_key=data");
  }

  void OddRows() {
    if (!Chance(0.25)) return;
    std::string kinds;
    for (const char* kind : {"no-id", "null-id", "nulls", "absent", "text-numbers", "big-integers",
                             "duplicate-keys", "invalid-utf8", "emoji", "broken", "deep"}) {
      if (!Chance(0.3)) continue;
      kinds += (kinds.empty() ? "" : ",") + std::string(kind) + ':' +
               std::to_string(Between(1, 60));
    }
    if (!kinds.empty()) Set("odd_rows=" + kinds);
  }

  void Faults() {
    const bool faulty = Chance(0.5);
    for (const char* name :
         {"302", "400", "401", "403", "404", "409", "429", "500", "502-html", "503", "504",
          "ok-zero", "html", "empty-body", "result-null", "truncated", "cut", "reset", "hang",
          "bomb", "stall"}) {
      if (!faulty || !Chance(0.2)) continue;
      const int permille = static_cast<int>(Between(1, 40));
      scenario_.faults.emplace_back(*nsf_simulator::FaultByName(name), permille);
      scenario_.words.push_back("fault " + std::string(name) + ':' + std::to_string(permille));
    }
    if (Chance(0.2)) {
      Set("rate_limit=" + std::to_string(Between(30, 240)) + "/min");
      Set("rate_headers=" + OneOf({"on", "off", "mixed-case", "garbage"}));
      Set("retry_after=" + OneOf({"seconds", "date", "garbage", "none"}));
    }
  }

  void Ourselves() {
    StreamSettings& stream = scenario_.stream;
    stream.tenant = "acme";
    stream.token_reference = "file /run/secrets/acme";
    stream.sinks = {{"out", Format::kRaw}};
    if (Chance(0.2)) stream.sinks.push_back({"more", Format::kOcsf});
    stream.poll_interval = seconds(Between(20, 120));
    stream.windows.length = seconds(Between(60, 600));
    stream.windows.settle = seconds(Between(10, 120));
    stream.settle_by_event = seconds(Between(60, 600));
    stream.revisit = {minutes(10), minutes(30), hours(2)};
    stream.start = span_ + seconds(7'200);
    stream.batch.events = static_cast<std::size_t>(Between(1, 200));
    stream.batch.age = milliseconds(Between(1, 2'000));
    stream.timeout = seconds(60);
    stream.max_page_bytes = std::size_t{8} * 1024 * 1024;
    scenario_.faults_end = seconds(Between(1'800, 7'200));
    scenario_.end = scenario_.faults_end + hours(3) + minutes(40);
    if (Chance(0.6)) scenario_.crash_chance = 0.001 * static_cast<double>(Between(1, 40));
    if (Chance(0.3)) scenario_.publish_fails = 0.3;
    if (Chance(0.2)) scenario_.records_rejected = 0.05;
    if (Chance(0.1)) scenario_.dead_letter_fails = 0.4;
    if (Chance(0.2)) scenario_.store_fails = 0.3;
    if (Chance(0.1)) scenario_.load_fails = 0.3;
    if (Chance(0.2)) scenario_.clock_jump = minutes(OneOf({"60", "-60"}) == "60" ? 60 : -60);
    if (Chance(0.2)) scenario_.slowest_answer = seconds(5);
  }

  Dice dice_;
  Scenario scenario_;
  seconds span_{0};
};

}  // namespace

Scenario DrawScenario(std::uint64_t seed) { return Drawing(seed).Draw(); }

}  // namespace nsf::simulation
