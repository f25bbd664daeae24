// SPDX-License-Identifier: Apache-2.0
// One value of the configuration, checked and converted as its key's kind asks for.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "app/config/config.h"
#include "app/config/keys.h"
#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

// What the kinds become: text, names, paths, choices, addresses and "auto": std::string; kBool:
// bool; numbers, sizes and rates: int64; durations: milliseconds; times: WallSeconds; kSecret:
// ConfiguredSecret. std::monostate: not set, and there is no default.
using Scalar = std::variant<std::monostate, std::string, bool, std::int64_t,
                            std::chrono::milliseconds, WallSeconds, ConfiguredSecret>;

// `text` has its references expanded already. The error says what the text is not and what to
// write; it does not repeat the text. kSecret is not read here: see settings_reader.cc.
Result<Scalar> ParseScalar(const Key& key, const std::string& text);

// A value of `key` as it would be written; empty for a secret and for std::monostate.
std::string ScalarText(const Key& key, const Scalar& scalar);

// A bound of `key` as it would be written.
std::string BoundText(const Key& key, std::int64_t bound);

}  // namespace nsf
