// SPDX-License-Identifier: Apache-2.0
// Status to label.
#include "core/answer/status_label.h"

namespace nsf {

std::string StatusLabel(const HttpAnswer& answer) {
  // A status whose body never came whole is no answer.
  if (answer.failure != HttpFailure::kNone) return "error";
  if (answer.status < 100 || answer.status > 999) return "other";
  return std::to_string(answer.status);
}

}  // namespace nsf
