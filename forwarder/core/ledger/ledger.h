// SPDX-License-Identifier: Apache-2.0
// The ids of every event delivered in the seconds that may still be asked for again, so that what
// two walks show is delivered once. Ids are stored with the batch that delivered them, as chunks
// that are never rewritten, and dropped when no open window asks for their second any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ledger/event_id.h"
#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

struct LedgerEntry {
  WallSeconds second;
  IdHash id;
  std::uint64_t content = 0;
};

enum class Seen : std::uint8_t {
  kNew,      // remembered now: deliver it
  kKnown,    // delivered before
  kChanged,  // delivered before, with other content
};

// A chunk's bytes: a version, then entries of fixed size, little-endian.
std::string EncodeChunk(const std::vector<LedgerEntry>& entries);
Result<std::vector<LedgerEntry>> DecodeChunk(std::string_view bytes);

class Ledger {
 public:
  // Looks an event up and remembers it. Entries that are new wait for TakeAdded().
  Seen Observe(WallSeconds second, IdHash id, std::uint64_t content);

  // The entries since the last call, but those forgotten meanwhile: what the chunk `chunk` is to
  // hold. Chunk numbers only grow. Empty: there is nothing to store.
  std::vector<LedgerEntry> TakeAdded(std::uint64_t chunk);

  // Puts back a chunk that was stored.
  void Load(std::uint64_t chunk, const std::vector<LedgerEntry>& entries);

  // Drops all ids of seconds before `before`; returns the chunks that held none but those.
  std::vector<std::uint64_t> Forget(WallSeconds before);

  std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    WallSeconds second;
    std::uint64_t content;
  };
  struct HashOfHash {
    std::size_t operator()(const IdHash& id) const { return id.low; }
  };

  void NoteChunk(std::uint64_t chunk, const std::vector<LedgerEntry>& entries);

  std::unordered_map<IdHash, Known, HashOfHash> known_;
  WallSeconds kept_from_ = WallSeconds::min();
  std::vector<LedgerEntry> added_;
  std::map<std::uint64_t, WallSeconds> chunks_;  // the latest second in each stored chunk
};

}  // namespace nsf
