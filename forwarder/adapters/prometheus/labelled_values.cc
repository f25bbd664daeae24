// SPDX-License-Identifier: Apache-2.0
// Labels that are always there.
#include "adapters/prometheus/labelled_values.h"

namespace nsf {

LabelledValues FromZero(std::initializer_list<std::string_view> labels,
                        const std::map<std::string, std::uint64_t>& counts) {
  LabelledValues values;
  for (const std::string_view label : labels) values[label] = 0;
  for (const auto& [label, count] : counts) values[label] = static_cast<double>(count);
  return values;
}

LabelledValues ByCode(const std::map<std::string, std::uint64_t>& requests) {
  LabelledValues values = FromZero({"200", "400", "401", "403", "429", "500", "503", "error"}, {});
  for (const auto& [code, count] : requests) values[CodeLabel(code)] += static_cast<double>(count);
  return values;
}

LabelledValues ByReason(std::initializer_list<std::string_view> reasons, std::string_view reason) {
  LabelledValues values = FromZero(reasons, {});
  if (!reason.empty()) values[reason] = 1;
  return values;
}

std::string_view CodeLabel(std::string_view code) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool status =
      code.size() == 3 && code[0] >= '1' && code[0] <= '5' && digit(code[1]) && digit(code[2]);
  return status || code == "error" ? code : "other";
}

}  // namespace nsf
