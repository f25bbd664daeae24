// SPDX-License-Identifier: Apache-2.0
// How many records were refused: more of them after a commit than before it mean that it is to be
// made again, without them.
#pragma once

#include <cstddef>
#include <vector>

#include "ports/record.h"

namespace nsf {

inline std::size_t RejectionsIn(const std::vector<SinkBatch*>& batches) {
  std::size_t count = 0;
  for (const SinkBatch* batch : batches) count += batch->rejections.size();
  return count;
}

}  // namespace nsf
