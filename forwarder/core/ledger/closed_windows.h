// SPDX-License-Identifier: Apache-2.0
// The windows that are closed: which of them are proven complete, and which are to be walked again,
// because rows moved while they were walked or because late rows may have come into them.
//
// A walk that is not whole is made again at once; a second time the window is halved; a single
// second is walked again after growing pauses. A whole window is revisited at the ages that the
// configuration gives, and then stays as a proof: its count and the sum of its id hashes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/ledger/window_record.h"
#include "ports/telemetry.h"

namespace nsf {

struct RevisitSettings {
  std::vector<std::chrono::seconds> ages;  // of a window's end, ascending
  // One walk serves all neighbours that are due, as long as they hold no more events.
  std::uint64_t most_events = 50'000;
};

// A walk over one or more neighbouring closed windows, when it ended.
struct ClosedWalk {
  struct Part {
    Window window;
    Tally tally;
  };
  std::vector<Part> parts;  // by time
  WalkProof proof = WalkProof::kMoved;
  std::optional<std::uint64_t> total;  // of all that was asked for
  std::uint64_t rows = 0;              // that were shown of it
  std::uint64_t known_events = 0;      // in the ledger, of the seconds asked for
  bool told_apart = false;             // it is known of each row which part it belongs to
  // The tenant's time when it began: what became visible since may not have been seen, however long
  // its pages waited for a sink. Absent: when it ended.
  std::optional<WallSeconds> begun;
};

class ClosedWindows {
 public:
  explicit ClosedWindows(RevisitSettings settings) : settings_(std::move(settings)) {}

  // Puts back a record that the store holds.
  void Load(const WindowRecord& record);

  // Takes the outcome of a walk that closed a window, or that walked closed ones again. Whether it
  // was whole.
  bool Walked(const ClosedWalk& walk, WallSeconds tenant_now);

  // Makes the windows that `range` touches due now.
  void MakeDue(const Window& range, WallSeconds tenant_now);
  // One of them is due still.
  bool IsDue(const Window& range, WallSeconds tenant_now) const;

  // The neighbouring windows to walk now, in one walk; empty: none is due.
  std::vector<Window> Due(WallSeconds tenant_now) const;
  // All windows that are due, by time, wherever they lie.
  std::vector<Window> AllDue(WallSeconds tenant_now) const;
  // When the next one is; absent: never.
  std::optional<WallSeconds> next_due() const;

  // Every second before it needs no id any more; max() when no window is to be walked again.
  WallSeconds kept_from() const;
  std::size_t incomplete() const { return incomplete_.size(); }
  // The start of the first window that is not proven complete.
  std::optional<WallSeconds> first_incomplete() const;
  // The end of the last window that is.
  std::optional<WallSeconds> proven_until() const { return proven_until_; }

  // The last `most` days of which windows are known, ascending.
  std::vector<DayProof> ProofByDay(std::size_t most) const;

  // The records that changed since the last call, by their start; absent: to be deleted.
  std::vector<std::pair<WallSeconds, std::optional<WindowRecord>>> TakeChanges();
  bool has_changes() const { return !changed_.empty(); }
  const std::map<WallSeconds, WindowRecord>& records() const { return records_; }

  // Forgets all (the windows were cut by another time).
  void Clear();

 private:
  void Put(const WindowRecord& record);
  void Erase(WallSeconds start);
  void Note(const WindowRecord& record, bool present);
  // Whether totals are those of windows is seen where one is met, or stated of nothing.
  void NoteTotal(const ClosedWalk& walk);
  bool Proves(const WindowRecord& record, const ClosedWalk& walk, const Tally& tally) const;
  bool IsDoubtful(const WindowRecord& record, const ClosedWalk& walk, WallSeconds begun) const;
  void OnWhole(WindowRecord record, WallSeconds begun);
  void OnMoved(WindowRecord record, bool alone, bool shown, WallSeconds tenant_now);
  void JoinProofs(WallSeconds start);

  RevisitSettings settings_;
  std::map<WallSeconds, WindowRecord> records_;  // by start
  // Indexes of it.
  std::set<std::pair<WallSeconds, WallSeconds>> due_;  // due, start
  std::set<WallSeconds> awaited_;                      // starts of records that are due some time
  std::set<WallSeconds> incomplete_;                   // starts
  std::optional<WallSeconds> proven_until_;
  std::set<WallSeconds> changed_;
  int hollow_totals_ = 0;  // in a row
};

}  // namespace nsf
