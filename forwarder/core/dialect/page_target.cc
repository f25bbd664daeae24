// SPDX-License-Identifier: Apache-2.0
// The query strings of /api/v2/events/data/*.
#include "core/dialect/page_target.h"

namespace nsf {
namespace {

void AppendBounds(std::string* target, std::string_view prefix, const AskedBounds& asked) {
  *target += '&';
  *target += prefix;
  *target += "starttime=" + std::to_string(asked.first.time_since_epoch().count());
  *target += '&';
  *target += prefix;
  *target += "endtime=" + std::to_string(asked.last.time_since_epoch().count());
}

}  // namespace

AskedBounds BoundsAsked(const Window& window) {
  return {window.start - std::chrono::seconds(1), window.end};
}

std::string PageTarget(std::string_view path, const Dialect& dialect, const Window& window,
                       std::uint64_t skip, std::uint32_t limit) {
  std::string target(path);
  target += "?limit=" + std::to_string(limit);
  if (dialect.parameter != PageParameter::kNeither) {
    target += dialect.parameter == PageParameter::kOffset ? "&offset=" : "&skip=";
    target += std::to_string(skip);
  }
  switch (dialect.window) {
    case WindowKind::kInsertion:
      AppendBounds(&target, "insertion", BoundsAsked(window));
      break;
    case WindowKind::kEvent:
      AppendBounds(&target, "", BoundsAsked(window));
      break;
    case WindowKind::kNone:
      break;
  }
  return target;
}

}  // namespace nsf
