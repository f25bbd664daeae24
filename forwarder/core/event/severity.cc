// SPDX-License-Identifier: Apache-2.0
// The severity table.
#include "core/event/severity.h"

#include <array>

#include "core/event/text.h"

namespace nsf {
namespace {

struct SeverityWord {
  std::string_view word;
  Severity severity;
};

constexpr std::array<SeverityWord, 16> kWords = {{
    {"1", Severity::kHigh},
    {"2", Severity::kMedium},
    {"4", Severity::kLow},
    {"6", Severity::kInfo},
    {"low", Severity::kLow},
    {"med", Severity::kMedium},
    {"medium", Severity::kMedium},
    {"high", Severity::kHigh},
    {"very-high", Severity::kHigh},
    {"very high", Severity::kHigh},
    {"very_high", Severity::kHigh},
    {"veryhigh", Severity::kHigh},
    {"critical", Severity::kHigh},
    {"info", Severity::kInfo},
    {"information", Severity::kInfo},
    {"informational", Severity::kInfo},
}};

}  // namespace

Severity ReadSeverity(std::string_view text) {
  text = TrimSpaces(text);
  for (const SeverityWord& entry : kWords) {
    if (EqualsFolded(text, entry.word)) return entry.severity;
  }
  return Severity::kUnknown;
}

}  // namespace nsf
