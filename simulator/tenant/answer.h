// SPDX-License-Identifier: Apache-2.0
// A request and its answer as values, free of sockets, so that the model runs in virtual time too.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenant/settings.h"

namespace nsf_simulator {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string target;  // path and query, as sent
  Headers headers;
};

// nullptr if there is none; names compare in any letter case.
const std::string* FindHeader(const Request& request, std::string_view name);

enum class Delivery { kWhole, kCut, kHang };

struct Answer {
  int status = 200;
  Headers headers;  // without Content-Length, which belongs to the connection
  std::string body;
  std::uint64_t rows = 0;
  Delivery delivery = Delivery::kWhole;  // kCut: the body ends in the middle; kHang: nothing comes
  std::chrono::milliseconds delay{0};
};

std::string_view ReasonPhrase(int status);

// Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, 5.6.7).
std::string HttpDate(Time time);

}  // namespace nsf_simulator
