// SPDX-License-Identifier: Apache-2.0
// Finds a secret in whatever spelling: see the header.
#include "adapters/curl/scrub.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace nsf {
namespace {

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

bool IsHex(std::string_view two, char c) {
  if (two.size() < 2) return false;
  const auto high = HexDigit(two[0]);
  const auto low = HexDigit(two[1]);
  return high && low && *high * 16 + *low == static_cast<unsigned char>(c);
}

// How many characters at the beginning of `text` spell `c`; 0: another one.
std::size_t Spelling(std::string_view text, char c) {
  if (text.empty()) return 0;
  if (text[0] == c) return 1;
  if (text[0] == '%' && IsHex(text.substr(1), c)) return 3;
  if (text[0] != '\\' || text.size() < 2) return 0;
  if (text[1] == c) return 2;
  const bool unicode = text[1] == 'u' && text.substr(2, 2) == "00";
  return unicode && IsHex(text.substr(4), c) ? 6 : 0;
}

// How many characters at the beginning of `text` spell the whole secret; 0: none do.
std::size_t Occurrence(std::string_view text, std::string_view secret) {
  std::size_t used = 0;
  for (const char c : secret) {
    const std::size_t length = Spelling(text.substr(used), c);
    if (length == 0) return 0;
    used += length;
  }
  return used;
}

}  // namespace

void Scrub(std::string_view secret, std::string* text) {
  if (secret.empty()) return;
  const std::string_view original(*text);
  std::string clean;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < original.size();) {
    const std::size_t length = Occurrence(original.substr(at), secret);
    if (length == 0) {
      ++at;
      continue;
    }
    clean.append(original, kept, at - kept).append("***");
    at += length;
    kept = at;
  }
  if (kept == 0) return;
  clean.append(original, kept);
  *text = std::move(clean);
}

}  // namespace nsf
