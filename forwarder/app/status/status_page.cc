// SPDX-License-Identifier: Apache-2.0
// The policy of the status page. Its text is written by CMake: status_page_text.cc.in.
#include "app/status/status_page.h"

#include <openssl/sha.h>

#include <array>
#include <string_view>

#include "core/format/base64.h"

namespace nsf {
namespace {

// What stands between <name> and </name>, the first time.
std::string_view Inside(std::string_view page, const std::string& name) {
  const std::size_t open = page.find('<' + name + '>');
  if (open == std::string_view::npos) return {};
  const std::size_t begin = open + name.size() + 2;
  const std::size_t end = page.find("</" + name + '>', begin);
  return end == std::string_view::npos ? std::string_view() : page.substr(begin, end - begin);
}

std::string Source(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  const std::string copy(text);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes of OpenSSL's interface
  SHA256(reinterpret_cast<const unsigned char*>(copy.data()), copy.size(), bytes.data());
  for (std::size_t i = 0; i < bytes.size(); ++i) digest[i] = static_cast<char>(bytes.at(i));
  return "'sha256-" + ToBase64(digest) + '\'';
}

}  // namespace

std::string PolicyOf(const std::string& page) {
  return "default-src 'none'; script-src " + Source(Inside(page, "script")) + "; style-src " +
         Source(Inside(page, "style")) +
         "; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'";
}

}  // namespace nsf
