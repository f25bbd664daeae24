// SPDX-License-Identifier: Apache-2.0
// RapidJSON's reader over a page: for bodies that the strict reader refuses. It takes bytes that
// are not UTF-8 as they are, and says what is wrong with a body that is not JSON.
#pragma once

#include <cstddef>

#include "core/event/page_content.h"

namespace nsf {

// Reads the body of `content` from byte `start` on. True: it is well-formed but for bytes that are
// not UTF-8, and concluded. False: it has failed, for a reason that is in the page. Where
// `may_be_mended` is set then, the only fault found is a lone surrogate escape or a number beyond a
// double, which RapidJSON refuses: read again with `mend`, and a new content. One odd value must
// not stop a stream.
bool ReadLeniently(std::size_t start, bool mend, PageContent* content, bool* may_be_mended);

}  // namespace nsf
