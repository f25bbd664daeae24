// SPDX-License-Identifier: Apache-2.0
// Values as YAML text.
#pragma once

#include <string>
#include <string_view>

#include "app/config/keys.h"

namespace nsf {

// In double quotes, escaped. Dollar signs are left alone: "$$" is a matter of the configuration.
std::string YamlQuoted(std::string_view text);

// As people would write a value of `key`: quoted where the kind is free text, else plain.
std::string YamlValue(const Key& key, std::string_view text);

}  // namespace nsf
