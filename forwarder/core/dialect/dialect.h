// SPDX-License-Identifier: Apache-2.0
// What a tenant's events endpoint honours: the name that turns the page, the kind of time window,
// the order of its list. The guide and the live API differ in each of them.
#pragma once

#include <cstdint>

namespace nsf {

enum class PageParameter : std::uint8_t { kOffset, kSkip };

// By which of a row's times a window selects. kNone: none is honoured.
enum class WindowKind : std::uint8_t { kInsertion, kEvent, kNone };

enum class ListOrder : std::uint8_t { kOldestFirst, kNewestFirst, kNeither };

struct Dialect {
  PageParameter parameter = PageParameter::kOffset;
  WindowKind window = WindowKind::kInsertion;
};

}  // namespace nsf
