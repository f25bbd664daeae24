// SPDX-License-Identifier: Apache-2.0
// Where a stream begins.
#include "pipeline/stream/settings.h"

namespace nsf {

WallSeconds FirstStart(const StreamSettings& settings, WallSeconds tenant_now) {
  if (const auto* time = std::get_if<WallSeconds>(&settings.start)) return *time;
  return tenant_now - std::get<std::chrono::seconds>(settings.start);
}

}  // namespace nsf
