// SPDX-License-Identifier: Apache-2.0
// Numbers beyond a double's range. JSON's grammar allows them, and RapidJSON refuses the document
// for one, even where it is asked for the number's text alone.
#pragma once

#include <cstddef>

namespace nsf {

// Writes zeros over each long number outside of strings; nothing moves, and what was no number
// does not become one. The text is lost: read it elsewhere.
void MendBigNumbers(char* json, std::size_t size);

}  // namespace nsf
