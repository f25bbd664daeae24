// SPDX-License-Identifier: Apache-2.0
// A tenant is a list of the simulator's settings, so that the same one can be started as a server.
#include "simulation/draw_stream.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "simulation/traits.h"

namespace nsf::simulation {
namespace {

namespace model = nsf_simulator;
using model::Fault;

std::string Seconds(seconds time) { return std::to_string(time.count()) + 's'; }

class Drawing {
 public:
  Drawing(Dice* dice, const Pace& pace, const Scenario& scenario, int number)
      : dice_(*dice), pace_(pace), scenario_(scenario), number_(number) {}

  StreamScenario Draw() {
    DrawStreamSettings();
    DrawTraits();
    DrawSizes();
    DrawPopulation();
    DrawLateness();
    DrawChange();
    DrawTroubles();
    return std::move(drawn_);
  }

 private:
  StreamSettings& stream() { return drawn_.stream; }

  void Set(const std::string& assignments) {
    if (const auto wrong = model::ApplySettingsText(assignments, &drawn_.tenant)) {
      throw std::logic_error(*wrong);
    }
    if (!drawn_.traits.empty()) drawn_.traits += ' ';
    drawn_.traits += assignments;
  }
  std::string Number(std::int64_t least, std::int64_t most) {
    return std::to_string(dice_.Between(least, most));
  }

  void DrawStreamSettings();
  void DrawTraits();
  void DrawSizes();
  void DrawPopulation();
  void DrawLateness();
  void DrawChange();
  void DrawTroubles();
  Trouble DrawTrouble();

