// SPDX-License-Identifier: Apache-2.0
// `supporting_data` of an event: an object, a string holding one (JSON, or Python's repr of a
// dict), or absent.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/event/row.h"

namespace nsf {

struct SupportingData {
  static constexpr std::size_t kMaxValues = 16;  // more are kept in the raw value only

  std::string_view data_type;  // empty when absent or null
  // Scalars of data_values as text, in order; null is an empty text.
  std::array<std::string_view, kMaxValues> values;
  std::size_t value_count = 0;
  // The object as JSON: as received, or made from the string. Empty when there is none, or the
  // string holds no object.
  std::string_view json;
};

// The views point into what the row points into.
SupportingData ReadSupportingData(const Row& row);

// The value of rank `rank` (0: the first) among those that can be a name: not a place-holder, true,
// false or null. Empty when there are fewer.
std::string_view FindName(const SupportingData& supporting, std::size_t rank);

}  // namespace nsf
