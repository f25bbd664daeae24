// SPDX-License-Identifier: Apache-2.0
// A stream driven in virtual time: the twin of app/loop.cc. A request and a commit take the time
// that the run gives them; a crash forgets everything that was not durable. Batches are delivered
// side by side and settled in order: what comes after one that failed, or crashed, may have
// arrived.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "pipeline/stream/event_stream.h"
#include "unit/pipeline/fake_tenant.h"

namespace nsf::test {

// A tenant "acme", a sink "out", small pages.
StreamSettings AcmeSettings();

// A state in memory.
class MapState : public StateReader {
 public:
  explicit MapState(const std::map<std::string, std::string>& entries) : entries_(entries) {}
  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override;
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override;

 private:
  const std::map<std::string, std::string>& entries_;
};

class VirtualRun {
 public:
  explicit VirtualRun(StreamSettings settings, std::uint64_t seed = 1);
  ~VirtualRun();

  FakeTenant tenant;
  std::chrono::milliseconds request_takes{100};
  std::chrono::milliseconds commit_takes{50};
  // Fails a commit when it returns an error; the records may still have arrived.
  std::function<std::optional<Error>(Batch&)> commit_fails;
  // Called before each step: others who use the token.
  std::function<void(MonotonicTime, Budget&)> rivals;
  // Called before each completion is handed over; returning true crashes the forwarder there.
  std::function<bool()> crash;

  std::map<std::string, int> delivered;      // how often, by event id
  std::map<std::string, int> dead_lettered;  // how often, by the row's bytes
  std::map<std::string, std::string> state;
  std::vector<Notice> notices;
  int restarts = 0;
  int commits = 0;
  int loads = 0;
  std::size_t most_asked = 0;      // requests under way at one time
  std::size_t most_under_way = 0;  // batches handed over and not settled
  std::size_t most_unsettled = 0;  // their records: what a crash may repeat

  // Moves virtual time on by `span`.
  void For(std::chrono::milliseconds span);
  // Until the predicate holds; false when `most` passed first.
  bool Until(const std::function<bool()>& holds, std::chrono::milliseconds most);
  bool UntilCaughtUp();

  Now now() const;
  WallSeconds second() const { return std::chrono::floor<std::chrono::seconds>(now().wall); }
  const EventStream& stream() const { return *stream_; }
  const StreamSnapshot& snapshot() const { return stream_->snapshot(); }
  std::string Failures() const;  // of the identity of metrics, checked after each step

 private:
  class SeededRandom;

  void Start();
  void Crash();
  bool Next(MonotonicTime end);  // one event of virtual time; false: nothing before `end`
  void Step(Completions completions);
  void HandOver(std::unique_ptr<Batch> batch);
  std::size_t Deliver(SinkBatch* sink);
  void Settle();
  void Load();
  void CheckIdentity();

  StreamSettings settings_;
  std::unique_ptr<SeededRandom> random_;
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<EventStream> stream_;
  MonotonicTime time_;
  MonotonicTime wake_at_;
  std::size_t went_on_ = 0;  // steps in a row that asked to go on
  struct Asked {
    PageRequest request;
    MonotonicTime answer_at;
  };
  std::vector<Asked> asked_;
  std::vector<std::string> load_;  // answered at once
  struct Flight {
    std::unique_ptr<Batch> batch;
    MonotonicTime settle_at;
  };
  std::deque<Flight> flights_;
  std::optional<Error> failed_;        // until all those after it are back
  std::deque<const Batch*> returned_;  // in the order in which they must come again
  std::mt19937_64 dice_;
  std::string failures_;
};

// So many events are delivered, each once or up to `most_times`, and the metrics add up.
void CheckDelivered(const VirtualRun& run, std::size_t count, int most_times = 1);

}  // namespace nsf::test
