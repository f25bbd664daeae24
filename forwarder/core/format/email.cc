// SPDX-License-Identifier: Apache-2.0
// The pattern of OCSF's email_t.
#include "core/format/email.h"

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

// How many bytes at the start of `text` are allowed.
std::size_t PrefixOf(const std::array<bool, 256>& allowed, std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && allowed[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

}  // namespace

bool IsEmail(std::string_view text) {
  // No @ is part of the first set: what ends it is the first one, or there is none.
  const std::size_t at = PrefixOf(kEmailLocal, text);
  if (at == 0 || at == text.size() || text[at] != '@') return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  if (dot == 0 || dot == std::string_view::npos || domain.ends_with('.')) return false;
  return PrefixOf(kEmailDomain, domain) == domain.size();
}

}  // namespace nsf
