// SPDX-License-Identifier: Apache-2.0
// Where the state lives: values by key, several of them put or deleted atomically and durably; and,
// where the store can, records in the same commit.
// Keys are text made of '/'-separated parts (see core/state/keys.h); values are versioned bytes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/result.h"

namespace nsf {

struct SinkBatch;  // ports/record.h

struct StateEntry {
  std::string key;
  std::string value;
};

// Puts `value`, or deletes the key when there is none.
struct StateChange {
  std::string key;
  std::optional<std::string> value;
};

// Reads beside an owner. Thread-safe; blocks for the read.
class StateReader {
 public:
  virtual ~StateReader() = default;
  // All entries whose key begins with `prefix`, by key. Fails with kStop when the store is damaged
  // (which file, and what to do), kRetry when it is busy.
  virtual Result<std::vector<StateEntry>> Scan(std::string_view prefix) const = 0;
  // The keys of those entries alone, by key.
  virtual Result<std::vector<std::string>> Keys(std::string_view prefix) const = 0;
};

// The one owner's handle.
class StateStore : public StateReader {
 public:
  using Done = std::function<void(Result<void>)>;
  using Loaded = std::function<void(Result<std::vector<StateEntry>>)>;
  // More for a commit that was asked for and is not begun.
  struct Addition {
    std::vector<SinkBatch*> batches;
    std::vector<StateChange> changes;
  };
  using Gather = std::function<Addition()>;

  // Puts and deletes all of `changes` or none. Does not block; `done` is called exactly once, on a
  // thread of the store's own, after the changes are durable (they survive a power cut), or with
  // kRetry when they are not there (disk full, I/O error), so that the same commit can be made
  // again.
  virtual void Commit(std::vector<StateChange> changes, Done done) = 0;

  // Whether the records of such a batch (of refused records: one with refusals) belong into the
  // commit of their state, and are not to be published.
  virtual bool Takes(const SinkBatch& /*batch*/) const { return false; }
  // As Commit(), together with the undecided records of `batches`, which it takes: either all of
  // them are delivered and all of `changes` is durable, or none. Without an error every record is
  // kDelivered. With it those are kRejected that were refused for what they are, and no other has
  // an outcome: the same commit can be made again without them. `batches` stay valid until `done`.
  virtual void CommitWith(const std::vector<SinkBatch*>& /*batches*/,
                          std::vector<StateChange> changes, Done done) {
    Commit(std::move(changes), std::move(done));
  }

  // As CommitWith(). A store whose commits are dear asks for what has become ready meanwhile when
  // it begins, on any thread: all that `gather` ever gave belongs to this commit.
  virtual void CommitGathering(
      const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
      // NOLINTNEXTLINE(performance-unnecessary-value-param): others keep it
      Gather /*gather*/, Done done) {
    CommitWith(batches, std::move(changes), std::move(done));
  }

  // Reads all entries whose key begins with one of `prefixes`, after every commit made before this
  // call. Does not block; `loaded` is called exactly once, on a thread of the store's own, with the
  // errors of Scan().
  virtual void Load(std::vector<std::string> prefixes, Loaded loaded) = 0;
};

}  // namespace nsf
