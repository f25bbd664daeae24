// SPDX-License-Identifier: Apache-2.0
// Names that stand for others: the same one for the same text and key, so that what is written by
// different streams, formats and programs can be joined; nobody without the key can tell for whom.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ports/secret_source.h"

namespace nsf {

// HMAC-SHA-256 over a kind ("user", "ip", "value"), a zero byte and the text in lower case (ASCII
// letters); the first 16 of its bytes in hexadecimal. Used by one thread.
class Pseudonyms {
 public:
  explicit Pseudonyms(Secret key) : key_(std::move(key)) {}

  // Of an e-mail address "<32 digits>@hmac.invalid", so that it still is one; of another name
  // "hmac-<32 digits>".
  std::string OfUser(std::string_view name);
  // An IPv6 address of 2001:db8::/32, which is nobody's (RFC 3849), from the first 12 bytes.
  std::string OfIp(std::string_view address);
  // "hmac-<32 digits>".
  std::string OfValue(std::string_view text);

 private:
  const std::string& Digits(std::string_view kind, std::string_view text);

  Secret key_;
  std::string input_;  // kept, so that looking up does not allocate
  std::unordered_map<std::string, std::string> known_;
};

// `text` has the form of a pseudonym: it stays as it is, so that what is sent again from the dead
// letter is not hashed twice.
bool IsPseudonym(std::string_view text);

}  // namespace nsf
