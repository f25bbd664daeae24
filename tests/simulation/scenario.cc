// SPDX-License-Identifier: Apache-2.0
// Drawing a run: its pace, its streams, what they deliver to, and what befalls it.
#include "simulation/scenario.h"

#include <algorithm>

#include "simulation/draw_group.h"
#include "simulation/draw_stream.h"
#include "simulation/pace.h"

namespace nsf::simulation {
namespace {

constexpr unsigned kGroups = 80;  // of a thousand runs

// Three of ten spans of trouble hit one thing at a time; each lasts a part of the dangerous time.
std::vector<Span> DrawSpans(Dice* dice, milliseconds calm, unsigned permille) {
  std::vector<Span> spans;
  while (spans.size() < 3 && dice->Permille(permille)) {
    const milliseconds begin = dice->Within(milliseconds(0), calm);
    const milliseconds length = dice->Within(milliseconds(100), calm / 3);
    spans.push_back({begin, std::min(begin + length, calm)});
  }
  return spans;
}

Latency DrawLatency(Dice* dice, milliseconds usual, milliseconds slowest) {
  Latency latency{milliseconds(1), dice->Within(milliseconds(2), usual), 0, slowest};
  if (dice->Permille(300)) latency.slow = static_cast<unsigned>(dice->Between(10, 200));
  return latency;
}

void DrawSinks(Dice* dice, Scenario* scenario) {
  const auto sinks = dice->Permille(400) ? dice->Between(2, 3) : 1;
  for (std::int64_t i = 0; i < sinks; ++i) {
    SinkScenario sink;
    sink.name = "sink" + std::to_string(i);
    sink.latency = DrawLatency(dice, milliseconds(100), milliseconds(4000));
    if (dice->Permille(250)) sink.refuses = static_cast<unsigned>(dice->Between(5, 150));
    if (dice->Permille(250)) sink.half_fails = static_cast<unsigned>(dice->Between(20, 300));
    if (dice->Permille(250)) sink.ack_lost = static_cast<unsigned>(dice->Between(20, 300));
    sink.down = DrawSpans(dice, scenario->calm, 200);
    sink.stalls = DrawSpans(dice, scenario->calm, 150);
    scenario->sinks.push_back(std::move(sink));
  }
  SinkScenario& dead = scenario->dead_letter;
  dead.name = "dead_letter";
  dead.latency = DrawLatency(dice, milliseconds(20), milliseconds(1000));
  if (dice->Permille(250)) dead.ack_lost = static_cast<unsigned>(dice->Between(20, 300));
  dead.down = DrawSpans(dice, scenario->calm, 250);
}

void DrawStore(Dice* dice, Scenario* scenario) {
  scenario->store.latency = DrawLatency(dice, milliseconds(30), milliseconds(2000));
  if (dice->Permille(200)) scenario->store.fails = static_cast<unsigned>(dice->Between(10, 200));
  scenario->store.full = DrawSpans(dice, scenario->calm, 200);
}

// By dice of its own, so that all else is as it is without.
void DrawLog(Dice* dice, Scenario* scenario) {
  LogScenario& log = scenario->log;
  log.used = dice->Permille(250);
  log.latency = DrawLatency(dice, milliseconds(60), milliseconds(2000));
  if (dice->Permille(300)) log.fails = static_cast<unsigned>(dice->Between(10, 200));
  if (dice->Permille(500)) log.lost = static_cast<unsigned>(dice->Between(10, 200));
  if (dice->Permille(500)) log.strangers = static_cast<unsigned>(dice->Between(100, 800));
  if (dice->Permille(500)) log.twins = static_cast<unsigned>(dice->Between(100, 3'000));
  log.down = DrawSpans(dice, scenario->calm, 200);
  if (log.used) scenario->traits.emplace_back("state in a topic");
}

void DrawCrashes(Dice* dice, Scenario* scenario) {
  if (dice->Permille(600)) scenario->crashes = static_cast<unsigned>(dice->Between(300, 20'000));
  scenario->longest_downtime = dice->Permille(300) ? scenario->calm / 4 : milliseconds(3000);
  while (scenario->jumps.size() < 3 && dice->Permille(250)) {
    const auto by = dice->Permille(200) ? std::chrono::hours(48) : std::chrono::hours(1);
    scenario->jumps.push_back(
        {dice->Within(milliseconds(0), scenario->calm), dice->Within<milliseconds>(-by, by)});
  }
}

}  // namespace

// What fails lasts until the calm; what is only slow, or refuses for content, stays.
Scenario DrawScenario(std::uint64_t seed) {
  Dice dice(nsf_simulator::Scatter(seed, 0x5eedU));
  Scenario scenario;
  scenario.seed = seed;
  const Pace pace = DrawPace(&dice);
  scenario.traits.push_back(pace.name);
  scenario.calm = pace.calm;
  scenario.end = pace.end;
  DrawSinks(&dice, &scenario);
  DrawStore(&dice, &scenario);
  DrawCrashes(&dice, &scenario);
  Dice log_dice(nsf_simulator::Scatter(seed, 0x706cU));
  DrawLog(&log_dice, &scenario);
  const auto streams = dice.Permille(250) ? 2 : 1;
  for (int i = 0; i < streams; ++i) {
    if (i == 0 || dice.Permille(500)) {
      scenario.budgets.push_back({static_cast<std::uint32_t>(dice.Between(60, 400)),
                                  static_cast<std::uint32_t>(dice.Between(2, 8))});
    }
    scenario.streams.push_back(DrawStream(&dice, pace, scenario, i));
  }
  // By dice of its own, so that all else is as it is without.
  Dice iterator_dice(nsf_simulator::Scatter(seed, 0x17f2U));
  for (StreamScenario& stream : scenario.streams) {
    if (iterator_dice.Permille(120)) ReadIterator(&iterator_dice, scenario, &stream);
  }
  // The same.
  Dice group_dice(nsf_simulator::Scatter(seed, 0x6709U));
  if (group_dice.Permille(kGroups)) DrawGroup(&group_dice, pace, &scenario);
  for (const StreamScenario& stream : scenario.streams) {
    scenario.traits.push_back(stream.stream.tenant + '/' + stream.stream.stream + ": " +
                              stream.traits);
  }
  return scenario;
}

}  // namespace nsf::simulation
