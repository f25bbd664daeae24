// SPDX-License-Identifier: Apache-2.0
// The parts of a "Rest API V2 Call", as its supporting values state them: HTTP status, method, path
// and trace id. They are told apart by their form, because their places are documented nowhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/event/supporting_data.h"

namespace nsf {

struct ApiCall {
  std::optional<std::int64_t> status;  // 100 to 599
  std::string_view method;             // "GET"
  std::string_view path;               // without the query
  std::string_view query;              // after the '?'
  std::string_view trace;              // after "trid="
};

ApiCall ReadApiCall(const SupportingData& supporting);

}  // namespace nsf