  Dice& dice_;
  const Pace& pace_;
  const Scenario& scenario_;
  const int number_;
  StreamScenario drawn_;
};

void Drawing::DrawStreamSettings() {
  const bool shares = scenario_.budgets.size() == 1 && number_ > 0;
  stream().tenant = shares || number_ == 0 ? "acme" : "other";
  stream().stream = shares ? "audit2" : "audit";
  stream().token_reference = "file token";
  stream().windows = {pace_.length, pace_.settle, pace_.longest, pace_.ahead, {}};
  stream().settle_by_event = pace_.settle_by_event;
  stream().revisit = pace_.revisit;
  stream().poll_interval = dice_.Within(pace_.least_poll, pace_.most_poll);
  stream().timeout = dice_.Permille(500) ? milliseconds(180'000) : milliseconds(20'000);
  stream().page_size = static_cast<std::uint32_t>(dice_.Between(5, 50));
  stream().concurrency = static_cast<std::size_t>(dice_.Between(1, 8));
  stream().deliver_changed = dice_.Permille(200);
  stream().batch.events = static_cast<std::size_t>(dice_.Between(1, 200));
  stream().batch.bytes = static_cast<std::size_t>(dice_.Between(20'000, 2'000'000));
  stream().batch.age = dice_.Within(milliseconds(10), milliseconds(3000));
  for (const SinkScenario& sink : scenario_.sinks) {
    stream().sinks.push_back({sink.name, dice_.Permille(500) ? Format::kRaw : Format::kOcsf});
  }
  // By other dice, so many throws ahead that the seeds which breaks of mutations name go on to find
  // what they found.
  Dice memory_dice = dice_;
  for (int i = 0; i < 16; ++i) memory_dice.Next();
  if (memory_dice.Permille(150)) {
    stream().ids_in_memory = static_cast<std::size_t>(memory_dice.Between(0, 100));
  }
  drawn_.token = scenario_.budgets.size() - 1;
  drawn_.latency = {milliseconds(10), dice_.Within(milliseconds(20), milliseconds(1500)), 0,
                    milliseconds(15'000)};
  if (dice_.Permille(200)) drawn_.latency.slow = 50;
}

void Drawing::DrawTraits() {
  std::string_view group;
  std::int64_t roll = 0;
  for (const Trait& trait : TenantTraits()) {
    if (trait.group != group) {
      group = trait.group;
      roll = dice_.Between(0, 999);
    }
    if (roll >= 0 && roll < trait.permille) Set(std::string(trait.settings));
    roll -= trait.permille;
    if (roll < 0) roll = INT64_MIN / 2;
  }
  const bool list = drawn_.tenant.window == model::WindowRule::kIgnored;
  // Where neither a window nor a name is honoured there is one page for ever: the program says so.
  const bool turns = drawn_.tenant.page_parameter != model::PageParameter::kNone;
  if (list && !turns) Set("page_parameter=both");
  const auto share = [this](model::OddRow kind) {
    return drawn_.tenant.odd_rows[static_cast<std::size_t>(kind)];
  };
  // No list is believed to be an empty one only where a total says so too.
  const bool no_lists = drawn_.tenant.empty_as != model::EmptyAs::kList &&
                        drawn_.tenant.empty_as != model::EmptyAs::kNoContent;
  const bool has_total =
      drawn_.tenant.total_key != "none" && drawn_.tenant.rows_in != model::RowsIn::kBare;
  const bool tells = has_total && (drawn_.tenant.total_says == model::TotalSays::kAll ||
                                   drawn_.tenant.total_says == model::TotalSays::kPage);
  if (no_lists && !tells) Set("empty_as=list");
  // What is no object, alone in the place of a list, is no row, and a broken one a broken answer.
  const bool alone = drawn_.tenant.rows_in == model::RowsIn::kLone;
  const auto shapeless = share(model::OddRow::kBroken) + share(model::OddRow::kNotObject);
  if (alone && shapeless > 0) Set("rows_in=list");
}

// Of pages and of the list.
void Drawing::DrawSizes() {
  // What no parameter turns must fit a page, second by second.
  const bool turns = drawn_.tenant.page_parameter != model::PageParameter::kNone;
  if (!turns) stream().page_size = 100;
  // Rows that are hidden without a word cannot be known of.
  const bool honest =
      drawn_.tenant.total_key != "none" && drawn_.tenant.rows_in != model::RowsIn::kBare &&
      drawn_.tenant.total_cap == 0 && drawn_.tenant.total_says == model::TotalSays::kAll;
  if (!turns && !honest) {
    Set("short_page_percent=0");
    return;
  }
  const std::int64_t page = stream().page_size;
  if (dice_.Permille(150)) {
    Set("limit_max=" + Number(std::max<std::int64_t>(page / 2, 2), page));
  } else if (dice_.Permille(60)) {
    Set("limit_max=" + Number(std::max<std::int64_t>(page / 2, 2), page) + " over_limit=reject");
  }
  // A single second must fit, and the whole list where it cannot be cut.
  const bool cuts = drawn_.tenant.window != model::WindowRule::kIgnored;
  // What stands for an empty list below the total is taken for a failure.
  const bool lists = drawn_.tenant.empty_as == model::EmptyAs::kList;
  if (cuts && honest && lists && dice_.Permille(120)) {
    Set("deep_offset=" + Number(page + 60, page * 3 + 60));
    if (dice_.Permille(500)) Set("deep_answer=reject");
  }
}

void Drawing::DrawPopulation() {
  Set("seed=" + std::to_string(dice_.Next() % 1'000'000) + " row_variety=8");
  const auto start = dice_.Within<seconds>(pace_.length, pace_.longest / 2);
  stream().start = start;
  // Every poll walks all of a list that nothing cuts and nothing orders.
  const bool list = drawn_.tenant.window == model::WindowRule::kIgnored;
  if (dice_.Permille(700)) {
    const auto span = dice_.Permille(300) ? start * 3 / 2 : start;
    Set("events=" + Number(1, (dice_.Permille(200) ? 600 : 150) / (list ? 4 : 1)) +
        " span=" + Seconds(span));
  }
  if (dice_.Permille(800)) {
    const auto rows = dice_.Between(5, list ? 40 : 300);
    const auto end = std::chrono::duration_cast<seconds>(pace_.calm + pace_.calm / 2).count();
    Set("live=" + std::to_string(static_cast<double>(rows) / static_cast<double>(end)));
  }
  const bool turns = drawn_.tenant.page_parameter != model::PageParameter::kNone;
  if (turns && dice_.Permille(200)) {
    const auto calm = std::chrono::duration_cast<seconds>(pace_.calm);
    Set("burst_events=" + Number(10, 60) +
        " burst_after=" + Seconds(dice_.Within(seconds(1), calm)));
  }
  if (dice_.Permille(200)) {
    Set("changed_percent=20 changed_after=" + Seconds(dice_.Within(seconds(1), pace_.length)));
  }
  if (dice_.Permille(300)) Set("clock_offset=" + Number(-7200, 7200) + 's');
  if (dice_.Permille(80)) {
    Set("retention=" + Seconds(dice_.Within<seconds>(pace_.length, start)));
  }
}

void Drawing::DrawLateness() {
  const seconds last = pace_.revisit.empty() ? pace_.settle : pace_.revisit.back();
  Set("lag_max=" + Seconds(dice_.Within(seconds(0), pace_.settle_by_event)));
  if (dice_.Permille(200)) {
    Set("late_percent=" + Number(1, 20) +
        " late_by=" + Seconds(dice_.Within<seconds>(seconds(1), last * 5 / 4)));
  }
  if (dice_.Permille(200)) {
    Set("hidden_percent=" + Number(1, 20) +
        " hidden_for=" + Seconds(dice_.Within<seconds>(seconds(1), last * 5 / 4)));
  }
  if (dice_.Permille(100)) {
    Set("ahead_percent=" + Number(1, 10) +
        " ahead_by=" + Seconds(dice_.Within<seconds>(seconds(1), pace_.ahead / 4)));
  }
  // A batch is one second, which must fit: below the deepest offset, and a page that none follows.
  if (drawn_.tenant.deep_offset == 0 && dice_.Permille(100)) {
    const std::string every = Seconds(dice_.Within(seconds(5), pace_.length));
    const bool turns = drawn_.tenant.page_parameter != model::PageParameter::kNone;
    if (turns) Set("batch_every=" + every);
  }
  if (dice_.Permille(80)) Set("equal_after=" + Seconds(dice_.Within(seconds(1), pace_.length)));
}

// The tenant changes its mind, for good or for a time.
void Drawing::DrawChange() {
  if (!dice_.Permille(80)) return;
  const std::vector<std::string> changes{
      "page_parameter=skip",    "page_parameter=offset", "window_pairs=event",
      "window_pairs=insertion", "order=oldest",          "limit_max=4",
      "total_key=none",         "rows_key=data",         "event_bounds=[];insertion_bounds=()"};
  const auto calm = std::chrono::duration_cast<seconds>(pace_.calm);
  Set("changes_after=" + Seconds(dice_.Within(seconds(1), calm)));
  if (dice_.Permille(300)) {
    Set("changes_for=" + Seconds(dice_.Within(seconds(1), calm)));
  }
  std::string change = dice_.Pick(changes);
  // Rows that are hidden without a word cannot be known of.
  const bool turns = drawn_.tenant.page_parameter != model::PageParameter::kNone;
  if (change == "limit_max=4" && !turns) change = "rows_key=data";
  // See DrawTraits().
  if (change == "total_key=none") Set("empty_as=list");
  Set("changes_to=" + change);
}

void Drawing::DrawTroubles() {
  while (drawn_.troubles.size() < 4 && dice_.Permille(500)) {
    drawn_.troubles.push_back(DrawTrouble());
  }
}

// Kinds of trouble, each with what comes together.
Trouble Drawing::DrawTrouble() {
  using F = HttpFailure;
  const std::vector<Trouble> kinds{
      {{}, 0, {Fault::k429, Fault::k429Html}, {}},
      {{}, 0, {Fault::k500, Fault::k500Html, Fault::k502, Fault::k503, Fault::k504Html}, {}},
      {{}, 0, {Fault::k409}, {F::kTimeout}},
      {{}, 0, {Fault::k401, Fault::k403, Fault::k403Text, Fault::k302}, {F::kSecret}},
      {{}, 0, {Fault::kOkZero, Fault::kErrorText, Fault::kErrorObject, Fault::kErrorMessage}, {}},
      {{}, 0, {Fault::kHtml, Fault::kEmptyBody, Fault::kErrorList}, {}},
      {{}, 0, {Fault::kTruncated, Fault::kCut, Fault::kReset}, {F::kBroken}},
      {{}, 0, {Fault::kBomb}, {F::kBodyTooLarge}},
      {{}, 0, {Fault::kDrip, Fault::kHang, Fault::kStall}, {F::kTimeout}},
      {{}, 0, {}, {F::kResolve, F::kConnect, F::kTls, F::kTimeout, F::kBroken}},
      {{}, 0, {Fault::k400, Fault::k404}, {}},
      {{}, 0, {Fault::kNoContent, Fault::kEmptyList, Fault::kResultNull, Fault::kResultObject}, {}},
  };
  Trouble trouble = dice_.Pick(kinds);
  const milliseconds begin = dice_.Within(milliseconds(0), pace_.calm);
  const milliseconds length = dice_.Within(milliseconds(100), pace_.calm / 2);
  trouble.span = {begin, std::min(begin + length, pace_.calm)};
  trouble.permille = static_cast<unsigned>(dice_.Permille(300) ? 1000 : dice_.Between(10, 400));
  return trouble;
}

// There are rows, and the answer says that there is none: an iterator cannot be held against that.
bool Lies(Fault fault) { return fault == Fault::kNoContent || fault == Fault::kEmptyList; }

}  // namespace

void ReadIterator(Dice* dice, const Scenario& scenario, StreamScenario* stream) {
  IteratorSettings iterator;
  if (dice->Permille(500)) iterator.index = "ours";
  iterator.is_shared = scenario.log.used;
  stream->stream.iterator = iterator;
  // What is ahead of its time would be ahead of the mark; what is listed twice is shown twice.
  std::string settings =
      "ahead_percent=0 repeated_percent=0 iterator_page=" + std::to_string(dice->Between(1, 80)) +
      " iterator_wait=" + Seconds(dice->Within(seconds(0), seconds(8)));
  if (dice->Permille(300)) {
    settings += " iterator_hold=" + std::to_string(dice->Between(10, 5000)) + "ms";
  }
  if (const auto wrong = model::ApplySettingsText(settings, &stream->tenant)) {
    throw std::logic_error(*wrong);
  }
  stream->traits += " iterator " + settings;
  for (Trouble& trouble : stream->troubles) std::erase_if(trouble.faults, Lies);
  std::erase_if(stream->troubles, [](const Trouble& trouble) {
    return trouble.faults.empty() && trouble.failures.empty();
  });
}

StreamScenario DrawStream(Dice* dice, const Pace& pace, const Scenario& scenario, int number) {
  return Drawing(dice, pace, scenario, number).Draw();
}

}  // namespace nsf::simulation
