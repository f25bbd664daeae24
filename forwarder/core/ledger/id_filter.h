// SPDX-License-Identifier: Apache-2.0
// Which buckets hold an id, of many that are not in memory: a filter for approximate membership, of
// some five bytes an id where the ledger's own entry takes fifty. What was added is always found;
// an id that was not is found by mistake once in some hundred million, and then costs a look at
// buckets that do not hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ledger/bucket.h"
#include "core/ledger/event_id.h"

namespace nsf {

// For one thread at a time. Ids are hashes already: half of one chooses the slot, the other tells
// it from those that share it. Slots are never moved, as what is kept of an id would not say where
// to: tables of fixed size are filled one after the other, and go as a whole.
class IdFilter {
 public:
  void Add(const IdHash& id, BucketNumber bucket);
  // Every bucket that it was added with, and those of the ids that came about then, ascending.
  std::vector<BucketNumber> Find(const IdHash& id) const;
  // It will be asked for soon: its slots are fetched into the CPU's cache meanwhile.
  void Expect(const IdHash& id) const {
    for (const Table& table : tables_) __builtin_prefetch(&table.slots[table.FirstSlot(id)]);
  }
  // Buckets before `first_kept` are not to be found any more.
  void Forget(BucketNumber first_kept);

  bool empty() const { return tables_.empty(); }
  // Memory that its slots take.
  std::size_t bytes() const;

 private:
  using Tag = std::uint32_t;  // 0: the slot is empty

  struct Table {
    std::vector<Tag> slots;  // a power of two; linear probing, at most three quarters are taken
    std::size_t taken = 0;
    std::vector<BucketNumber> buckets;  // of all its ids, ascending

    std::size_t FirstSlot(const IdHash& id) const { return id.high & (slots.size() - 1); }
    // The slot that holds it, or the empty one where it belongs.
    std::size_t FindSlot(const IdHash& id) const;
    bool Holds(const IdHash& id) const { return slots[FindSlot(id)] != 0; }
    bool HasRoom() const { return (taken + 1) * 4 <= slots.size() * 3; }
  };

  static Tag TagOf(const IdHash& id);

  std::vector<Table> tables_;  // only the last one has room
};

}  // namespace nsf
