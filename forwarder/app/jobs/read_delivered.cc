// SPDX-License-Identifier: Apache-2.0
// Reading.
#include "app/jobs/read_delivered.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/ledger/ledger.h"
#include "core/state/cursor.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

// Rows of the second before a window may be listed with it.
constexpr std::chrono::seconds kOverlap{1};

Result<Cursor> ReadCursor(const Job& job, const StateReader& state) {
  const auto entries = state.Scan(CursorKey(job.tenant, job.stream));
  if (!entries) return entries.error();
  if (entries->empty()) {
    const auto places = state.Scan(IteratorPlaceKey(job.tenant, job.stream));
    if (places && !places->empty()) {
      return Error{ErrorKind::kConfiguration,
                   "this stream reads an iterator, which keeps no ledger to compare with; "
                   "`replay` sends a time range again from the tenant's list"};
    }
    return Error{ErrorKind::kConfiguration,
                 "nothing of this stream was delivered yet: let it run first"};
  }
  return DecodeCursor(entries->front().value);
}

Result<std::vector<IdHash>> ReadIds(const Job& job, const Window& range, const StateReader& state) {
  const auto keys = state.Keys(IdsPrefix(job.tenant, job.stream));
  if (!keys) return keys.error();
  std::set<BucketNumber> buckets;
  for (const std::string& key : *keys) {
    const auto chunk = ChunkOfKey(job.tenant, job.stream, key);
    if (!chunk) continue;
    const BucketNumber bucket = chunk->bucket;
    const bool in_range = bucket >= BucketOf(range.start) && bucket <= BucketOf(range.end);
    // Rows that show no time of their own may stand anywhere.
    if (in_range || bucket >= BucketOf(range.start, false)) buckets.insert(bucket);
  }
  std::vector<IdHash> ids;
  for (const BucketNumber bucket : buckets) {
    const auto entries = state.Scan(BucketPrefix(job.tenant, job.stream, bucket));
    if (!entries) return entries.error();
    for (const StateEntry& entry : *entries) {
      const auto chunk = DecodeChunk(entry.value);
      if (!chunk) return Error{chunk.error().kind, entry.key + ": " + chunk.error().message};
      for (const LedgerEntry& known : *chunk) ids.push_back(known.id);
    }
  }
  return ids;
}

}  // namespace

Result<Window> RangeOf(const Job& job, const StateReader& state) {
  const auto cursor = ReadCursor(job, state);
  if (!cursor) return cursor.error();
  const Window range{job.from.value_or(cursor->first_start), job.to.value_or(cursor->open)};
  if (range.start < range.end) return range;
  return Error{ErrorKind::kConfiguration,
               "the range holds nothing that is closed yet: wait, or "
               "give an earlier --from"};
}

Result<Delivered> ReadDelivered(const Job& job, const Window& range, const StateReader& state) {
  const auto cursor = ReadCursor(job, state);
  if (!cursor) return cursor.error();
  const auto windows = state.Scan(WindowPrefix(job.tenant, job.stream));
  if (!windows) return windows.error();
  Delivered delivered;
  delivered.ids_from = cursor->open;
  for (const StateEntry& entry : *windows) {
    const auto record = DecodeWindow(entry.value);
    if (!record) return Error{record.error().kind, entry.key + ": " + record.error().message};
    delivered.windows.push_back(*record);
    if (record->due) delivered.ids_from = std::min(delivered.ids_from, record->window.start);
  }
  delivered.ids_from -= kOverlap;
  auto ids = ReadIds(job, range, state);
  if (!ids) return ids.error();
  delivered.ids = *std::move(ids);
  return delivered;
}

}  // namespace nsf
