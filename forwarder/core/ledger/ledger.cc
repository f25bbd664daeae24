// SPDX-License-Identifier: Apache-2.0
// The ledger in memory, and its chunks.
#include "core/ledger/ledger.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kEntryBytes = 32;

void AppendInteger(std::uint64_t value, std::string* out) {
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(value >> shift));
}

std::uint64_t ReadInteger(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

}  // namespace

std::string EncodeChunk(const std::vector<LedgerEntry>& entries) {
  std::string bytes;
  bytes.reserve(1 + entries.size() * kEntryBytes);
  bytes.push_back(kVersion);
  for (const LedgerEntry& entry : entries) {
    AppendInteger(static_cast<std::uint64_t>(entry.second.time_since_epoch().count()), &bytes);
    AppendInteger(entry.id.high, &bytes);
    AppendInteger(entry.id.low, &bytes);
    AppendInteger(entry.content, &bytes);
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
                       {ReadInteger(bytes.substr(8)), ReadInteger(bytes.substr(16))},
                       ReadInteger(bytes.substr(24))});
  }
  return entries;
}

Seen Ledger::Observe(WallSeconds second, IdHash id, std::uint64_t content) {
  const auto [it, inserted] = known_.try_emplace(id, Known{second, content});
  if (inserted) {
    added_.push_back({second, id, content});
    return Seen::kNew;
  }
  if (it->second.content == content) return Seen::kKnown;
  it->second.content = content;
  added_.push_back({it->second.second, id, content});
  return Seen::kChanged;
}

std::vector<LedgerEntry> Ledger::TakeAdded(std::uint64_t chunk) {
  std::vector<LedgerEntry> entries = std::exchange(added_, {});
  std::erase_if(entries, [this](const LedgerEntry& entry) { return entry.second < kept_from_; });
  NoteChunk(chunk, entries);
  return entries;
}

void Ledger::Load(std::uint64_t chunk, const std::vector<LedgerEntry>& entries) {
  for (const LedgerEntry& entry : entries) {
    known_.insert_or_assign(entry.id, Known{entry.second, entry.content});
  }
  NoteChunk(chunk, entries);
}

void Ledger::NoteChunk(std::uint64_t chunk, const std::vector<LedgerEntry>& entries) {
  if (entries.empty()) return;
  const auto latest = std::max_element(
      entries.begin(), entries.end(),
      [](const LedgerEntry& a, const LedgerEntry& b) { return a.second < b.second; });
  chunks_[chunk] = latest->second;
}

std::vector<std::uint64_t> Ledger::Forget(WallSeconds before) {
  kept_from_ = std::max(kept_from_, before);
  std::erase_if(known_, [before](const auto& item) { return item.second.second < before; });
  std::vector<std::uint64_t> dropped;
  for (auto it = chunks_.begin(); it != chunks_.end();) {
    if (it->second < before) {
      dropped.push_back(it->first);
      it = chunks_.erase(it);
    } else {
      ++it;
    }
  }
  return dropped;
}

}  // namespace nsf
