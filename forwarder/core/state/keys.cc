// SPDX-License-Identifier: Apache-2.0
// Building and reading state keys.
#include "core/state/keys.h"

#include <charconv>

namespace nsf {
namespace {

constexpr std::size_t kChunkDigits = 16;

std::string ChunkPrefix(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "ids/";
}

}  // namespace

std::string StreamPrefix(std::string_view tenant, std::string_view stream) {
  std::string key = "stream/";
  key += tenant;
  key += '/';
  key += stream;
  key += '/';
  return key;
}

std::string CursorKey(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "cursor";
}

std::string ChunkKey(std::string_view tenant, std::string_view stream, std::uint64_t chunk) {
  char digits[kChunkDigits];
  const auto [end, error] = std::to_chars(digits, digits + kChunkDigits, chunk, 16);
  const std::string_view hex(digits, static_cast<std::size_t>(end - digits));
  std::string key = ChunkPrefix(tenant, stream);
  key.append(kChunkDigits - hex.size(), '0');
  key += hex;
  return key;
}

std::optional<std::uint64_t> ChunkOfKey(std::string_view tenant, std::string_view stream,
                                        std::string_view key) {
  const std::string prefix = ChunkPrefix(tenant, stream);
  if (!key.starts_with(prefix)) return std::nullopt;
  key.remove_prefix(prefix.size());
  std::uint64_t chunk = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), chunk, 16);
  if (key.size() != kChunkDigits || error != std::errc() || end != key.data() + key.size()) {
    return std::nullopt;
  }
  // In capitals it would be a key that is never written, and never dropped.
  if (key != ChunkKey(tenant, stream, chunk).substr(prefix.size())) return std::nullopt;
  return chunk;
}

}  // namespace nsf
