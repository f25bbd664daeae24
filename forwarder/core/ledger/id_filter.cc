// SPDX-License-Identifier: Apache-2.0
// Tables of tags: see the header.
#include "core/ledger/id_filter.h"

#include <algorithm>

namespace nsf {
namespace {

// The first table is small, as most ledgers are. Of the others each is looked at for every row:
// they are few, and still so small that the buckets of one can all be read.
constexpr std::size_t kFirstSlots = std::size_t{1} << 14;  // 64 KiB
constexpr std::size_t kSlots = std::size_t{1} << 16;       // 256 KiB

}  // namespace

IdFilter::Tag IdFilter::TagOf(const IdHash& id) {
  const auto tag = static_cast<Tag>(id.low);
  return tag == 0 ? 1 : tag;
}

std::size_t IdFilter::Table::FindSlot(const IdHash& id) const {
  const std::size_t mask = slots.size() - 1;
  std::size_t at = FirstSlot(id);
  while (slots[at] != 0 && slots[at] != TagOf(id)) at = (at + 1) & mask;
  return at;
}

void IdFilter::Add(const IdHash& id, BucketNumber bucket) {
  for (const Table& table : tables_) {
    const bool is_noted = std::binary_search(table.buckets.begin(), table.buckets.end(), bucket);
    if (is_noted && table.Holds(id)) return;
  }
  if (tables_.empty() || !tables_.back().HasRoom()) {
    const std::size_t slots = tables_.empty() ? kFirstSlots : kSlots;
    tables_.emplace_back().slots.resize(slots);
  }
  Table& table = tables_.back();
  Tag& slot = table.slots[table.FindSlot(id)];
  if (slot == 0) ++table.taken;
  slot = TagOf(id);
  const auto place = std::lower_bound(table.buckets.begin(), table.buckets.end(), bucket);
  if (place == table.buckets.end() || *place != bucket) table.buckets.insert(place, bucket);
}

std::vector<BucketNumber> IdFilter::Find(const IdHash& id) const {
  std::vector<BucketNumber> found;
  for (const Table& table : tables_) {
    if (table.Holds(id)) found.insert(found.end(), table.buckets.begin(), table.buckets.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void IdFilter::Forget(BucketNumber first_kept) {
  std::erase_if(tables_, [first_kept](Table& table) {
    std::erase_if(table.buckets, [first_kept](BucketNumber bucket) { return bucket < first_kept; });
    return table.buckets.empty();
  });
}

std::size_t IdFilter::bytes() const {
  std::size_t bytes = 0;
  for (const Table& table : tables_) bytes += table.slots.size() * sizeof(Tag);
  return bytes;
}

}  // namespace nsf
