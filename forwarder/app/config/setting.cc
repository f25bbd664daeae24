// SPDX-License-Identifier: Apache-2.0
#include "app/config/setting.h"

#include <stdexcept>

namespace nsf {

const Setting& Setting::At(std::string_view child) const {
  for (const Setting& setting : children) {
    if (setting.name == child) return setting;
  }
  throw std::logic_error("no such configuration key: " + std::string(child));
}

}  // namespace nsf
