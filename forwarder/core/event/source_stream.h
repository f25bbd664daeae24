// SPDX-License-Identifier: Apache-2.0
// How RapidJSON's reader goes through a page without a copy of its strings, which nobody looks at:
// it is told to read in situ, from this stream, which writes nothing. A string is handed over as it
// stands between its quotes, and the page stays as it was received.
#pragma once

#include <cstddef>

#include "core/event/byte_block.h"

namespace nsf {

// The text ends with a NUL at `end`, and outlives the stream. What the reader passes on as a string
// is not decoded, only found well-formed.
class SourceStream {
 public:
  using Ch = char;  // the reader's name

  SourceStream(const char* begin, const char* end) : begin_(begin), at_(begin), end_(end) {}

  Ch Peek() const { return *at_; }
  Ch Take() { return *at_++; }
  std::size_t Tell() const { return static_cast<std::size_t>(at_ - begin_); }

  // From a plain byte of a string on to the next that is not: a quote, a backslash or a control
  // character. It may stop before.
  void SkipPlain() {
    const char* const first = at_;
    while (static_cast<std::size_t>(end_ - at_) >= kBlockBytes) {
      if (const BlockMarks marks = MarkSpecial<'"', '\\'>(LoadBlock(at_)); marks != 0) {
        at_ += FirstOfBlock(marks);
        return;
      }
      at_ += kBlockBytes;
    }
    if (at_ == first) ++at_;  // near the end it is taken byte by byte
  }

  // The reader asks where it may write, and writes there by Put.
  Ch* PutBegin() { return const_cast<Ch*>(at_); }  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  void Put(Ch) {}
  void Flush() {}
  std::size_t PutEnd(const Ch* begin) const { return static_cast<std::size_t>(at_ - begin); }

 private:
  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace nsf
