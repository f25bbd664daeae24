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

bool HasNoOwnTime(BucketNumber bucket) { return bucket > kNoOwnTime / 2; }

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
  const KnownId shown{entry.id, entry.second, entry.content, page, entry.has_own};
  const auto [known, is_new] = known_.Insert(shown);
  if (is_new) {
    added_.push_back(entry);
    return {Seen::kNew, 0};
  }
  const Sighting sighting{known.content == entry.content ? Seen::kKnown : Seen::kChanged,
                          known.page};
  const bool moves = BucketOfKnown(known) != BucketOfKnown(shown);
  if (moves) buckets_[BucketOfKnown(known)].shares = true;
  if (sighting.seen == Seen::kChanged || moves) {
    known = shown;
    added_.push_back(entry);
  }
  known.page = page;
  return sighting;
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
  bucket.in_memory = false;
}

std::vector<BucketNumber> Ledger::Missing(WallSeconds first, WallSeconds last) const {
  std::vector<BucketNumber> missing;
  for (const auto& [number, bucket] : buckets_) {
    const bool is_needed =
        HasNoOwnTime(number) || (number >= BucketOf(first) && number <= BucketOf(last));
    if (is_needed && !bucket.in_memory) missing.push_back(number);
  }
  return missing;
}

std::vector<BucketNumber> Ledger::Missing() const {
  std::vector<BucketNumber> missing;
  for (const auto& [number, bucket] : buckets_) {
    if (!bucket.in_memory) missing.push_back(number);
  }
  return missing;
}

void Ledger::Load(std::vector<LedgerChunk> chunks) {
  // Of two entries of one event the later one is right, and what is in memory is later than both.
  std::sort(chunks.begin(), chunks.end(),
            [](const LedgerChunk& a, const LedgerChunk& b) { return a.id.number > b.id.number; });
  for (const LedgerChunk& chunk : chunks) {
    const bool has_own = !HasNoOwnTime(chunk.id.bucket);
    Bucket& bucket = buckets_[chunk.id.bucket];
    bucket.in_memory = true;
    for (auto entry = chunk.entries.rbegin(); entry != chunk.entries.rend(); ++entry) {
      const auto [known, is_new] =
          known_.Insert({entry->id, entry->second, entry->content, 0, has_own});
      bucket.shares = bucket.shares || BucketOfKnown(known) != chunk.id.bucket;
    }
  }
}

template <typename Predicate>
void Ledger::Drop(Predicate is_dropped) {
  if (known_.EraseIf(is_dropped) == 0) return;
  // What waits for TakeAdded() is not in the store yet.
  for (const LedgerEntry& entry : added_) {
    known_.Insert({entry.id, entry.second, entry.content, 0, entry.has_own});
  }
  for (auto& [number, bucket] : buckets_) {
    if (std::exchange(bucket.shares, false)) bucket.in_memory = false;
  }
}

void Ledger::DropOutside(WallSeconds first, WallSeconds last) {
  const auto is_dropped = [from = BucketOf(first), to = BucketOf(last)](BucketNumber number) {
    return !HasNoOwnTime(number) && (number < from || number > to);
  };
  Drop([&is_dropped](const KnownId& known) { return is_dropped(BucketOfKnown(known)); });
  for (auto& [number, bucket] : buckets_) {
    if (is_dropped(number)) bucket.in_memory = false;
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
  return dropped;
}

std::uint64_t Ledger::CountIn(WallSeconds first, WallSeconds last) const {
  return known_.CountIf([first, last](const KnownId& known) {
    return first <= known.second && known.second <= last;
  });
}

}  // namespace nsf
