// SPDX-License-Identifier: Apache-2.0
// What is on its way: in order out, in order settled, and after a failure in order out again.
#include "pipeline/stream/commit_queue.h"

#include <catch2/catch.hpp>
#include <string>

namespace nsf {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The longest pause that back-off allows.
class Slow : public Random {
  double Uniform() override { return 0.999; }
};

// A queue and a destination that holds what it is given. Batches are known by a letter.
struct Fixture {
  Slow random;
  CommitQueue queue{3, random};
  MonotonicTime now{hours_};
  std::deque<std::unique_ptr<Batch>> held;

  static constexpr std::chrono::hours hours_{1};

  void Add(char name) {
    auto batch = std::make_unique<Batch>();
    batch->state.push_back({std::string(1, name), "moved"});
    BatchProgress progress;
    progress.whole = static_cast<unsigned char>(name);
    queue.Add(std::move(batch), std::move(progress));
  }
  // Hands over what is due: the names.
  std::string TakeDue() {
    std::string names;
    for (auto& batch : queue.TakeDue(now)) {
      names += batch->state.front().key;
      held.push_back(std::move(batch));
    }
    return names;
  }
  // Settles the first that is held: its name, or "-" when it stays in the queue.
  std::string Settle(bool good) {
    Settlement settlement;
    settlement.batch = std::move(held.front());
    held.pop_front();
    if (!good) settlement.error = Error{ErrorKind::kRetry, "away"};
    const auto progress = queue.Settle(now, settlement);
    return progress ? std::string(1, static_cast<char>(progress->whole)) : "-";
  }
};

TEST_CASE("batches are handed over at once and settled with their own progress") {
  Fixture f;
  CHECK(f.queue.empty());
  f.Add('a');
  f.Add('b');
  CHECK(f.TakeDue() == "ab");
  CHECK(f.TakeDue().empty());
  CHECK_FALSE(f.queue.full());
  f.Add('c');
  CHECK(f.queue.full());
  CHECK(f.TakeDue() == "c");
  CHECK(f.Settle(true) == "a");
  CHECK_FALSE(f.queue.full());
  CHECK(f.Settle(true) == "b");
  CHECK(f.queue.under_way());
  CHECK(f.Settle(true) == "c");
  CHECK(f.queue.empty());
  CHECK_FALSE(f.queue.under_way());
}

TEST_CASE("after a failure all that is not settled goes again, in order, after one pause") {
  struct Row {
    std::string settles;  // of "abc": '+' settled, '-' failed
    std::string again;
  };
  for (const Row& row : {Row{"---", "abc"}, Row{"+--", "bc"}, Row{"++-", "c"}}) {
    INFO(row.settles);
    Fixture f;
    for (const char name : {'a', 'b', 'c'}) f.Add(name);
    REQUIRE(f.TakeDue() == "abc");
    for (const char settles : row.settles) {
      f.now += milliseconds(1);
      CHECK(f.TakeDue().empty());  // neither while others come back
      CHECK_FALSE(f.queue.retry_at());
      CHECK((f.Settle(settles == '+') != "-") == (settles == '+'));
    }
    CHECK(f.queue.failing());
    CHECK(f.queue.failing_since());
    CHECK(f.TakeDue().empty());  // nor before the pause is over
    REQUIRE(f.queue.retry_at());
    CHECK(*f.queue.retry_at() - f.now <= milliseconds(200));
    while (!f.queue.full()) f.Add('d');
    CHECK(f.TakeDue().empty());  // what comes new waits behind
    f.now = *f.queue.retry_at();
    CHECK(f.TakeDue() == (row.again + "dd").substr(0, 3));
    CHECK(f.Settle(true) == row.again.substr(0, 1));
    CHECK_FALSE(f.queue.failing());
    CHECK_FALSE(f.queue.failing_since());
  }
}

TEST_CASE("the pause grows with each failure, not with each batch that comes back") {
  Fixture f;
  for (const char name : {'a', 'b', 'c'}) f.Add(name);
  milliseconds before(0);
  for (int failure = 0; failure < 5; ++failure) {
    REQUIRE(f.TakeDue() == "abc");
    for (int i = 0; i < 3; ++i) f.Settle(false);
    const auto pause = std::chrono::duration_cast<milliseconds>(*f.queue.retry_at() - f.now);
    CHECK(pause > before);
    CHECK(pause <= milliseconds(200) * (1 << failure));
    before = pause;
    f.now += pause + milliseconds(1);
  }
}

}  // namespace
}  // namespace nsf
