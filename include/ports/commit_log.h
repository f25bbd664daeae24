// SPDX-License-Identifier: Apache-2.0
// A log that one owner at a time commits to: records and state changes as one, or neither. Whoever
// takes it over shuts the owner before out, also one that does not know yet. What a new owner must
// do, and when, is pipeline/slot's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/record.h"
#include "ports/result.h"
#include "ports/state_store.h"

namespace nsf {

// One transaction.
struct LogCommit {
  std::vector<SinkBatch*> batches;  // of which the undecided records
  std::vector<StateChange> changes;
  // Adds to `more` what has become ready since it was asked for, or since the last call. May be
  // called again and again, on any thread, until the transaction is to be made durable; all that it
  // ever gave belongs to this one. Absent: nothing is to be added.
  std::function<void(LogCommit& more)> gather;
};

// What became of it.
struct LogAnswer {
  enum class Kind : std::uint8_t {
    kCommitted,  // every record is kDelivered
    kRefused,    // nothing is committed: records were refused for what they are, and are kRejected
    kFailed,     // nothing is committed: try again later
    kBroken,     // the same, and nothing more can be before the log is taken over again
    kUnknown,    // it is committed or not; nothing more can be before the log is taken over again.
                 // Where records are newly kRejected, it is not
    kShutOut,    // somebody else has taken over: nothing is committed, and nothing can be
  };
  Kind kind = Kind::kCommitted;
  std::string message;  // why not, and the next step
};

// What a reader of committed changes sees next.
struct LogPiece {
  std::vector<StateChange> changes;  // in their order
  // There is nothing more to be seen for now: all that is committed before this position was. What
  // others have under way may stand behind it, and is told, with a new end, once it has ended.
  std::optional<std::int64_t> end;
};

// Calls do not block and may be made on any thread; one is under way at a time. `done` is called
// exactly once, not before the call returns, on a thread of the log's own. While the log is
// destroyed what is under way ends, with kUnknown or an error, and so does what is asked for then.
class CommitLog {
 public:
  virtual ~CommitLog() = default;

  // Whether a commit can hold such records.
  virtual bool Takes(const SinkBatch& batch) const = 0;

  // From success on nobody else can commit, and what others had under way has ended or will end
  // without them. Goes on by itself for as long as it takes; fails only where an operator must act,
  // or when the log is destroyed.
  virtual void TakeOver(std::function<void(Result<void>)> done) = 0;
  // The position behind all that the log holds, committed or not.
  virtual void AskEnd(std::function<void(Result<std::int64_t>)> done) = 0;
  // The next piece; the first one since TakeOver() begins with the log. Ask for it from within the
  // answer to the one before, or the log lets go of what it reads with.
  virtual void Read(std::function<void(Result<LogPiece>)> done) = 0;
  // `batches` stay valid until `done`.
  virtual void Commit(LogCommit commit, std::function<void(LogAnswer)> done) = 0;

  // Begins to end: what is under way ends as it does when the log is destroyed. `closed` is called
  // once, at the very end, after which that does not block. Call at most once.
  virtual void Close(std::function<void()> closed) = 0;

  // What keeps it from getting on at the moment; absent when nothing is known to. Thread-safe.
  virtual std::optional<Error> Trouble() const = 0;
};

}  // namespace nsf
