// SPDX-License-Identifier: Apache-2.0
// The configuration as a tree of checked values, complete with defaults, each with its place in
// the file. The rules between keys, the structs of config.h and `config print` are made from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config/diagnostics.h"
#include "app/config/keys.h"
#include "app/config/scalar.h"

namespace nsf {

struct Setting {
  const Key* key = nullptr;  // of the table; of a variant the section that `type` named
  std::string name = {};     // of the key; of a property the property's
  Mark where = {};           // of the value; {0, 0}: the default
  bool given = false;        // in the file, in place or under `defaults`
  bool valid = true;         // false: an error was told, `value` is the default if there is one
  Scalar value = {};         // of one value
  std::vector<Setting> items = {};     // of a list, and of properties
  std::vector<Setting> children = {};  // of a section, in the order of the table

  // The child of that name, which the table must have.
  const Setting& At(std::string_view child) const;

  // Of one value, which must be of that kind.
  const std::string& text() const { return std::get<std::string>(value); }
  std::int64_t number() const { return std::get<std::int64_t>(value); }
  bool flag() const { return std::get<bool>(value); }
  std::chrono::milliseconds duration() const { return std::get<std::chrono::milliseconds>(value); }
  const ConfiguredSecret& secret() const { return std::get<ConfiguredSecret>(value); }
  bool has_value() const { return !std::holds_alternative<std::monostate>(value); }
};

}  // namespace nsf
