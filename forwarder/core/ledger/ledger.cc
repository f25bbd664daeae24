// SPDX-License-Identifier: Apache-2.0
// The ledger in memory, and its chunks.
#include "core/ledger/ledger.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kEntryBytes = 32;

// A constant number of bytes at a time: the compiler makes one store of it.
void PutInteger(std::uint64_t value, char* at) {
  for (int i = 0; i < 8; ++i) at[i] = static_cast<char>(value >> (8 * i));
}

std::uint64_t ReadInteger(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

BucketNumber BucketOfKnown(const KnownId& known) { return BucketOf(known.second, known.has_own); }

}  // namespace

std::string EncodeChunk(const std::vector<LedgerEntry>& entries) {
  std::string bytes(1 + entries.size() * kEntryBytes, kVersion);
  char* at = bytes.data() + 1;
  for (const LedgerEntry& entry : entries) {
    PutInteger(static_cast<std::uint64_t>(entry.second.time_since_epoch().count()), at);
    PutInteger(entry.id.high, at + 8);
    PutInteger(entry.id.low, at + 16);
    PutInteger(entry.content, at + 24);
    at += kEntryBytes;
  }
  return bytes;
}

Result<std::vector<LedgerEntry>> DecodeChunk(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kVersion || (bytes.size() - 1) % kEntryBytes != 0) {
    return Error{ErrorKind::kStop, "a chunk of event ids is damaged or of a newer version"};
  }
  bytes.remove_prefix(1);
  std::vector<LedgerEntry> entries;
  entries.reserve(bytes.size() / kEntryBytes);
  for (; !bytes.empty(); bytes.remove_prefix(kEntryBytes)) {
    const auto second = static_cast<std::int64_t>(ReadInteger(bytes));
    entries.push_back({WallSeconds(std::chrono::seconds(second)),
                       true,  // Load() knows better
                       {ReadInteger(bytes.substr(8)), ReadInteger(bytes.substr(16))},
                       ReadInteger(bytes.substr(24))});
  }
  return entries;
}

BucketNumber BucketOf(WallSeconds second, bool has_own) {
  const std::int64_t seconds = second.time_since_epoch().count();
  const std::int64_t size = kBucketSeconds.count();
  const BucketNumber bucket = seconds / size - (seconds % size < 0 ? 1 : 0);
  return has_own ? bucket : bucket + kNoOwnTime;
}

Sighting Ledger::Observe(const LedgerEntry& entry, std::uint32_t page) {
  const KnownId shown{entry.id, entry.second, entry.content, page, entry.has_own, true};
  const auto [known, is_new] = known_.Insert(shown);
  if (is_new) {
    added_.push_back(entry);
    return {Seen::kNew, 0};
  }
  const Sighting sighting{known.content == entry.content ? Seen::kKnown : Seen::kChanged,
                          known.is_shown ? known.number : 0};
  const bool moves = BucketOfKnown(known) != BucketOfKnown(shown);
  if (moves) Share(known);
  if (sighting.seen == Seen::kChanged || moves) {
    known = shown;
    added_.push_back(entry);
  }
  known.number = page;
  known.is_shown = true;
  return sighting;
}

void Ledger::Share(const KnownId& known) {
  const BucketNumber bucket = BucketOfKnown(known);
  buckets_[bucket].shares = true;
  if (!known.has_own) filter_.Add(known.id, bucket);
}

std::vector<LedgerChunk> Ledger::TakeAdded(std::uint64_t number) {
  std::map<BucketNumber, std::vector<LedgerEntry>> by_bucket;
  for (const LedgerEntry& entry : added_) {
    by_bucket[BucketOf(entry.second, entry.has_own)].push_back(entry);
  }
  added_.clear();
  std::vector<LedgerChunk> chunks;
  for (auto& [bucket, entries] : by_bucket) {
    buckets_[bucket].chunks.push_back(number);
    chunks.push_back({{bucket, number}, std::move(entries)});
  }
  return chunks;
}

void Ledger::NoteStored(ChunkId chunk) {
  Bucket& bucket = buckets_[chunk.bucket];
  bucket.chunks.push_back(chunk.number);
  bucket.held_from = WallSeconds::max();
  bucket.is_traced = false;
}

std::vector<BucketNumber> Ledger::Missing(WallSeconds first, WallSeconds last) const {
  std::vector<BucketNumber> missing;
  for (const auto& [number, bucket] : buckets_) {
    const bool no_own = HasNoOwnTime(number);
    const bool is_in = number >= BucketOf(first, !no_own) && number <= BucketOf(last, !no_own);
    const bool is_needed = (is_in && bucket.held_from > first) || (no_own && !bucket.is_traced);
    if (is_needed) missing.push_back(number);
  }
  return missing;
}

