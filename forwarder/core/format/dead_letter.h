// SPDX-License-Identifier: Apache-2.0
// A rejected record as a line of the dead letter: why, whose it was, and the row as received.
#pragma once

#include <string>
#include <string_view>

#include "core/format/text_buffer.h"
#include "ports/clock.h"
#include "ports/record.h"
#include "ports/result.h"

namespace nsf {

// Appends {"time","tenant","stream","sink","event_id","reason","detail","raw"} without a line
// break. Where the row's bytes are not UTF-8, `raw_base64` takes the place of `raw`: nothing is
// lost here.
void AppendDeadLetter(const SinkBatch& batch, const Record& record, const Rejection& rejection,
                      WallTime when, TextBuffer* out);

// What such a line holds.
struct DeadLetter {
  std::string time;  // RFC 3339
  std::string tenant;
  std::string stream;
  std::string sink;
  std::string event_id;
  std::string reason;
  std::string detail;
  std::string raw;  // the row's bytes as received
};

// Reads a line, without its line break. Fails with kStop when it is none of the dead letter's.
Result<DeadLetter> ReadDeadLetter(std::string_view line);

}  // namespace nsf
