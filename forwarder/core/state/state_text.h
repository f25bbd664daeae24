// SPDX-License-Identifier: Apache-2.0
// State values as lines of text that people can read in a pinch: "<kind>/<version>", then
// " name=integer" pairs in a fixed order.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/result.h"

namespace nsf {

// The form of one kind of value.
struct StateForm {
  std::string_view kind;  // "cursor"
  int version = 1;
  std::span<const std::string_view> names;
};

// `values` has one entry a name.
std::string EncodeStateText(const StateForm& form, std::span<const std::int64_t> values);

// The values, one a name. Fails with kStop, for a newer version and for damage, with the next step.
Result<std::vector<std::int64_t>> DecodeStateText(const StateForm& form, std::string_view text);

// Whether all are epoch seconds (or spans) that can be added up without a look at overflow.
bool AreStateTimes(std::initializer_list<std::int64_t> seconds);

// What to tell of a value whose text is well-formed and whose content cannot be.
Error DamagedState(const StateForm& form);

}  // namespace nsf
