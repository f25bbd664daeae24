// SPDX-License-Identifier: Apache-2.0
// One way to send a batch, in the sink's thread: over UDP, or over a stream (TCP, TLS).
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "adapters/syslog/wait.h"
#include "ports/record.h"
#include "ports/result.h"

namespace nsf::syslog {

// Says what an operator wants to know about a connection: made, lost, sent again. Never a secret,
// never a line for each attempt. Called in the sink's thread.
using Log = std::function<void(std::string_view message)>;

class Publisher {
 public:
  virtual ~Publisher() = default;

  // Publishes as Sink::Publish says, and blocks for it: until all records are decided, until it
  // gives up for now, or until the signal to stop is raised.
  virtual std::optional<Error> Publish(SinkBatch& batch) = 0;

  // Looks after the connection between batches, until `work` or the signal to stop is raised.
  virtual void Idle(const Signal& work) = 0;
};

}  // namespace nsf::syslog
