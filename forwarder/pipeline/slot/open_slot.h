// SPDX-License-Identifier: Apache-2.0
// A log and the slot in it, from the start to the end of the log's work.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "pipeline/slot/slot.h"
#include "ports/commit_log.h"
#include "ports/random.h"

namespace nsf {

class OpenSlot {
 public:
  // Begins at once. As Slot's.
  OpenSlot(std::unique_ptr<CommitLog> log, Random& random, const Slot::Hearers& hearers)
      : changed_(hearers.changed), slot_(*log, random, hearers), log_(std::move(log)) {
    slot_.Open();
  }

  Slot& slot() { return slot_; }
  const CommitLog& log() const { return *log_; }

  // Begins to end, once; `changed` is told when it has. Keep it until closed(): destroying it
  // blocks before.
  void Close() {
    if (std::exchange(closing_, true)) return;
    slot_.Close();
    log_->Close([closed = closed_, changed = changed_] {
      closed->store(true);
      changed();
    });
  }
  bool closing() const { return closing_; }
  bool closed() const { return closed_->load(); }

 private:
  const std::function<void()> changed_;
  bool closing_ = false;
  std::shared_ptr<std::atomic<bool>> closed_ = std::make_shared<std::atomic<bool>>(false);
  Slot slot_;
  const std::unique_ptr<CommitLog> log_;  // destroyed before the slot
};

}  // namespace nsf
