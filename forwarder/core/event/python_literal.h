// SPDX-License-Identifier: Apache-2.0
// Python's way to write a value, made JSON. Log shippers in front of the tenant's own API turn
// `supporting_data` into the repr() of a dict.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/event/row.h"

namespace nsf {

// Appends the JSON for a dict, list, tuple, string, number, True, False or None. False if `text` is
// anything else, as a whole: nothing is guessed, and `json` holds no value then. Bytes inside
// strings that are not UTF-8 pass as they are. Of a dict, `scalars` are the members that a Row has
// in `supporting`, as offsets into `json`; null: nobody asks for them.
bool PythonLiteralToJson(std::string_view text, std::string* json,
                         std::vector<Member>* scalars = nullptr);

}  // namespace nsf
