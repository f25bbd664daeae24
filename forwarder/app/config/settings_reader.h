// SPDX-License-Identifier: Apache-2.0
// From the YAML tree to checked settings, by the table of keys: unknown and missing keys, wrong
// types, references, values out of range, defaults.
#pragma once

#include "app/config/diagnostics.h"
#include "app/config/setting.h"
#include "app/config/surroundings.h"
#include "app/config/yaml_tree.h"

namespace nsf {

// The whole file. Errors are added to `diagnostics`; what is wrong has its default in the result,
// so that the rules between keys can be checked all the same. A sink without a known type, and
// what is not a map where one is wanted, is left out of the result.
Setting ReadSettings(const YamlNode& root, const Surroundings& surroundings,
                     Diagnostics& diagnostics);

}  // namespace nsf
