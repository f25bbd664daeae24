// SPDX-License-Identifier: Apache-2.0
// What stands around the rows of a page, in the shapes that are seen.
#pragma once

#include <cstdint>
#include <string>

#include "tenant/settings.h"

namespace nsf_simulator {

// The rows, joined by commas, stand between the two.
struct Envelope {
  int status = 200;
  std::string open;
  std::string close;
};

// `rows` stand on this page; `total` is what is to be stated.
Envelope MakeEnvelope(const Settings& settings, std::uint64_t rows, std::uint64_t total);

}  // namespace nsf_simulator
