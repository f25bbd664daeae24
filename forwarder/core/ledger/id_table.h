// SPDX-License-Identifier: Apache-2.0
// The ids that the ledger holds in memory: a dense list of entries, in the order in which they
// came, and an open-addressing index with linear probing over it. The list grows by pieces of fixed
// size and the index holds eight bytes a slot, so that nothing is allocated for an entry and little
// is copied when it grows; when entries are erased both shrink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/ledger/event_id.h"
#include "ports/clock.h"

namespace nsf {

struct KnownId {
  IdHash id;
  WallSeconds second;
  std::uint64_t content = 0;
  std::uint32_t number = 0;  // of the page that showed it last, or of the chunk it was read from
  bool has_own = true;       // `second` is the row's own time
  bool is_shown = true;      // since it came into memory; else its number is a chunk's
};

// For one thread at a time; for fewer than 2^32 ids. An id is a hash already: its low bits choose
// the slot.
class IdTable {
 public:
  // The entry with the id of `entry`, and true when there was none: then it is `entry`. The
  // reference is good until the next EraseIf().
  std::pair<KnownId&, bool> Insert(const KnownId& entry);
  // Null: there is none. Good until the next EraseIf().
  const KnownId* Find(const IdHash& id) const;
  bool Contains(const IdHash& id) const { return Find(id) != nullptr; }
  // It will be asked for soon: its slot is fetched into the CPU's cache meanwhile.
  void Expect(const IdHash& id) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[FirstSlot(id)], 1);
  }

  // Calls `is_erased` once for each entry; returns how many are gone.
  template <typename Predicate>
  std::size_t EraseIf(Predicate is_erased);
  template <typename Predicate>
  std::size_t CountIf(Predicate is_counted) const;

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kPiece = 128;  // entries: 5 KiB

  struct Slot {
    std::uint32_t tag = 0;    // of the entry's id: most other ids are told apart without the entry
    std::uint32_t place = 0;  // of the entry in the list, counted from 1; 0: the slot is empty
  };

  static std::uint32_t Tag(const IdHash& id) { return static_cast<std::uint32_t>(id.low); }

  KnownId& At(std::size_t index) { return pieces_[index / kPiece][index % kPiece]; }
  const KnownId& At(std::size_t index) const { return pieces_[index / kPiece][index % kPiece]; }
  // Where the search for it begins.
  std::size_t FirstSlot(const IdHash& id) const { return Tag(id) & (slots_.size() - 1); }
  void Append(const KnownId& entry);
  // Only the first `size` entries stay.
  void Truncate(std::size_t size);
  // The slot of `id`, or the empty one where it belongs. The index holds at least one slot.
  std::size_t FindSlot(const IdHash& id) const;
  // Makes the index anew, for all entries of the list, and large enough for `entries`.
  void Reindex(std::size_t entries);

  std::vector<std::vector<KnownId>> pieces_;  // each full but the last
  std::size_t size_ = 0;
  std::vector<Slot> slots_;  // a power of two, or none; at most three quarters are taken
};

template <typename Predicate>
std::size_t IdTable::EraseIf(Predicate is_erased) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const KnownId& entry = At(i);
    if (is_erased(entry)) continue;
    if (kept != i) At(kept) = entry;
    ++kept;
  }
  const std::size_t erased = size_ - kept;
  if (erased > 0) {
    Truncate(kept);
    Reindex(kept);
  }
  return erased;
}

template <typename Predicate>
std::size_t IdTable::CountIf(Predicate is_counted) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < size_; ++i) count += is_counted(At(i)) ? 1U : 0U;
  return count;
}

}  // namespace nsf
