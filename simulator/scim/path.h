// SPDX-License-Identifier: Apache-2.0
// Paths of PATCH operations and filters of queries (RFC 7644, 3.5.2 and 3.4.2.2), as far as the
// tenant knows them: attr, attr.sub, attr[filter], attr[filter].sub; comparisons by `eq`, joined by
// `and`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scim/json.h"
#include "scim/schema.h"

namespace nsf_simulator::scim {

struct Comparison {
  std::string attribute;  // perhaps "name.givenName"
  std::string value;      // decoded; of a boolean "true" or "false"
};

using Conditions = std::vector<Comparison>;

struct Path {
  const Attribute* attribute = nullptr;
  std::optional<Conditions> filter;
  const Attribute* sub = nullptr;
};

// nullopt: it is malformed, or names what there is not.
std::optional<Path> ParsePath(Kind kind, std::string_view text);
std::optional<Conditions> ParseFilter(std::string_view text);

// All hold of `value`; texts compare in any letter case.
bool Matches(const Value& value, const Conditions& conditions);

}  // namespace nsf_simulator::scim
