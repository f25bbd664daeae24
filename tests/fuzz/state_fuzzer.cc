// SPDX-License-Identifier: Apache-2.0
// Bytes of a state, as each of its entries: what is read can be reckoned with and is written as it
// was read; and what the program writes it reads back.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/dialect/dialect.h"
#include "core/iterator/place.h"
#include "core/ledger/ledger.h"
#include "core/ledger/window_record.h"
#include "core/state/cursor.h"
#include "core/state/keys.h"
#include "fuzz/fuzz.h"

namespace nsf::fuzz {
namespace {

constexpr std::int64_t kYear10000 = 253'402'300'800;

bool IsSane(WallSeconds time) {
  const std::int64_t seconds = time.time_since_epoch().count();
  return seconds > -kYear10000 && seconds < kYear10000;
}

void CheckBytes(std::string_view text) {
  if (const auto cursor = DecodeCursor(text)) {
    Require(IsSane(cursor->first_start) && IsSane(cursor->open) && IsSane(cursor->closing_end) &&
                IsSane(cursor->delivered_until.value_or(WallSeconds())) &&
                cursor->span.count() > 0 && cursor->span.count() < kYear10000,
            "times can be added up");
    Require(EncodeCursor(*cursor) == text, "a cursor has one spelling");
  }
  if (const auto record = DecodeWindow(text)) {
    Require(IsSane(record->window.start) && IsSane(record->window.end), "times can be added up");
    Require(EncodeWindow(*record) == text, "a window has one spelling");
  }
  if (const auto learned = DecodeDialect(text)) {
    Require(EncodeDialect(*learned) == text, "a dialect has one spelling");
  }
  if (const auto place = DecodeIteratorPlace(text)) {
    Require(IsSane(place->begin) && IsSane(place->delivered_until.value_or(WallSeconds())),
            "times can be added up");
    Require(EncodeIteratorPlace(*place) == text, "a place has one spelling");
  }
  if (const auto entries = DecodeChunk(text)) {
    Require(EncodeChunk(*entries) == text, "a chunk has one spelling");
  }
  if (const auto chunk = ChunkOfKey("acme", "audit", text)) {
    Require(ChunkKey("acme", "audit", *chunk) == text, "a key has one spelling");
  }
}

Cursor MakeCursor(FuzzedDataProvider* bytes) {
  const auto time = [&](std::int64_t from) {
    const std::int64_t seconds = bytes->ConsumeIntegralInRange(from, kYear10000 - 1);
    return WallSeconds(std::chrono::seconds(seconds));
  };
  const auto number = [&] {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::uint64_t>(bytes->ConsumeIntegralInRange<std::int64_t>(0, kMost));
  };
  Cursor cursor;
  cursor.first_start = time(0);
  cursor.open = time(0);
  cursor.closing_end = time(cursor.open.time_since_epoch().count());
  cursor.skip = number();
  cursor.span = std::chrono::seconds(bytes->ConsumeIntegralInRange<std::int64_t>(1, 86'400));
  if (bytes->ConsumeBool()) cursor.delivered_until = time(0);
  cursor.next_chunk = number();
  cursor.most_rows = std::max<std::uint64_t>(number(), 1);
  return cursor;
}

void CheckValues(FuzzedDataProvider* bytes) {
  const Cursor cursor = MakeCursor(bytes);
  const auto read = DecodeCursor(EncodeCursor(cursor));
  Require(read && *read == cursor, "a cursor is read back");
  const ChunkId chunk{bytes->ConsumeIntegral<BucketNumber>(),
                      bytes->ConsumeIntegral<std::uint64_t>()};
  Require(ChunkOfKey("acme", "audit", ChunkKey("acme", "audit", chunk)) == chunk,
          "a key is read back");
  std::vector<LedgerEntry> entries;
  while (bytes->remaining_bytes() >= 8) {
    entries.push_back({WallSeconds(std::chrono::seconds(bytes->ConsumeIntegral<std::int32_t>())),
                       true,
                       {bytes->ConsumeIntegral<std::uint16_t>(), 1},
                       bytes->ConsumeIntegral<std::uint16_t>()});
  }
  const auto loaded = DecodeChunk(EncodeChunk(entries));
  Require(loaded && EncodeChunk(*loaded) == EncodeChunk(entries), "a chunk is read back");
  Ledger ledger;
  ledger.Load({{{1, 0}, *loaded}});
  for (const LedgerEntry& entry : entries) {
    Require(ledger.Observe(entry, 1).seen != Seen::kNew, "what was stored is known");
  }
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nsf::fuzz::CheckBytes(nsf::fuzz::TextOf(data, size));
  FuzzedDataProvider bytes(data, size);
  nsf::fuzz::CheckValues(&bytes);
  return 0;
}
