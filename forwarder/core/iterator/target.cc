// SPDX-License-Identifier: Apache-2.0
// The query strings of /api/v2/events/dataexport/events/*.
#include "core/iterator/target.h"

namespace nsf {

std::string IteratorTarget(std::string_view path, std::string_view index,
                           IteratorOperation operation, WallSeconds epoch) {
  std::string target(path);
  target += "?index=";
  target += index;  // names of indexes hold nothing that is to be escaped, see CONFIGURATION
  target += "&operation=";
  switch (operation) {
    case IteratorOperation::kEpoch:
      // The vendor's client has it that an epoch is where an earlier reader stopped.
      return target + std::to_string(epoch.time_since_epoch().count() - 1);
    case IteratorOperation::kNext:
      return target + "next";
    case IteratorOperation::kResend:
      return target + "resend";
  }
  return target;
}

}  // namespace nsf
