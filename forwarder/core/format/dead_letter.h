// SPDX-License-Identifier: Apache-2.0
// A rejected record as a line of the dead letter: why, whose it was, and the row as received.
#pragma once

#include <string>

#include "ports/clock.h"
#include "ports/record.h"

namespace nsf {

// Appends {"time","tenant","stream","sink","event_id","reason","detail","raw"} without a line
// break. Where the row's bytes are not UTF-8, `raw_base64` takes the place of `raw`: nothing is
// lost here.
void AppendDeadLetter(const SinkBatch& batch, const Record& record, const Rejection& rejection,
                      WallTime when, std::string* out);

}  // namespace nsf
