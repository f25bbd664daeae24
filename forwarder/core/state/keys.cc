// SPDX-License-Identifier: Apache-2.0
// Building and reading state keys.
#include "core/state/keys.h"

#include <charconv>
#include <cstdint>

namespace nsf {
namespace {

constexpr std::string_view kStreams = "stream/";
constexpr std::string_view kIdentities = "identity/";
constexpr std::size_t kDigits = 16;
// Hexadecimal digits of a signed number sort by it when its range is moved to begin at zero.
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

std::string Hex(std::uint64_t number) {
  char digits[kDigits];
  const auto [end, error] = std::to_chars(digits, digits + kDigits, number, 16);
  const std::string_view hex(digits, static_cast<std::size_t>(end - digits));
  return std::string(kDigits - hex.size(), '0').append(hex);
}

std::string SignedHex(std::int64_t number) {
  return Hex(static_cast<std::uint64_t>(number) ^ kSignBit);
}

std::optional<std::uint64_t> ReadHex(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (digits.size() != kDigits || error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  // In capitals it would be a key that is never written, and never dropped.
  if (Hex(number) != digits) return std::nullopt;
  return number;
}

}  // namespace

std::string TenantOfKey(std::string_view key) {
  const bool is_identity = key.starts_with(kIdentities);
  if (!is_identity && !key.starts_with(kStreams)) return {};
  key.remove_prefix(is_identity ? kIdentities.size() : kStreams.size());
  const auto end = key.find('/');
  return end == std::string_view::npos ? std::string() : std::string(key.substr(0, end));
}

std::string StreamPrefix(std::string_view tenant, std::string_view stream) {
  std::string key(kStreams);
  key += tenant;
  key += '/';
  key += stream;
  key += '/';
  return key;
}

std::string IdentityPrefix(std::string_view tenant) {
  std::string key(kIdentities);
  key += tenant;
  key += '/';
  return key;
}

std::string CursorKey(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "cursor";
}

std::string DialectKey(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "dialect";
}

std::string IteratorPlaceKey(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "iterator/place";
}

std::string IteratorIdsPrefix(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "iterator/ids/";
}

std::string IteratorIdsKey(std::string_view tenant, std::string_view stream, std::uint64_t chunk) {
  return IteratorIdsPrefix(tenant, stream) + Hex(chunk);
}

std::string WindowPrefix(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "window/";
}

std::string WindowKey(std::string_view tenant, std::string_view stream, WallSeconds start) {
  return WindowPrefix(tenant, stream) + SignedHex(start.time_since_epoch().count());
}

std::string IdsPrefix(std::string_view tenant, std::string_view stream) {
  return StreamPrefix(tenant, stream) + "ids/";
}

std::string BucketPrefix(std::string_view tenant, std::string_view stream, BucketNumber bucket) {
  return IdsPrefix(tenant, stream) + SignedHex(bucket) + '/';
}

std::string ChunkKey(std::string_view tenant, std::string_view stream, ChunkId chunk) {
  return BucketPrefix(tenant, stream, chunk.bucket) + Hex(chunk.number);
}

std::optional<ChunkId> ChunkOfKey(std::string_view tenant, std::string_view stream,
                                  std::string_view key) {
  const std::string prefix = IdsPrefix(tenant, stream);
  if (!key.starts_with(prefix)) return std::nullopt;
  key.remove_prefix(prefix.size());
  if (key.size() != 2 * kDigits + 1 || key[kDigits] != '/') return std::nullopt;
  const auto bucket = ReadHex(key.substr(0, kDigits));
  const auto number = ReadHex(key.substr(kDigits + 1));
  if (!bucket || !number) return std::nullopt;
  return ChunkId{static_cast<BucketNumber>(*bucket ^ kSignBit), *number};
}

}  // namespace nsf
