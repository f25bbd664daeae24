// SPDX-License-Identifier: Apache-2.0
// Quantities as people write them, unit included: 5000, 16MiB, 240/min, 30s. The error says what
// the text is not and what to write, so that it reads on from "key: value ".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "ports/result.h"

namespace nsf {

Result<std::int64_t> ParseInteger(std::string_view text);
// Bytes. `plain`: a number without a unit is a number of bytes.
Result<std::int64_t> ParseSize(std::string_view text, bool plain);
// Requests a minute.
Result<std::int64_t> ParseRate(std::string_view text);
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

// The shortest way to write a quantity that the functions above read back.
std::string SizeText(std::int64_t bytes);
std::string DurationText(std::chrono::milliseconds duration);

}  // namespace nsf
