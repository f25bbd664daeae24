// SPDX-License-Identifier: Apache-2.0
// References in values: ${NAME}, ${NAME:-default}, ${file:/path}, and $$ for a dollar sign.
#pragma once

#include <string>

#include "app/config/surroundings.h"
#include "ports/result.h"

namespace nsf {

// `text` with its references replaced. What a reference brings in is not looked at again. The error
// never holds a value, only names.
Result<std::string> Expand(const std::string& text, const Surroundings& surroundings);

// True when `text` holds a reference (and not only "$$").
bool HoldsReference(const std::string& text);

// `text` without white space at both ends (a secret's file ends with a line break).
std::string Trimmed(const std::string& text);

}  // namespace nsf
