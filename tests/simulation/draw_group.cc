// SPDX-License-Identifier: Apache-2.0
// Instances, slots, tenants, and who has which of them in its configuration.
#include "simulation/draw_group.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "simulation/draw_stream.h"

namespace nsf::simulation {
namespace {

constexpr unsigned kFewRows = 30;
constexpr double kFewLive = 0.1;  // a second
constexpr std::size_t kLeastBatch = 10;
constexpr unsigned kHangs = 20;  // of a thousand publishes

// Each has a token of its own; rows are few, since it is the slots that count.
void AddTenant(Dice* dice, const Pace& pace, Scenario* scenario) {
  const auto number = static_cast<int>(scenario->streams.size());
  scenario->budgets.push_back({200, 5});
  StreamScenario added = DrawStream(dice, pace, *scenario, number);
  added.stream.tenant = "tenant" + std::to_string(number);
  added.stream.stream = "audit";
  added.stream.poll_interval = pace.most_poll;
  if (added.tenant.events > kFewRows) {
    added.tenant.events = kFewRows;
    added.traits += " events=" + std::to_string(kFewRows);
  }
  // With batches of a row, and sinks that fail and hang, a run would end before its rows do.
  if (added.tenant.live_per_second > kFewLive) {
    added.tenant.live_per_second = kFewLive;
    added.traits += " live=" + std::to_string(kFewLive);
  }
  added.stream.batch.events = std::max(added.stream.batch.events, kLeastBatch);
  scenario->streams.push_back(std::move(added));
}

// The streams of some tenants, whole tenants each.
std::vector<std::size_t> DrawStreams(Dice* dice, const Scenario& scenario, unsigned permille) {
  std::set<std::string> left_out;
  for (const StreamScenario& stream : scenario.streams) {
    if (!dice->Permille(permille)) left_out.insert(stream.stream.tenant);
  }
  std::vector<std::size_t> streams;
  for (std::size_t i = 0; i < scenario.streams.size(); ++i) {
    if (!left_out.contains(scenario.streams[i].stream.tenant)) streams.push_back(i);
  }
  return streams;
}

}  // namespace

void DrawGroup(Dice* dice, const Pace& pace, Scenario* scenario) {
  GroupScenario& group = scenario->group;
  group.used = true;
  scenario->log.used = true;
  for (StreamScenario& stream : scenario->streams) {
    if (stream.stream.iterator) stream.stream.iterator->is_shared = true;
  }
  while (scenario->streams.size() < 4 && dice->Permille(500)) AddTenant(dice, pace, scenario);
  group.slots = static_cast<std::int32_t>(dice->Between(1, 4));
  group.session = dice->Pick(std::vector<milliseconds>{milliseconds(3000), milliseconds(10'000)});
  group.stable_names = dice->Permille(300);
  for (std::size_t i = 1; i < scenario->sinks.size(); ++i) {
    SinkScenario& sink = scenario->sinks[i];
    if (!dice->Permille(600)) continue;
    group.published.push_back(sink.name);
    // Now and then what is published hangs for longer than a slot takes to change hands and back.
    sink.latency.slow = kHangs;
    sink.latency.slow_most = group.session * 3;
  }
  group.incidents = static_cast<unsigned>(dice->Between(500, 10'000));
  group.most_incidents = static_cast<std::size_t>(dice->Between(3, 30));
  const auto instances = dice->Between(2, 4);
  const bool differ = dice->Permille(500);
  const bool differ_in_the_end = differ && dice->Permille(400);
  for (std::int64_t i = 0; i < instances; ++i) {
    group.configured.push_back(DrawStreams(dice, *scenario, differ ? 700 : 1000));
    group.configured_in_the_end.push_back(differ_in_the_end ? group.configured.back()
                                                            : DrawStreams(dice, *scenario, 1000));
  }
  scenario->traits.push_back(
      std::to_string(instances) + " instances of a group, " + std::to_string(group.slots) +
      " slots, session " + std::to_string(group.session.count()) + " ms" +
      (group.stable_names ? ", stable names" : "") + (differ ? ", other tenants each" : "") +
      (differ_in_the_end ? " to the end" : ""));
}

}  // namespace nsf::simulation
