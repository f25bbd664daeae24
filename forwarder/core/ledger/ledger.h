// SPDX-License-Identifier: Apache-2.0
// The ids of every event delivered in the seconds that may still be asked for again, so that what
// two walks show is delivered once. Ids are stored with the batch that delivered them, as chunks
// that are never rewritten, sorted into buckets of time; what no walk looks at is dropped from
// memory and read back when its seconds are walked again, so that memory does not grow with the
// ledger. Rows that do not show the time that windows select by may stand in any window: their ids
// are kept apart, in buckets of their own, and what was dropped of these leaves a trace of each id
// in memory, so that no row passes for new that one of them knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/bucket.h"
#include "core/ledger/event_id.h"
#include "core/ledger/id_filter.h"
#include "core/ledger/id_table.h"
#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

struct LedgerEntry {
  WallSeconds second;  // of the row's own time or, where it shows none, of the walk that showed it
  bool has_own = true;
  IdHash id;
  std::uint64_t content = 0;
};

enum class Seen : std::uint8_t {
  kNew,      // remembered now: deliver it
  kKnown,    // delivered before
  kChanged,  // delivered before, with other content
};

struct Sighting {
  Seen seen = Seen::kNew;
  std::uint32_t last_page = 0;  // on which the event was seen before; 0: not since the start
};

// What one commit adds to one bucket. Chunk numbers only grow.
struct ChunkId {
  BucketNumber bucket = 0;
  std::uint64_t number = 0;

  friend auto operator<=>(const ChunkId&, const ChunkId&) = default;
};
struct LedgerChunk {
  ChunkId id;
  std::vector<LedgerEntry> entries;
};

// A chunk's bytes: a version, then entries of fixed size, little-endian.
std::string EncodeChunk(const std::vector<LedgerEntry>& entries);
Result<std::vector<LedgerEntry>> DecodeChunk(std::string_view bytes);

class Ledger {
 public:
  // Looks an event up and remembers it as `entry` says, and that page `page` (counted from 1, never
  // twice) showed it. An event known in another bucket is remembered in this one too, so that a
  // walk of these seconds alone finds it. Entries that are new wait for TakeAdded().
  Sighting Observe(const LedgerEntry& entry, std::uint32_t page);

  // It will be observed soon: the memory that is looked at then comes into the CPU's cache.
  void Expect(const IdHash& id) const {
    known_.Expect(id);
    filter_.Expect(id);
  }

  // It is remembered, and in memory.
  bool Knows(const IdHash& id) const { return known_.Contains(id); }

  // The entries since the last call, by bucket: what the chunks of number `number` are to hold.
  std::vector<LedgerChunk> TakeAdded(std::uint64_t number);

  // A chunk that the store holds: part of the ledger, but not in memory.
  void NoteStored(ChunkId chunk);
  // Buckets that a walk of the seconds [first, last] needs, and memory does not hold.
  std::vector<BucketNumber> Missing(WallSeconds first, WallSeconds last) const;
  // Others that may hold an event, or know it better: to be read before it is observed.
  std::vector<BucketNumber> Missing(const IdHash& id) const;
  // No event has any, so that none need be asked about.
  bool has_traces() const { return !filter_.empty(); }
  // All of them.
  std::vector<BucketNumber> Missing() const;
  // Puts buckets back, with all their chunks, in any order.
  void Load(std::vector<LedgerChunk> chunks);
  // Drops from memory what is handed to the store and lies before `keep_from`, or outside the
  // buckets of [first, last]: of what these hold nothing, so that what was loaded for them stays.
  // Whoever walks there again loads what is Missing().
  void DropBefore(WallSeconds keep_from);
  void DropOutside(WallSeconds first, WallSeconds last);

  // Forgets the buckets that end at or before `before`; returns their chunks, to be deleted.
  std::vector<ChunkId> Forget(WallSeconds before);

  // Events in memory.
  std::size_t size() const { return known_.size(); }
  // Of these, those of the seconds [first, last].
  std::uint64_t CountIn(WallSeconds first, WallSeconds last) const;

 private:
  struct Bucket {
    std::vector<std::uint64_t> chunks;  // as stored
    // Its seconds from here on are in memory, all of them at min(), none at max().
    WallSeconds held_from = WallSeconds::min();
    bool shares = false;  // ids that are remembered as another bucket's
    // Of a bucket of rows without time: what memory does not hold of it is in the filter. Not so
    // when only its keys were read, at the start.
    bool is_traced = true;

    bool is_held() const { return held_from == WallSeconds::min(); }
  };

  // The bucket holds it still, and memory will remember it as another one's.
  void Share(const KnownId& known);
  // Drops ids. They may lie in other buckets as well, which are read back then.
  template <typename Predicate>
  void Drop(Predicate is_dropped);
  // Those, and leaves the trace of each that has no time of its own.
  template <typename Predicate>
  void DropWithTrace(Predicate is_dropped);

  IdTable known_;
  // For each id in a bucket of rows without time that is not known as that bucket's: the bucket.
  IdFilter filter_;
  std::map<BucketNumber, Bucket> buckets_;
  std::vector<LedgerEntry> added_;
};

}  // namespace nsf
