// SPDX-License-Identifier: Apache-2.0
// Where a batch goes: to every sink, and then, or in the same transaction, its state changes to the
// store. This order is the product's promise: no state moves before its events are acknowledged.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/arena.h"
#include "ports/record.h"
#include "ports/result.h"
#include "ports/state_store.h"

namespace nsf {

// What one commit settles. Records point into `arena` and `pages`.
struct Batch {
  std::vector<SinkBatch> sinks;  // the same events in the same order for each sink
  std::vector<StateChange> state;
  Arena arena;
  std::vector<std::shared_ptr<const std::string>> pages;  // bodies that `Record::raw` points into
  // Of each sink, in their order: so many of its rejections are in the dead letter already.
  std::vector<std::size_t> dead_lettered;
};

// What became of one batch at one sink.
struct SinkSettlement {
  std::string sink;
  std::size_t delivered = 0;
  std::vector<Rejection> dead_lettered;
};

// What became of a batch. Without `error` every record of every sink is delivered or dead-lettered
// and the state is durable. With it nothing may be taken as settled: commit the same batch again.
struct Settlement {
  std::unique_ptr<Batch> batch;  // handed back
  std::vector<SinkSettlement> sinks;
  std::optional<Error> error;
  std::string error_sink;  // the sink that failed, "dead_letter" or "state"
};

class Destination {
 public:
  using Done = std::function<void(Settlement)>;

  virtual ~Destination() = default;
  // Delivers what is not yet settled of `batch`. Does not block; `done` is called exactly once, on
  // any thread. Several streams commit at the same time. A stream may hand over its next batches
  // while one is under way: they are published side by side, but settled in the order given, and
  // no state is committed before that of the batch before it. When one is handed back with an
  // error, so are those after it.
  virtual void Commit(std::unique_ptr<Batch> batch, Done done) = 0;
};

}  // namespace nsf
