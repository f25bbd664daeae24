// SPDX-License-Identifier: Apache-2.0
// zlib's deflate with gzip framing.
#include "server/gzip.h"

#include <zlib.h>

#include <array>

namespace nsf_simulator {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window; + 16 asks for the gzip frame
constexpr int kRawWindow = -15;       // no frame
constexpr int kMemoryLevel = 8;

// All of `body` through one stream, ended by `flush`. Empty if zlib fails.
std::string Deflate(std::string_view body, int window, int level, int flush) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  constexpr std::size_t kFlushMarker = 16;  // not in the bound: that is for Z_FINISH
  std::string out(deflateBound(&stream, body.size()) + kFlushMarker, '\0');
  // zlib's interface takes a mutable pointer and does not write through it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, flush) == (flush == Z_FINISH ? Z_STREAM_END : Z_OK);
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

uLong Checksum(std::string_view text) {
  return crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
}

void AppendLittleEndian(std::uint64_t value, std::string* out) {
  for (int i = 0; i < 4; ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

std::string Gzip(std::string_view body) {
  return Deflate(body, kGzipWindow, Z_BEST_SPEED, Z_FINISH);
}

// A block that ends with a full flush knows nothing of what stands before it, so that one block
// can be written down again and again.
std::string GzipBomb(std::uint64_t bytes) {
  constexpr std::size_t kBlock = std::size_t{1} << 20U;
  constexpr std::array<char, 10> kHeader{'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, 3};
  const std::string open = R"({"ok":1,"result":[)" + std::string(kBlock - 18, ' ');
  const std::string space(kBlock, ' ');
  const std::string close = "]}";
  const std::string first = Deflate(open, kRawWindow, Z_BEST_COMPRESSION, Z_FULL_FLUSH);
  const std::string again = Deflate(space, kRawWindow, Z_BEST_COMPRESSION, Z_FULL_FLUSH);
  const std::string last = Deflate(close, kRawWindow, Z_BEST_COMPRESSION, Z_FINISH);
  if (first.empty() || again.empty() || last.empty()) return {};

  std::string out(kHeader.begin(), kHeader.end());
  out += first;
  uLong checksum = Checksum(open);
  const uLong space_checksum = Checksum(space);
  std::uint64_t size = open.size();
  for (; size + close.size() < bytes; size += kBlock) {
    out += again;
    checksum = crc32_combine(checksum, space_checksum, static_cast<z_off_t>(kBlock));
  }
  out += last;
  checksum = crc32_combine(checksum, Checksum(close), static_cast<z_off_t>(close.size()));
  AppendLittleEndian(checksum, &out);
  AppendLittleEndian(size + close.size(), &out);
  return out;
}

}  // namespace nsf_simulator
