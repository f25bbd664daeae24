// SPDX-License-Identifier: Apache-2.0
// What the board makes of steps: since when there is no answer, whether the rate is limited, what
// is silent, how fast it goes.
#include "app/status/stream_board.h"

#include <catch2/catch.hpp>
#include <functional>

namespace nsf {
namespace {

using std::chrono::seconds;

Now At(int second) {
  return {WallTime(seconds(1'700'000'000 + second)), MonotonicTime(seconds(1'000 + second))};
}

// One stream, stepped by hand.
class Watched {
 public:
  Watched() { board.Watch({"acme", "audit", {"lake"}, seconds(30), seconds(180)}, At(0)); }

  void Step(int second, const std::function<void(StreamSnapshot&)>& change) {
    change(snapshot);
    board.Note("acme", "audit",
               {std::make_shared<const StreamSnapshot>(snapshot), budget, undelivered_since},
               At(second));
  }
  StreamHealth HealthAt(int second) { return board.Streams(At(second)).front().health; }

  // Answered, caught up, and 60 s behind.
  void BeWell(int second) {
    Step(second, [second](StreamSnapshot& s) {
      s.tried = s.caught_up = true;
      s.up = true;
      ++s.requests["200"];
      s.delivered_until = WallSeconds(seconds(1'700'000'000 + second - 60));
    });
  }

  StreamBoard board;
  StreamSnapshot snapshot;
  BudgetSnapshot budget;
  std::optional<MonotonicTime> undelivered_since;
};

TEST_CASE("a stream that was well and does nothing any more is noticed without a step") {
  Watched stream;
  CHECK(stream.HealthAt(1).reason == "starting");
  stream.BeWell(10);
  CHECK(stream.HealthAt(11).state == StreamState::kHealthy);
  CHECK(stream.HealthAt(279).state == StreamState::kHealthy);
  const StreamHealth health = stream.HealthAt(280);
  CHECK(health.state == StreamState::kStalled);
  CHECK(health.reason == "silent");
  CHECK(health.since == At(10).wall);
  // A step by itself is no sign of life: an answer is.
  stream.Step(281, [](StreamSnapshot&) {});
  CHECK(stream.HealthAt(281).state == StreamState::kStalled);
  stream.BeWell(282);
  CHECK(stream.HealthAt(282).state == StreamState::kHealthy);
}

TEST_CASE("failures count from the first of them, and a success ends them") {
  Watched stream;
  stream.BeWell(0);
  for (int second = 10; second <= 100; second += 10) {
    stream.Step(second, [](StreamSnapshot& s) {
      s.up = false;
      ++s.requests["503"];
    });
  }
  CHECK(stream.HealthAt(99).state == StreamState::kHealthy);
  CHECK(stream.HealthAt(100).reason == "tenant");
  CHECK(stream.HealthAt(100).since == At(10).wall);
  stream.BeWell(110);
  CHECK(stream.HealthAt(110).state == StreamState::kHealthy);
  CHECK(stream.HealthAt(110).since == At(110).wall);
}

TEST_CASE("answers 429 within a minute of one another are one time of being limited") {
  Watched stream;
  stream.BeWell(0);
  const auto limited = [](StreamSnapshot& s) { ++s.rate_limited; };
  stream.Step(10, limited);
  stream.BeWell(30);
  CHECK(stream.HealthAt(30).state == StreamState::kThrottled);
  stream.Step(60, limited);
  CHECK(stream.HealthAt(119).since == At(10).wall);
  stream.BeWell(119);
  CHECK(stream.HealthAt(120).state == StreamState::kHealthy);
  stream.Step(130, limited);
  CHECK(stream.HealthAt(130).since == At(130).wall);
  // As long as the tenant said, however long.
  stream.budget.held_until = At(700).monotonic;
  stream.Step(131, [](StreamSnapshot&) {});
  CHECK(stream.HealthAt(699).state == StreamState::kThrottled);
}

TEST_CASE("a sink in trouble stalls those that have something for it") {
  Watched stream;
  stream.BeWell(0);
  stream.board.NoteSink("lake", SinkTrouble{"no broker", At(5)});
  CHECK(stream.HealthAt(100).state == StreamState::kHealthy);
  stream.Step(100, [](StreamSnapshot& s) {
    s.received = 10;
    s.pending = 10;
  });
  CHECK(stream.HealthAt(100).reason == "sink");
  CHECK(stream.HealthAt(100).since == At(5).wall);
  CHECK(stream.board.Troubles().at("lake").message == "no broker");
  stream.board.NoteSink("lake", std::nullopt);
  CHECK(stream.HealthAt(101).state == StreamState::kHealthy);
}

TEST_CASE("a batch that comes back tells what it waits for") {
  Watched stream;
  stream.BeWell(0);
  stream.undelivered_since = At(10).monotonic;
  stream.Step(20, [](StreamSnapshot& s) { s.waits_for = "state"; });
  CHECK(stream.HealthAt(100).reason == "state");
}

TEST_CASE("what is not watched leaves no trace") {
  Watched stream;
  stream.board.Forget("acme", "audit");
  stream.BeWell(1);
  CHECK(stream.board.Streams(At(2)).empty());
  CHECK(stream.board.Health(At(2)).empty());
}

TEST_CASE("all have tried, and it is not forgotten for one that comes later") {
  Watched stream;
  CHECK_FALSE(stream.board.all_tried());
  stream.BeWell(1);
  CHECK(stream.board.all_tried());
  stream.board.Watch({"beta", "audit", {}, seconds(30), seconds(180)}, At(2));
  stream.BeWell(3);
  CHECK(stream.board.all_tried());
}

TEST_CASE(
    "rates are of steps of ten seconds, and the time left is that of the last minute's pace") {
  RateHistory history;
  CHECK(history.PerSecond().empty());
  CHECK_FALSE(history.TimeLeft());
  for (int second = 0; second <= 700; ++second) {
    // 5 events a second; the lag of an hour shrinks by half a second each second.
    history.Note(At(second).monotonic, static_cast<std::uint64_t>(5 * second),
                 seconds(3600 - second / 2));
  }
  const auto rates = history.PerSecond();
  REQUIRE(rates.size() == RateHistory::kSteps);
  CHECK(rates.front() == 5.0);
  CHECK(rates.back() == 5.0);
  CHECK(history.TimeLeft() == seconds(2 * (3600 - 350)));
  // A stream that began anew.
  history.Note(At(710).monotonic, 3, seconds(3600));
  CHECK(history.PerSecond().empty());
}

TEST_CASE("a backlog that grows has no end") {
  RateHistory history;
  history.Note(At(0).monotonic, 0, seconds(100));
  history.Note(At(10).monotonic, 10, seconds(110));
  CHECK_FALSE(history.TimeLeft());
  history.Note(At(20).monotonic, 10, std::nullopt);
  CHECK_FALSE(history.TimeLeft());
}

}  // namespace
}  // namespace nsf
