// SPDX-License-Identifier: Apache-2.0
// `config schema`: the table of keys as JSON Schema 2020-12, for editors and pipelines.
#pragma once

#include <string>

namespace nsf {

// Rules between keys, and files that must exist, are beyond a schema: `check --offline` has them.
std::string ConfigSchema();

}  // namespace nsf
