// SPDX-License-Identifier: Apache-2.0
// A topic that is a log with one owner at a time, as brokers keep it, and an owner's end of it.
// Answers are lost, transactions of strangers hide what stands behind them, and whoever was taken
// over from hears of it when it commits. Outlives every owner and crash.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/commit_log.h"
#include "simulation/door.h"
#include "simulation/scenario.h"
#include "simulation/timeline.h"

namespace nsf::simulation {

class SimulatedTopic {
 public:
  SimulatedTopic(const Scenario& scenario, std::uint64_t seed, Timeline& timeline);

  // From now on this owner alone commits; what the one before had open is aborted.
  std::uint64_t TakeOver();
  bool IsOwner(std::uint64_t epoch) const { return epoch == epoch_; }
  std::uint64_t takeovers() const { return takeovers_; }
  // Brokers abort what is left open for so long, and shut its owner out.
  void LimitTransactions(milliseconds longest) { longest_ = longest; }

  // The transaction of the owner is open, and then committed.
  void Append(const std::vector<StateChange>& changes);
  void CommitOpen();
  void AbortOpen();

  // Behind everything.
  std::int64_t End() const { return static_cast<std::int64_t>(records_.size()); }
  // Before the first transaction that is open.
  std::int64_t Stable() const;
  // What is committed at [from, Stable()), up to `most` positions; moves `from`.
  std::vector<StateChange> Read(std::int64_t* from, std::int64_t most) const;

  bool IsDown() const;
  // From now on no commit fails: with batches of a row and pauses after each failure a run would
  // end before its rows do.
  bool IsCalm() const;
  // The scenario's sinks, and those alone, refuse records for their content.
  bool Refuses(const SinkBatch& batch, const Record& record) const;

  const LogScenario& scenario() const { return scenario_.log; }
  Timeline& timeline() { return timeline_; }
  Dice& dice() { return dice_; }

 private:
  enum class Fate { kOpen, kCommitted, kNone };  // kNone: aborted, or a mark of the brokers'
  struct Kept {
    StateChange change;
    Fate fate = Fate::kOpen;
  };
  void Close(Fate fate);

  const Scenario& scenario_;
  Dice dice_;
  Timeline& timeline_;
  std::uint64_t epoch_ = 0;
  std::uint64_t takeovers_ = 0;
  std::optional<milliseconds> longest_;
  std::uint64_t transactions_ = 0;
  std::vector<Kept> records_;
  std::size_t open_ = 0;  // records of the owner's transaction, at the end
  // A stranger's transaction, and when it ends.
  std::int64_t strangers_ = 0;
  MonotonicTime stranger_ends_{};
};

// An owner's end.
class SimulatedLog final : public CommitLog {
 public:
  // The commit is durable, and its records are delivered.
  using Committed = std::function<void(const LogCommit& commit)>;

  // `topic` outlives it. `door`: that of the owner's process.
  SimulatedLog(SimulatedTopic& topic, std::shared_ptr<Door> door, Committed committed);

  bool Takes(const SinkBatch& /*batch*/) const override { return true; }
  void TakeOver(std::function<void(Result<void>)> done) override;
  void AskEnd(std::function<void(Result<std::int64_t>)> done) override;
  void Read(std::function<void(Result<LogPiece>)> done) override;
  void Commit(LogCommit commit, std::function<void(LogAnswer)> done) override;
  // A commit under way is answered as ever, or is cut off; all else is.
  void Close(std::function<void()> closed) override;
  std::optional<Error> Trouble() const override { return std::nullopt; }

  // The owner is gone: what it had asked for last may still happen.
  void Crash() { MakeUndecided(); }

 private:
  enum class Fate { kMade, kRefused, kFails, kLostAfter, kLostBefore };

  // On its way to the broker or back; nothing happens once the call that it is for is over.
  void After(std::function<void()> action);
  // In the owner's process, once it can; the same.
  void Enter(std::function<void()> action);
  // A call but Commit() begins; `fail` ends it when the log is closed meanwhile.
  void Begin(std::function<void()> fail);
  void End(std::function<void()> tell);
  // Of a commit that is under way nothing more is heard.
  void CutOff();
  void TellClosed();
  void MakeUndecided();
  Fate DrawFate();
  void Arrive();
  void Decide();
  void Answer(LogAnswer answer);
  // Marks what is refused for its content; whether any record was.
  bool Refuse();

  SimulatedTopic& topic_;
  const std::shared_ptr<Door> door_;
  const Committed committed_;
  const std::shared_ptr<bool> lives_ = std::make_shared<bool>(true);
  std::uint64_t calls_ = 0;
  std::function<void()> fail_;  // the call under way; empty: none is, or a commit
  std::uint64_t epoch_ = 0;
  std::int64_t read_ = 0;
  std::optional<std::int64_t> told_end_;
  struct UnderWay {
    LogCommit commit;
    std::function<void(LogAnswer)> done;
    Fate fate = Fate::kMade;
    bool arrived = false;
    bool decided = false;
  };
  std::optional<UnderWay> under_way_;
  std::function<void()> closed_;
};

}  // namespace nsf::simulation
