// SPDX-License-Identifier: Apache-2.0
// Reads `supporting_data`.
#include "core/event/supporting_data.h"

#include "core/event/text.h"

namespace nsf {

SupportingData ReadSupportingData(const Row& row) {
  SupportingData data;
  data.json = row.supporting_json;
  for (const Scalar& scalar : row.supporting) {
    if (scalar.name == "data_type") {
      data.data_type = IsAbsentText(scalar.text) ? std::string_view() : scalar.text;
    } else if (scalar.name == "data_values" && data.value_count < SupportingData::kMaxValues) {
      data.values[data.value_count++] = scalar.text;
    }
  }
  return data;
}

std::string_view FindName(const SupportingData& supporting, std::size_t rank) {
  for (std::size_t i = 0; i < supporting.value_count; ++i) {
    const std::string_view value = supporting.values[i];
    const bool is_name = !IsAbsentText(value) && value != "true" && value != "false";
    if (is_name && rank-- == 0) return value;
  }
  return {};
}

}  // namespace nsf
