// SPDX-License-Identifier: Apache-2.0
// What a walk of the past shows, reckoned up against what was delivered: by ids where they are
// still kept, by count and sum of ids in windows of which only the proof is.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/ledger/window_record.h"
#include "core/state/job.h"

namespace nsf {

// What is known of the stream that is checked.
struct Delivered {
  std::vector<WindowRecord> windows;  // closed ones, in any order
  std::vector<IdHash> ids;            // in any order
  WallSeconds ids_from;               // of older seconds ids may be dropped
};

class Reckoning {
 public:
  // Of the seconds of `range`.
  Reckoning(Delivered delivered, const Window& range);

  // One event that the tenant shows, once; `listed` is the second that windows select it by.
  void Add(WallSeconds listed, IdHash id);

  struct Outcome {
    std::uint64_t missing = 0;         // events that were not delivered
    std::uint64_t whole = 0;           // windows
    std::uint64_t no_longer_held = 0;  // windows that the tenant shows less of than it did
    std::vector<JobHole> holes;        // by time
  };
  Outcome Conclude() const;
  // Ids of all of `hole` are kept: what it misses is known.
  bool CanMend(const JobHole& hole) const { return hole.start >= ids_from_; }

 private:
  struct Closed {
    WindowRecord record;
    Tally shown;
    std::uint64_t unknown = 0;  // events, where ids are kept
  };

  std::uint64_t MissingIn(const Closed& closed) const;
  // A window that the range cuts shows a part of its events.
  bool LiesInside(const Window& window) const {
    return window.start >= range_.start && window.end <= range_.end;
  }

  std::map<WallSeconds, Closed> closed_;        // by start
  std::map<WallSeconds, std::uint64_t> loose_;  // unknown events outside of these, by minute
  std::vector<IdHash> ids_;                     // sorted
  WallSeconds ids_from_;
  Window range_;
};

}  // namespace nsf
