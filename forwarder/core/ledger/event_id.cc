// SPDX-License-Identifier: Apache-2.0
// Hashes of ids and rows.
#include "core/ledger/event_id.h"

#include <openssl/sha.h>
#include <xxhash.h>

namespace nsf {

IdHash HashId(std::string_view id) {
  const XXH128_hash_t hash = XXH3_128bits(id.data(), id.size());
  return {hash.high64, hash.low64};
}

std::uint64_t HashContent(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

namespace {

// Of a row's bytes; equal rows share it.
std::string DigestId(std::string_view row) {
  static constexpr char kHex[] = "0123456789abcdef";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(row.data()), row.size(), digest);
  std::string id = "sha256-";
  for (std::size_t i = 0; i < 16; ++i) {
    id += kHex[digest[i] >> 4];
    id += kHex[digest[i] & 15];
  }
  return id;
}

}  // namespace

std::string DerivedIds::Next(std::string_view row) {
  const std::string id = DigestId(row);
  Equal& equal = seen_[id];
  equal.second = second_;
  return id + '-' + std::to_string(equal.count++);
}

std::string DerivedIds::Peek(std::string_view row) const {
  const std::string id = DigestId(row);
  const auto equal = seen_.find(id);
  return id + '-' + std::to_string(equal == seen_.end() ? 0 : equal->second.count);
}

void DerivedIds::KeepLastSecond() {
  std::erase_if(seen_, [this](const auto& item) { return item.second.second != second_; });
}

}  // namespace nsf
