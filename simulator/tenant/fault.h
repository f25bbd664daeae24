// SPDX-License-Identifier: Apache-2.0
// The ways in which an answer goes wrong, by name, and how often each does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nsf_simulator {

enum class Fault : std::uint8_t {
  kNone,
  // The gateway or the server refuses.
  k302,
  k400,
  k401,
  k403,
  k403Text,
  k404,
  k409,
  k429,
  k429Html,
  k500,
  k500Html,
  k502,
  k502Html,
  k503,
  k503Html,
  k504,
  k504Html,
  // 200, and yet no rows.
  kOkZero,
  kErrorText,
  kErrorObject,
  kErrorMessage,
  kErrorList,
  kHtml,
  kEmptyBody,
  kNoContent,
  kResultNull,
  kResultObject,
  kResultMissing,
  kEmptyList,
  // The page itself, spoilt on its way.
  kTruncated,
  kCut,
  kDrip,
  kStall,
  kBomb,
  kReset,
  kHang,
};

inline constexpr std::size_t kFaultCount = static_cast<std::size_t>(Fault::kHang) + 1;

// How many of a thousand answers go wrong in each way.
using FaultShares = std::array<std::uint16_t, kFaultCount>;

// "429", "503-html", "ok-zero", "cut", …, "none"; docs/SIMULATOR.md lists them.
std::optional<Fault> FaultByName(std::string_view name);
std::string_view FaultName(Fault fault);

}  // namespace nsf_simulator
