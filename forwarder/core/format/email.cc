// SPDX-License-Identifier: Apache-2.0
// The pattern of OCSF's email_t.
#include "core/format/email.h"

#include <algorithm>
#include <array>

namespace nsf {
namespace {

// Letters, digits and `marks`, by byte.
constexpr std::array<bool, 256> LettersDigitsAnd(std::string_view marks) {
  std::array<bool, 256> is_one{};
  for (unsigned c = 0; c < is_one.size(); ++c) {
    is_one[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
  for (const char c : marks) is_one[static_cast<unsigned char>(c)] = true;
  return is_one;
}

constexpr std::array<bool, 256> kEmailLocal = LettersDigitsAnd("!#$%&'*+-/=?^_`{|}~.");
constexpr std::array<bool, 256> kEmailDomain = LettersDigitsAnd("-.");

bool ConsistsOf(const std::array<bool, 256>& allowed, std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return allowed[static_cast<unsigned char>(c)]; });
}

}  // namespace

bool IsEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  if (dot == 0 || dot == std::string_view::npos || domain.ends_with('.')) return false;
  return ConsistsOf(kEmailLocal, local) && ConsistsOf(kEmailDomain, domain);
}

}  // namespace nsf
