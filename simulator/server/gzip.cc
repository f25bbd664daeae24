// SPDX-License-Identifier: Apache-2.0
// zlib's deflate with gzip framing.
#include "server/gzip.h"

#include <zlib.h>

namespace nsf_simulator {

std::string Gzip(std::string_view body) {
  constexpr int kGzipWindow = 15 + 16;  // the largest window; + 16 asks for the gzip frame
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, body.size()), '\0');
  // zlib's interface takes a mutable pointer and does not write through it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace nsf_simulator
