// SPDX-License-Identifier: Apache-2.0
// Where the logs of slots come from.
#pragma once

#include <cstdint>
#include <memory>

#include "ports/commit_log.h"
#include "ports/result.h"

namespace nsf {

class SlotLogs {
 public:
  virtual ~SlotLogs() = default;
  // Does not wait for anything. Fails where an operator must act.
  virtual Result<std::unique_ptr<CommitLog>> OpenSlot(std::int32_t slot) = 0;
  // Of the placements of all tenants.
  virtual Result<std::unique_ptr<CommitLog>> OpenPlacements() = 0;
  // Whether the commits of a slot take such records.
  virtual bool Takes(const SinkBatch& batch) const = 0;
};

}  // namespace nsf
