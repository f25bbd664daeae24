// SPDX-License-Identifier: Apache-2.0
// Tells the supporting values of an API call apart.
#include "core/event/api_call.h"

#include <algorithm>
#include <array>

#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",  "POST",   "PUT",    "PATCH",
                                                      "HEAD", "DELETE", "OPTIONS"};
constexpr std::string_view kTracePrefix = "trid=";

void TakeValue(std::string_view value, ApiCall* call) {
  if (const auto number = ReadInteger(value)) {
    if (!call->status && *number >= 100 && *number <= 599) call->status = *number;
  } else if (std::find(kMethods.begin(), kMethods.end(), value) != kMethods.end()) {
    if (call->method.empty()) call->method = value;
  } else if (value.starts_with('/')) {
    if (!call->path.empty()) return;
    const std::size_t mark = std::min(value.find('?'), value.size());
    call->path = value.substr(0, mark);
    if (mark < value.size()) call->query = value.substr(mark + 1);
  } else if (value.starts_with(kTracePrefix) && call->trace.empty()) {
    call->trace = value.substr(kTracePrefix.size());
  }
}

}  // namespace

ApiCall ReadApiCall(const SupportingData& supporting) {
  ApiCall call;
  for (std::size_t i = 0; i < supporting.value_count; ++i) TakeValue(supporting.values[i], &call);
  return call;
}

}  // namespace nsf
