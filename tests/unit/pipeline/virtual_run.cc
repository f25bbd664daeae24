// SPDX-License-Identifier: Apache-2.0
// Virtual time.
#include "unit/pipeline/virtual_run.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>
#include <utility>

namespace nsf::test {
namespace {

constexpr MonotonicTime kBegin{std::chrono::hours(1000)};
constexpr WallTime kWallBegin{std::chrono::seconds(1'760'000'000)};

}  // namespace

StreamSettings AcmeSettings() {
  StreamSettings settings;
  settings.tenant = "acme";
  settings.token_reference = "file /run/secrets/acme";
  settings.sinks = {{"out", Format::kRaw}};
  settings.page_size = 100;
  return settings;
}

Result<std::vector<StateEntry>> MapState::Scan(std::string_view prefix) const {
  std::vector<StateEntry> found;
  for (const auto& [key, value] : entries_) {
    if (key.starts_with(prefix)) found.push_back({key, value});
  }
  return found;
}

Result<std::vector<std::string>> MapState::Keys(std::string_view prefix) const {
  std::vector<std::string> found;
  for (const auto& [key, value] : entries_) {
    if (key.starts_with(prefix)) found.push_back(key);
  }
  return found;
}

class VirtualRun::SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  double Uniform() override { return std::uniform_real_distribution<>(0, 1)(engine_); }

 private:
  std::mt19937_64 engine_;
};

VirtualRun::VirtualRun(StreamSettings settings, std::uint64_t seed)
    : settings_(std::move(settings)),
      random_(std::make_unique<SeededRandom>(seed)),
      time_(kBegin),
      dice_(seed) {
  Start();
}

VirtualRun::~VirtualRun() = default;

Now VirtualRun::now() const {
  return {kWallBegin + std::chrono::floor<std::chrono::milliseconds>(time_ - kBegin), time_};
}

void VirtualRun::Start() {
  budget_ = std::make_unique<Budget>(BudgetSettings{240, 4});
  auto stream = MakeEventStream(settings_, MapState(state), *budget_, *random_);
  if (!stream) throw std::runtime_error(stream.error().message);
  stream_ = std::move(stream).value();
  wake_at_ = time_;
}

void VirtualRun::Crash() {
  ++restarts;
  asked_.clear();
  load_.clear();
  for (const Flight& flight : flights_) {
    if (dice_() % 2 == 0) Deliver(&flight.batch->sinks.front());
  }
  flights_.clear();
  failed_.reset();
  returned_.clear();
  Start();
}

bool VirtualRun::Next(MonotonicTime end) {
  const MonotonicTime never = MonotonicTime::max();
  const auto first =
      std::min_element(asked_.begin(), asked_.end(),
                       [](const Asked& a, const Asked& b) { return a.answer_at < b.answer_at; });
  const MonotonicTime answer = first != asked_.end() ? first->answer_at : never;
  const MonotonicTime settle = flights_.empty() ? never : flights_.front().settle_at;
  if (!load_.empty()) {
    Load();
    return true;
  }
  const MonotonicTime next = std::min({answer, settle, wake_at_});
  if (next > end) {
    time_ = end;
    return false;
  }
  time_ = std::max(time_, next);
  if (next == settle) {
    Settle();
  } else if (next == answer) {
    const PageRequest request = first->request;
    asked_.erase(first);
    Completions completions;
    completions.answers.push_back({request.ticket, tenant.Answer(request.http, now().wall)});
    if (crash && crash()) {
      Crash();
    } else {
      Step(std::move(completions));
    }
  } else {
    Step({});
  }
  return true;
}

// What is not delivered yet arrives; how many records of the batch have arrived by now.
std::size_t VirtualRun::Deliver(SinkBatch* sink) {
  for (std::size_t i = 0; i < sink->records.size(); ++i) {
    if (sink->outcomes[i] != OutcomeKind::kUndecided) continue;
    ++delivered[std::string(sink->records[i].event_id)];
    sink->outcomes[i] = OutcomeKind::kDelivered;
  }
  return sink->records.size() - sink->rejections.size();
}

void VirtualRun::Settle() {
  Settlement settlement;
  settlement.batch = std::move(flights_.front().batch);
  flights_.pop_front();
  Batch& batch = *settlement.batch;
  SinkBatch& sink = batch.sinks.front();
  if (failed_ && dice_() % 2 == 0) Deliver(&sink);  // that it came back is not its own fault
  if (!failed_ && commit_fails) failed_ = commit_fails(batch);
  settlement.error = failed_;
  settlement.error_sink = failed_ ? "out" : "";
  if (!failed_) {
    settlement.sinks.push_back({sink.sink, Deliver(&sink), sink.rejections});
    for (const Rejection& rejection : sink.rejections) {
      ++dead_lettered[std::string(sink.records[rejection.index].raw)];
    }
  }
  // The records have arrived: a crash here repeats them.
  if (crash && crash()) return Crash();
  if (failed_) {
    returned_.push_back(&batch);
    if (flights_.empty()) failed_.reset();
  } else {
    ++commits;
    for (const StateChange& change : batch.state) {
      if (change.value) {
        state[change.key] = *change.value;
      } else {
        state.erase(change.key);
      }
    }
    if (crash && crash()) return Crash();
  }
  Completions completions;
  completions.settlements.push_back(std::move(settlement));
  Step(std::move(completions));
}

void VirtualRun::HandOver(std::unique_ptr<Batch> batch) {
  if (failed_) failures_ += "a batch is handed over while those after a failed one come back; ";
  if (!returned_.empty()) {
    if (returned_.front() != batch.get()) failures_ += "a batch overtakes one that failed; ";
    returned_.pop_front();
  }
  flights_.push_back({std::move(batch), time_ + commit_takes});
  std::size_t records = 0;
  for (const Flight& flight : flights_) records += flight.batch->sinks.front().records.size();
  most_under_way = std::max(most_under_way, flights_.size());
  most_unsettled = std::max(most_unsettled, records);
  if (records > settings_.batch.events) failures_ += "a crash may repeat more than a batch; ";
}

void VirtualRun::Load() {
  ++loads;
  std::vector<StateEntry> entries;
  for (const std::string& prefix : std::exchange(load_, {})) {
    const auto some = MapState(state).Scan(prefix);
    entries.insert(entries.end(), some->begin(), some->end());
  }
  Completions completions;
  completions.loaded = std::move(entries);
  Step(std::move(completions));
}

void VirtualRun::Step(Completions completions) {
  if (rivals) rivals(time_, *budget_);
  StepOutput out = stream_->Step(now(), std::move(completions));
  // A step that asks to be woken in the past would spin; one that goes on has started a batch.
  if (out.wake_at <= time_) failures_ += "woken in the past; ";
  went_on_ = out.goes_on ? went_on_ + 1 : 0;
  if (went_on_ > settings_.batch.under_way()) failures_ += "goes on without end; ";
  wake_at_ = out.goes_on ? time_ : out.wake_at;
  for (Notice& notice : out.notices) notices.push_back(std::move(notice));
  for (PageRequest& request : out.requests) {
    asked_.push_back({std::move(request), time_ + request_takes});
  }
  most_asked = std::max(most_asked, asked_.size());
  if (asked_.size() > settings_.concurrency) failures_ += "too many requests under way; ";
  if (!out.load.empty()) {
    if (!load_.empty()) failures_ += "two loads under way; ";
    load_ = std::move(out.load);
  }
  for (std::unique_ptr<Batch>& batch : out.commits) HandOver(std::move(batch));
  CheckIdentity();
}

void VirtualRun::CheckIdentity() {
  const StreamSnapshot& s = snapshot();
  for (const auto& [name, sink] : s.sinks) {
    std::uint64_t dead = 0;
    for (const auto& [reason, count] : sink.dead_lettered) dead += count;
    if (s.received != s.out_of_window + s.deduplicated + s.filtered_in_all() + sink.delivered +
                          dead + s.pending) {
      failures_ += "identity of metrics broken at " + name + "; ";
    }
  }
}

void VirtualRun::For(std::chrono::milliseconds span) {
  const MonotonicTime end = time_ + span;
  while (Next(end)) {
  }
}

bool VirtualRun::Until(const std::function<bool()>& holds, std::chrono::milliseconds most) {
  const MonotonicTime end = time_ + most;
  while (!holds()) {
    if (!Next(end)) return false;
  }
  return true;
}

bool VirtualRun::UntilCaughtUp() {
  return Until([this] { return snapshot().caught_up; }, std::chrono::hours(24));
}

std::string VirtualRun::Failures() const { return failures_; }

void CheckDelivered(const VirtualRun& run, std::size_t count, int most_times) {
  CHECK(run.delivered.size() == count);
  for (const auto& [id, times] : run.delivered) {
    INFO(id);
    CHECK(times >= 1);
    CHECK(times <= most_times);
  }
  CHECK(run.Failures() == "");
}

}  // namespace nsf::test
