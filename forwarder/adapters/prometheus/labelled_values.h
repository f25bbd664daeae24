// SPDX-License-Identifier: Apache-2.0
// Counts by label that exist at 0 from the start, so that the first increase is seen as one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "adapters/prometheus/metric_page.h"

namespace nsf {

// `counts`, which outlives the result, and 0 for each of `labels` that it has not.
LabelledValues FromZero(std::initializer_list<std::string_view> labels,
                        const std::map<std::string, std::uint64_t>& counts);

// By the label of an answer.
LabelledValues ByCode(const std::map<std::string, std::uint64_t>& requests);

// 1 for the reason that holds, 0 for the others; `reason`, which outlives the result, may be empty.
LabelledValues ByReason(std::initializer_list<std::string_view> reasons, std::string_view reason);

// The label of an answer: three digits, "error", or "other", so that a server cannot make labels.
std::string_view CodeLabel(std::string_view code);

}  // namespace nsf
