// SPDX-License-Identifier: Apache-2.0
// The state in a log that it owns. The order in which it is opened is what exactly once rests on:
// from taking over on nobody else commits, and only then is read what was committed, to the end.
// Commits that wait when one begins become one; what memory holds moves when that has returned.
// docs/decisions/0024-what-is-read-was-committed.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/slot/log_content.h"
#include "ports/commit_log.h"
#include "ports/random.h"
#include "ports/state_store.h"

namespace nsf {

// Thread-safe: works on the threads on which the log reports, and on those of its callers.
class Slot final : public StateStore {
 public:
  enum class Phase : std::uint8_t {
    kOpening,  // for as long as the log makes it wait
    kOwned,
    kLost,    // another owner has it: nothing can be committed any more
    kFailed,  // error() says why, and what to do
  };

  struct Hearers {
    std::function<void()> changed;                       // the phase has
    std::function<void(std::string_view message)> note;  // for the log of the program
  };

  // The log outlives every call to the slot, and is destroyed before it, or is closed. `random` is
  // asked once.
  Slot(CommitLog& log, Random& random, Hearers hearers);

  // Call once.
  void Open();
  // Takes nothing any more: what waits is answered now, and what is under way as it ends. Close the
  // log after it.
  void Close();

  Phase phase() const;
  // Why it is lost or failed.
  std::optional<Error> error() const;
  std::size_t bytes() const;

  // These fail with kRetry until it is owned.
  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override;
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override;
  void Commit(std::vector<StateChange> changes, Done done) override;
  // `loaded` is called on any thread, also before Load() returns.
  void Load(std::vector<std::string> prefixes, Loaded loaded) override;
  bool Takes(const SinkBatch& batch) const override { return log_.Takes(batch); }
  void CommitWith(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                  Done done) override;
  void CommitGathering(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                       Gather gather, Done done) override;

 private:
  struct Request {
    std::uint64_t number;
    std::vector<SinkBatch*> batches;
    std::vector<StateChange> changes;
    Gather gather;
    Done done;
    std::size_t refused_before;  // of its records, when it was asked for
  };
  struct Waiting {
    std::uint64_t number;  // of the commits made before it, one more
    std::vector<std::string> prefixes;
    Loaded loaded;
  };
  using Requests = std::vector<Request>;

  // Nothing is to be begun any more.
  bool IsClosing() const;
  // Opening, step by step; a failure that passes begins it again.
  void OnTaken(const Result<void>& taken);
  void OnEnd(const Result<std::int64_t>& end);
  void OnPiece(const Result<LogPiece>& piece, std::int64_t end);
  void OnTrouble(const Error& error);
  void OnRead();

  // Commits what waits, unless a commit is under way.
  void Advance();
  // What is ready by now goes into the round, and into the commit of it.
  void GatherInto(LogCommit& commit);
  void OnAnswer(const LogAnswer& answer);
  void TakeOverAgain(const LogAnswer& answer);
  void Succeed();
  // Those with a record that was refused are handed back; the others are committed at once.
  void HandBackRefused();
  void Fail(const Error& error);
  void End(Phase phase, Error error);
  // Tells what the commits of the round have become, and loads that waited for them.
  void Tell(Requests round, const Result<void>& result);
  void AnswerLoads();
  Error NotOwned() const;  // with the lock

  CommitLog& log_;
  const std::string name_;  // that no other owner has
  const Hearers hearers_;

  mutable std::mutex mutex_;  // of all that follows
  Phase phase_ = Phase::kOpening;
  std::optional<Error> error_;
  LogContent content_;
  LogContent reading_;
  bool committing_ = false;
  bool closing_ = false;
  Requests round_;  // committed as one
  Requests commits_;
  std::vector<Waiting> loads_;
  std::set<std::uint64_t> unsettled_;  // numbers of commits
  std::uint64_t commits_made_ = 0;
  std::uint64_t rounds_ = 0;
  bool was_read_ = false;  // whatever is read from now on, this owner must have committed
  std::string mark_;       // of the round
  std::string last_;       // of the last commit that is known to be made
  std::string pending_;    // of one whose answer was lost; empty: none was
};

}  // namespace nsf
