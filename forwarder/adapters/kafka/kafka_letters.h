// SPDX-License-Identifier: Apache-2.0
// Refused records as the dead letter's topic takes them: the row as received, small headers. What
// is too large for the topic as well is cut, rather than let a stream wait for ever.
#pragma once

#include <string>

#include "ports/record.h"

namespace nsf {

// `refused` has a refusal for each record, and outlives the letters.
SinkBatch LettersOf(const SinkBatch& refused);

// Makes a letter that was refused for its size half as long. False: nothing is left to be cut.
bool CutLetter(Record& letter);

// What to tell of a letter that was cut; empty: it is whole.
std::string CutText(const Record& letter);

}  // namespace nsf
