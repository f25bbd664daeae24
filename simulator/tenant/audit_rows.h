// SPDX-License-Identifier: Apache-2.0
// One audit row in any of the shapes the API is known to send, as a text with slots: what differs
// from event to event (id and times) has a fixed width and is written over when the row is sent.
#pragma once

#include <string>

#include "tenant/random.h"
#include "tenant/settings.h"

namespace nsf_simulator {

enum class IdShape { kHex24, kUuid, kHex32, kHex22, kDigits };

struct RowTemplate {
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

  std::string text;
  std::string user;  // decoded, as a filter compares it
  IdShape id_shape = IdShape::kHex24;
  std::size_t id_at = kAbsent;
  std::size_t timestamp_at = kAbsent;
  std::size_t insertion_at = kAbsent;
};

std::size_t IdWidth(IdShape shape);
std::size_t TimeWidth(TimeUnit unit);

RowTemplate MakeRow(const Settings& settings, Random* random);

}  // namespace nsf_simulator
