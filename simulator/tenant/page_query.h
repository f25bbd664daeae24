// SPDX-License-Identifier: Apache-2.0
// What a request asks of the list, read from its query string by the rules of the tenant's dialect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tenant/history.h"
#include "tenant/settings.h"

namespace nsf_simulator {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct PageQuery {
  Filter filter;
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

// A request that is not answered with rows: status and the server's words.
struct Refusal {
  int status = 400;
  std::string message;
};

// Splits and percent-decodes; a broken escape stays as it is.
Parameters ParseQueryString(std::string_view text);

std::variant<PageQuery, Refusal> ParsePageQuery(const Parameters& parameters,
                                                const Settings& settings);

}  // namespace nsf_simulator
