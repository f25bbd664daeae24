// SPDX-License-Identifier: Apache-2.0
// The way of nearly every page: the tokens of a text that is UTF-8, found by simdjson, walked by
// JSON's grammar (RFC 8259).
#pragma once

#include <cstddef>

#include "core/event/page_content.h"

namespace nsf {

// Reads the body of `content` from byte `start` on. True: it is JSON without a fault, nested no
// deeper than the content takes, and concluded. False: read it leniently, into a new content; why
// is not told.
bool ReadStrictly(std::size_t start, PageContent* content);

}  // namespace nsf
