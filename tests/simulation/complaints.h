// SPDX-License-Identifier: Apache-2.0
// What a run found wrong. The first complaint ends it.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace nsf::simulation {

class Complaints {
 public:
  void Add(std::string what) {
    if (!first_) first_ = std::move(what);
  }
  const std::optional<std::string>& first() const { return first_; }

 private:
  std::optional<std::string> first_;
};

}  // namespace nsf::simulation
