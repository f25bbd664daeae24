// SPDX-License-Identifier: Apache-2.0
// Which members of a row become fields of their own under `netskope.`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "core/event/text.h"

namespace nsf {

// A name that an index takes as that of one field. Dots would make objects of it.
inline bool IsFieldName(std::string_view name) {
  constexpr std::size_t kMaxName = 64;
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           const char low = ToLowerAscii(c);
           return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace nsf
