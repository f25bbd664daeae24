// SPDX-License-Identifier: Apache-2.0
// List and index: see the header.
#include "core/ledger/id_table.h"

namespace nsf {
namespace {

constexpr std::size_t kLeastSlots = 16;

bool IsRoomy(std::size_t slots, std::size_t entries) { return entries * 4 <= slots * 3; }

}  // namespace

std::pair<KnownId&, bool> IdTable::Insert(const KnownId& entry) {
  if (!IsRoomy(slots_.size(), size_ + 1)) Reindex(size_ + 1);
  Slot& slot = slots_[FindSlot(entry.id)];
  if (slot.place > 0) return {At(slot.place - 1), false};
  Append(entry);
  slot = {Tag(entry.id), static_cast<std::uint32_t>(size_)};
  return {pieces_.back().back(), true};
}

const KnownId* IdTable::Find(const IdHash& id) const {
  if (size_ == 0) return nullptr;
  const Slot& slot = slots_[FindSlot(id)];
  return slot.place > 0 ? &At(slot.place - 1) : nullptr;
}

std::size_t IdTable::FindSlot(const IdHash& id) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = FirstSlot(id);
  for (; slots_[at].place > 0; at = (at + 1) & mask) {
    if (slots_[at].tag == Tag(id) && At(slots_[at].place - 1).id == id) break;
  }
  return at;
}

void IdTable::Append(const KnownId& entry) {
  if (size_ % kPiece == 0) pieces_.emplace_back().reserve(kPiece);
  pieces_.back().push_back(entry);
  ++size_;
}

void IdTable::Truncate(std::size_t size) {
  size_ = size;
  pieces_.resize((size + kPiece - 1) / kPiece);
  if (size % kPiece > 0) pieces_.back().resize(size % kPiece);
  pieces_.shrink_to_fit();
}

void IdTable::Reindex(std::size_t entries) {
  std::size_t slots = entries > 0 ? kLeastSlots : 0;
  while (!IsRoomy(slots, entries)) slots *= 2;
  // The old one goes first: the two are never there together.
  slots_ = std::vector<Slot>();
  slots_.resize(slots);
  for (std::size_t i = 0; i < size_; ++i) {
    const IdHash& id = At(i).id;
    // All are different: the first empty slot is its place.
    std::size_t at = FirstSlot(id);
    while (slots_[at].place > 0) at = (at + 1) & (slots - 1);
    slots_[at] = {Tag(id), static_cast<std::uint32_t>(i + 1)};
  }
}

}  // namespace nsf
