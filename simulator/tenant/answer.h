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
  std::string body = {};
};

// nullptr if there is none; names compare in any letter case.
const std::string* FindHeader(const Request& request, std::string_view name);

// How an answer travels. kCut: the body ends in the middle; kDrip: the body takes its time; kReset:
// the connection is reset before anything came; kHang: nothing comes.
enum class Delivery { kWhole, kCut, kDrip, kReset, kHang };

struct Answer {
  int status = 200;
  Headers headers;  // without Content-Length, which belongs to the connection
  std::string body;
  std::uint64_t rows = 0;
  Delivery delivery = Delivery::kWhole;
  std::chrono::milliseconds delay{0};  // before the answer
  std::chrono::milliseconds drip{0};   // from the first byte of the body to its last
  bool chunked = false;                // the body comes in chunks, its length unsaid
  // Not 0: in place of `body` the server sends gzip that inflates to so many bytes.
  std::uint64_t inflates_to = 0;
};

std::string_view ReasonPhrase(int status);

// Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, 5.6.7).
std::string HttpDate(Time time);

}  // namespace nsf_simulator
