// SPDX-License-Identifier: Apache-2.0
// Netskope's severities. They count downwards: 1 is the most severe, which is how the vendor's own
// shipper reads audit events too.
#pragma once

#include <string_view>

#include "ports/record.h"

namespace nsf {

// `text` is a number's text or a word, in any letter case. Anything else is kUnknown: a severity is
// never guessed.
Severity ReadSeverity(std::string_view text);

}  // namespace nsf
