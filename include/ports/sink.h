// SPDX-License-Identifier: Apache-2.0
// A destination for records: publishes a batch and says of each record what became of it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ports/record.h"
#include "ports/result.h"

namespace nsf {

// What an acknowledgement of this sink is worth, told at start and by `check`.
struct Guarantee {
  bool at_least_once = true;  // false: best effort
  std::string acknowledged;   // what "delivered" means: "written and synced", "acks=all", ...
};

// Several streams publish to one sink at the same time, each with several batches under way.
class Sink {
 public:
  // `error` is set when records were left undecided: why, and the next step. kRetry: publish the
  // same batch again later. kClosed: the reader of a pipe went away.
  using Done = std::function<void(std::optional<Error> error)>;

  // Stops: a publish that is under way ends as undecided within a second or two. Blocks until no
  // thread of the sink's own is left.
  virtual ~Sink() = default;

  // Publishes every record whose outcome is kUndecided, in order, and sets its outcome; the others
  // are left alone, so that a batch can be published again until all of it is decided. Does not
  // block. `batch` stays valid and is the sink's alone until `done`, which is called exactly once,
  // on any thread (also before Publish returns).
  virtual void Publish(SinkBatch& batch, Done done) = 0;

  virtual Guarantee guarantee() const = 0;

  // What keeps publishing from getting on at the moment, while it goes on trying by itself (no
  // broker is reachable); absent when nothing is known to. Thread-safe.
  virtual std::optional<Error> Trouble() const { return std::nullopt; }

  // Closes and opens again what can be (a log file that was rotated). Called on SIGHUP.
  virtual void Reopen() {}
};

}  // namespace nsf
