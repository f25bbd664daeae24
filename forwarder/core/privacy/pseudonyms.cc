// SPDX-License-Identifier: Apache-2.0
// HMACs as names and addresses.
#include "core/privacy/pseudonyms.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::size_t kBytes = 16;
constexpr std::size_t kMostKnown = 4096;
constexpr std::string_view kBare = "hmac-";
constexpr std::string_view kMailDomain = "@hmac.invalid";
constexpr std::string_view kNetwork = "2001:db8";
constexpr std::size_t kGroups = 6;
constexpr std::size_t kGroupDigits = 4;

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsAddressPseudonym(std::string_view text) {
  if (!text.starts_with(kNetwork)) return false;
  text.remove_prefix(kNetwork.size());
  if (text.size() != kGroups * (kGroupDigits + 1)) return false;
  for (; !text.empty(); text.remove_prefix(kGroupDigits + 1)) {
    if (text.front() != ':' || !AreDigits(text.substr(1, kGroupDigits))) return false;
  }
  return true;
}

}  // namespace

const std::string& Pseudonyms::Digits(std::string_view kind, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  input_.assign(kind);
  input_ += '\0';
  std::transform(text.begin(), text.end(), std::back_inserter(input_), ToLowerAscii);
  const auto known = known_.find(input_);
  if (known != known_.end()) return known->second;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const std::string& key = key_.Reveal();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(input_.data()), input_.size(), digest.data(),
       nullptr);
  std::string digits;
  for (std::size_t i = 0; i < kBytes; ++i) {
    digits += kHex[digest[i] >> 4];
    digits += kHex[digest[i] & 15];
  }
  if (known_.size() == kMostKnown) known_.clear();
  return known_.emplace(input_, std::move(digits)).first->second;
}

std::string Pseudonyms::OfUser(std::string_view name) {
  const std::string& digits = Digits("user", name);
  const bool is_mail = name.find('@') != std::string_view::npos;
  return is_mail ? digits + std::string(kMailDomain) : std::string(kBare) + digits;
}

std::string Pseudonyms::OfIp(std::string_view address) {
  const std::string& digits = Digits("ip", address);
  std::string text(kNetwork);
  for (std::size_t i = 0; i < kGroups; ++i) {
    text += ':';
    text += digits.substr(i * kGroupDigits, kGroupDigits);
  }
  return text;
}

std::string Pseudonyms::OfValue(std::string_view text) {
  return std::string(kBare) + Digits("value", text);
}

bool IsPseudonym(std::string_view text) {
  if (text.starts_with(kBare)) {
    return text.size() == kBare.size() + 2 * kBytes && AreDigits(text.substr(kBare.size()));
  }
  if (text.ends_with(kMailDomain)) {
    text.remove_suffix(kMailDomain.size());
    return text.size() == 2 * kBytes && AreDigits(text);
  }
  return IsAddressPseudonym(text);
}

}  // namespace nsf
