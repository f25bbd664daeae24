// SPDX-License-Identifier: Apache-2.0
// Positions, transactions, and answers that come or do not.
#include "simulation/simulated_topic.h"

#include <algorithm>
#include <utility>

#include "core/ledger/event_id.h"

namespace nsf::simulation {
namespace {

constexpr std::int64_t kMostInPiece = 50;
constexpr milliseconds kLook{50};  // of a reader that waits
// So often brokers look for transactions that took too long.
constexpr milliseconds kLooksForExpired{10'000};

Error Closed() { return {ErrorKind::kRetry, "the log is closed"}; }

void SetOutcomes(const LogCommit& commit) {
  for (SinkBatch* batch : commit.batches) {
    for (OutcomeKind& outcome : batch->outcomes) {
      if (outcome == OutcomeKind::kUndecided) outcome = OutcomeKind::kDelivered;
    }
  }
}

}  // namespace

SimulatedTopic::SimulatedTopic(const Scenario& scenario, std::uint64_t seed, Timeline& timeline)
    : scenario_(scenario), dice_(seed), timeline_(timeline) {}

std::uint64_t SimulatedTopic::TakeOver() {
  AbortOpen();
  if (dice_.Permille(scenario_.log.strangers)) {
    strangers_ = std::max<std::int64_t>(End() - dice_.Between(0, 40), 0);
    stranger_ends_ = timeline_.now() + dice_.Within(milliseconds(10), milliseconds(20'000));
  }
  ++takeovers_;
  return ++epoch_;
}

void SimulatedTopic::Append(const std::vector<StateChange>& changes) {
  for (const StateChange& change : changes) records_.push_back({change, Fate::kOpen});
  open_ = changes.size();
  ++transactions_;
  if (!longest_) return;
  timeline_.After(*longest_ + dice_.Within(milliseconds(0), kLooksForExpired),
                  [this, transaction = transactions_] {
                    if (open_ == 0 || transaction != transactions_) return;
                    AbortOpen();
                    ++epoch_;
                  });
}

void SimulatedTopic::CommitOpen() { Close(Fate::kCommitted); }

void SimulatedTopic::AbortOpen() {
  if (open_ > 0) Close(Fate::kNone);
}

void SimulatedTopic::Close(Fate fate) {
  for (std::size_t i = records_.size() - open_; i < records_.size(); ++i) records_[i].fate = fate;
  open_ = 0;
  records_.push_back({{}, Fate::kNone});
}

std::int64_t SimulatedTopic::Stable() const {
  const std::int64_t own = End() - static_cast<std::int64_t>(open_);
  return timeline_.now() < stranger_ends_ ? std::min(own, strangers_) : own;
}

std::vector<StateChange> SimulatedTopic::Read(std::int64_t* from, std::int64_t most) const {
  std::vector<StateChange> changes;
  const std::int64_t end = std::min(*from + most, Stable());
  for (; *from < end; ++*from) {
    const Kept& kept = records_[static_cast<std::size_t>(*from)];
    if (kept.fate == Fate::kCommitted) changes.push_back(kept.change);
  }
  return changes;
}

bool SimulatedTopic::IsDown() const {
  const auto elapsed = std::chrono::floor<milliseconds>(timeline_.now() - kBegin);
  return std::any_of(scenario_.log.down.begin(), scenario_.log.down.end(),
                     [elapsed](const Span& span) { return span.Contains(elapsed); });
}

bool SimulatedTopic::IsCalm() const { return timeline_.now() - kBegin >= scenario_.calm; }

bool SimulatedTopic::Refuses(const SinkBatch& batch, const Record& record) const {
  if (!batch.refusals.empty()) return false;
  const auto sink =
      std::find_if(scenario_.sinks.begin(), scenario_.sinks.end(),
                   [&batch](const SinkScenario& known) { return known.name == batch.sink; });
  return sink->refuses > 0 && HashId(record.event_id).high % 1000 < sink->refuses;
}

SimulatedLog::SimulatedLog(SimulatedTopic& topic, std::shared_ptr<Door> door, Committed committed)
    : topic_(topic), door_(std::move(door)), committed_(std::move(committed)) {}

void SimulatedLog::After(std::function<void()> action) {
  const auto over = [this, lives = std::weak_ptr(lives_), call = calls_] {
    return lives.expired() || call != calls_;
  };
  topic_.timeline().After(topic_.scenario().latency.Draw(&topic_.dice()),
                          [over, action = std::move(action)] {
                            if (!over()) action();
                          });
}

void SimulatedLog::Enter(std::function<void()> action) {
  door_->Pass([this, lives = std::weak_ptr(lives_), call = calls_, action = std::move(action)] {
    if (!lives.expired() && call == calls_) action();
  });
}

void SimulatedLog::Begin(std::function<void()> fail) {
  ++calls_;
  fail_ = std::move(fail);
}

void SimulatedLog::End(std::function<void()> tell) {
  Enter([this, tell = std::move(tell)] {
    fail_ = nullptr;
    tell();
  });
}

void SimulatedLog::TakeOver(std::function<void(Result<void>)> done) {
  Begin([done] { done(Closed()); });
  After([this, done = std::move(done)] {
    if (topic_.IsDown()) return TakeOver(done);
    epoch_ = topic_.TakeOver();
    read_ = 0;
    told_end_.reset();
    End([done] { done({}); });
  });
}

void SimulatedLog::AskEnd(std::function<void(Result<std::int64_t>)> done) {
  Begin([done] { done(Closed()); });
  After([this, done = std::move(done)] {
    Result<std::int64_t> end = topic_.End();
    if (topic_.IsDown()) end = Error{ErrorKind::kRetry, "no broker answers"};
    End([done, end] { done(end); });
  });
}

void SimulatedLog::Read(std::function<void(Result<LogPiece>)> done) {
  Begin([done] { done(Closed()); });
  After([this, done = std::move(done)] {
    if (topic_.IsDown()) {
      return End([done] { done(Error{ErrorKind::kRetry, "no broker answers"}); });
    }
    LogPiece piece;
    piece.changes = topic_.Read(&read_, kMostInPiece);
    if (piece.changes.empty()) {
      if (told_end_ == topic_.Stable()) {
        const auto over = [this, lives = std::weak_ptr(lives_), call = calls_] {
          return lives.expired() || call != calls_;
        };
        return topic_.timeline().After(kLook, [this, over, done] {
          if (!over()) Read(done);
        });
      }
      if (read_ == topic_.Stable()) piece.end = told_end_ = read_;
    }
    End([done, piece = std::move(piece)] { done(piece); });
  });
}

SimulatedLog::Fate SimulatedLog::DrawFate() {
  if (topic_.IsCalm()) return Fate::kMade;
  if (topic_.IsDown() || topic_.dice().Permille(topic_.scenario().fails)) return Fate::kFails;
  if (topic_.dice().Permille(topic_.scenario().lost)) {
    return topic_.dice().Permille(500) ? Fate::kLostAfter : Fate::kLostBefore;
  }
  return Fate::kMade;
}

void SimulatedLog::Commit(LogCommit commit, std::function<void(LogAnswer)> done) {
  ++calls_;
  under_way_ = UnderWay{std::move(commit), std::move(done), DrawFate(), false, false};
  After([this] { Arrive(); });
}

bool SimulatedLog::Refuse() {
  bool refused = false;
  for (SinkBatch* batch : under_way_->commit.batches) {
    for (std::size_t i = 0; i < batch->records.size(); ++i) {
      if (batch->outcomes[i] != OutcomeKind::kUndecided) continue;
      if (!topic_.Refuses(*batch, batch->records[i])) continue;
      batch->outcomes[i] = OutcomeKind::kRejected;
      batch->rejections.push_back({i, "invalid", "refused for its content"});
      refused = true;
    }
  }
  return refused;
}

void SimulatedLog::Arrive() {
  LogCommit& commit = under_way_->commit;
  commit.gather(commit);
  LogCommit more;  // follows what is on its way
  commit.gather(more);
  commit.batches.insert(commit.batches.end(), more.batches.begin(), more.batches.end());
  commit.changes.insert(commit.changes.end(), more.changes.begin(), more.changes.end());
  if (topic_.IsOwner(epoch_)) {
    topic_.Append(commit.changes);
    under_way_->arrived = true;
  }
  // The process is told that all is there, and asks for the commit.
  Enter([this] { After([this] { Decide(); }); });
}

void SimulatedLog::Decide() {
  UnderWay& commit = *under_way_;
  commit.decided = true;
  if (!topic_.IsOwner(epoch_) || !commit.arrived) {
    return Answer({LogAnswer::Kind::kShutOut, "another owner has taken over"});
  }
  if (commit.fate == Fate::kMade && Refuse()) commit.fate = Fate::kRefused;
  switch (commit.fate) {
    case Fate::kMade:
    case Fate::kLostAfter:
      if (commit.fate == Fate::kLostAfter && Refuse()) {
        topic_.AbortOpen();
        return Answer({LogAnswer::Kind::kRefused, "refused"});
      }
      topic_.CommitOpen();
      committed_(commit.commit);
      if (commit.fate == Fate::kLostAfter) {
        return Answer({LogAnswer::Kind::kUnknown, "the answer was lost"});
      }
      return Answer({});
    case Fate::kRefused:
      topic_.AbortOpen();
      return Answer({LogAnswer::Kind::kRefused, "refused"});
    case Fate::kFails:
      topic_.AbortOpen();
      return Answer({LogAnswer::Kind::kFailed, "no broker answers"});
    case Fate::kLostBefore:
      if (topic_.dice().Permille(500)) Refuse();  // what was learned of records is not lost
      return Answer({LogAnswer::Kind::kUnknown, "the answer was lost"});
  }
}

void SimulatedLog::Answer(LogAnswer answer) {
  After([this, answer = std::move(answer)] {
    Enter([this, answer] {
      const UnderWay ended = *std::exchange(under_way_, std::nullopt);
      if (answer.kind == LogAnswer::Kind::kCommitted) SetOutcomes(ended.commit);
      const std::weak_ptr lives(lives_);
      ended.done(answer);
      if (!lives.expired() && closed_ && !under_way_) std::exchange(closed_, nullptr)();
    });
  });
}

void SimulatedLog::Close(std::function<void()> closed) {
  closed_ = std::move(closed);
  if (under_way_) {
    if (topic_.dice().Permille(500)) CutOff();
    return;
  }
  ++calls_;
  TellClosed();
}

void SimulatedLog::CutOff() {
  MakeUndecided();
  const auto done = std::exchange(under_way_, std::nullopt)->done;
  Begin([done] { done({LogAnswer::Kind::kUnknown, "it is closed"}); });
  TellClosed();
}

void SimulatedLog::TellClosed() {
  After([this] {
    Enter([this] {
      const auto told = std::exchange(closed_, nullptr);
      if (const auto fail = std::exchange(fail_, nullptr)) fail();
      told();
    });
  });
}

// What was asked for last may still happen.
void SimulatedLog::MakeUndecided() {
  if (!under_way_ || std::exchange(under_way_->decided, true) || !under_way_->arrived) return;
  if (!topic_.IsOwner(epoch_) || topic_.dice().Permille(500) || Refuse()) return;
  topic_.CommitOpen();
  committed_(under_way_->commit);
}

}  // namespace nsf::simulation
