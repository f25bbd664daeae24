// SPDX-License-Identifier: Apache-2.0
// Which members of a row become fields of their own under `netskope.`.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "core/event/text.h"

namespace nsf {

// What names of fields consist of, by byte.
inline constexpr std::array<bool, 256> kFieldNameBytes = [] {
  std::array<bool, 256> is_one{};
  for (std::size_t i = 0; i < is_one.size(); ++i) {
    const char c = static_cast<char>(i);
    const char low = ToLowerAscii(c);
    is_one[i] = (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  }
  return is_one;
}();

// A name that an index takes as that of one field. Dots would make objects of it.
inline bool IsFieldName(std::string_view name) {
  constexpr std::size_t kMaxName = 64;
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return kFieldNameBytes[static_cast<unsigned char>(c)]; });
}

}  // namespace nsf
