// SPDX-License-Identifier: Apache-2.0
// The pattern of OCSF's email_t.
#include "core/format/email.h"

#include <algorithm>

namespace nsf {
namespace {

bool IsEmailLocal(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

bool IsEmailDomain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

}  // namespace

bool IsEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  if (dot == 0 || dot == std::string_view::npos || domain.ends_with('.')) return false;
  return std::all_of(local.begin(), local.end(), IsEmailLocal) &&
         std::all_of(domain.begin(), domain.end(), IsEmailDomain);
}

}  // namespace nsf
