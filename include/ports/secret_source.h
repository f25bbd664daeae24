// SPDX-License-Identifier: Apache-2.0
// A secret, and where it comes from. A Secret cannot be printed, compared or streamed: the one way
// to its text is Reveal(), which makes every use of it easy to find.
#pragma once

#include <string>
#include <utility>

#include "ports/result.h"

namespace nsf {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  // The text itself. Hand it to the library that needs it; never log, store or format it.
  const std::string& Reveal() const { return text_; }

 private:
  std::string text_;
};

// Where a tenant's token is read from (a file, the environment). Thread-safe.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  // The secret as it is now, surrounding white space cut: a file is read again by name at each
  // call, so that a rotated token is followed without a restart. Blocks for one small read. Fails
  // with kStop (and the reference and the next step in the message) when there is none or it is
  // empty.
  virtual Result<Secret> Read() const = 0;
  // How the secret is referred to in messages: "file /run/secrets/acme", "configuration key token".
  virtual std::string Reference() const = 0;
};

}  // namespace nsf