std::vector<BucketNumber> Ledger::Missing(const IdHash& id) const {
  // What a page has shown is remembered as it was shown last.
  if (const KnownId* known = known_.Find(id); known != nullptr && known->is_shown) return {};
  std::vector<BucketNumber> missing = filter_.Find(id);
  std::erase_if(missing, [this](BucketNumber number) {
    const auto bucket = buckets_.find(number);
    return bucket == buckets_.end() || bucket->second.is_held();
  });
  return missing;
}

std::vector<BucketNumber> Ledger::Missing() const {
  std::vector<BucketNumber> missing;
  for (const auto& [number, bucket] : buckets_) {
    if (!bucket.is_held()) missing.push_back(number);
  }
  return missing;
}

void Ledger::Load(std::vector<LedgerChunk> chunks) {
  // Of two entries of one event the later one is right, and what a page has shown since it came
  // into memory is later than both.
  std::sort(chunks.begin(), chunks.end(),
            [](const LedgerChunk& a, const LedgerChunk& b) { return a.id.number > b.id.number; });
  for (const LedgerChunk& chunk : chunks) {
    const bool has_own = !HasNoOwnTime(chunk.id.bucket);
    Bucket& bucket = buckets_[chunk.id.bucket];
    bucket.held_from = WallSeconds::min();
    bucket.is_traced = true;
    const auto number = static_cast<std::uint32_t>(chunk.id.number);
    for (auto entry = chunk.entries.rbegin(); entry != chunk.entries.rend(); ++entry) {
      KnownId stored{entry->id, entry->second, entry->content, number, has_own, false};
      KnownId& known = known_.Insert(stored).first;
      if (!known.is_shown && known.number < number) std::swap(known, stored);
      if (BucketOfKnown(known) != BucketOfKnown(stored)) Share(stored);
    }
  }
}

template <typename Predicate>
void Ledger::Drop(Predicate is_dropped) {
  const std::size_t before = known_.size();
  if (known_.EraseIf(is_dropped) == 0) return;
  // What waits for TakeAdded() is not in the store yet; of two entries the later one is right.
  for (auto entry = added_.rbegin(); entry != added_.rend(); ++entry) {
    known_.Insert({entry->id, entry->second, entry->content, 0, entry->has_own, true});
  }
  if (known_.size() == before) return;
  for (auto& [number, bucket] : buckets_) {
    if (std::exchange(bucket.shares, false)) bucket.held_from = WallSeconds::max();
  }
}

template <typename Predicate>
void Ledger::DropWithTrace(Predicate is_dropped) {
  Drop([this, &is_dropped](const KnownId& known) {
    if (!is_dropped(known.second)) return false;
    if (!known.has_own) filter_.Add(known.id, BucketOfKnown(known));
    return true;
  });
}

void Ledger::DropBefore(WallSeconds keep_from) {
  DropWithTrace([keep_from](WallSeconds second) { return second < keep_from; });
  for (auto& [number, bucket] : buckets_) {
    const BucketNumber first = BucketOf(keep_from, !HasNoOwnTime(number));
    if (number < first) {
      bucket.held_from = WallSeconds::max();
    } else if (number == first) {
      bucket.held_from = std::max(bucket.held_from, keep_from);
    }
  }
}

void Ledger::DropOutside(WallSeconds first, WallSeconds last) {
  DropWithTrace([from = BucketOf(first), to = BucketOf(last)](WallSeconds second) {
    return BucketOf(second) < from || BucketOf(second) > to;
  });
  for (auto& [number, bucket] : buckets_) {
    const bool has_own = !HasNoOwnTime(number);
    if (number >= BucketOf(first, has_own) && number <= BucketOf(last, has_own)) continue;
    bucket.held_from = WallSeconds::max();
  }
}

std::vector<ChunkId> Ledger::Forget(WallSeconds before) {
  std::vector<ChunkId> dropped;
  const BucketNumber first_kept = BucketOf(before);
  const auto is_before = [first_kept](WallSeconds second) { return BucketOf(second) < first_kept; };
  const auto waiting = std::erase_if(
      added_, [&is_before](const LedgerEntry& entry) { return is_before(entry.second); });
  const auto stored = std::erase_if(buckets_, [&](const auto& item) {
    const auto& [number, bucket] = item;
    if ((HasNoOwnTime(number) ? number - kNoOwnTime : number) >= first_kept) return false;
    for (const std::uint64_t chunk : bucket.chunks) dropped.push_back({number, chunk});
    return true;
  });
  if (stored + waiting > 0) {
    Drop([&is_before](const KnownId& known) { return is_before(known.second); });
  }
  filter_.Forget(kNoOwnTime + first_kept);
  return dropped;
}

std::uint64_t Ledger::CountIn(WallSeconds first, WallSeconds last) const {
  return known_.CountIf([first, last](const KnownId& known) {
    return first <= known.second && known.second <= last;
  });
}

}  // namespace nsf
