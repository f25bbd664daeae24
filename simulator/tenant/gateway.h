// SPDX-License-Identifier: Apache-2.0
// What stands before the tenant: tokens, and the rate limits with what they say in headers.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tenant/answer.h"
#include "tenant/rate_limiter.h"
#include "tenant/settings.h"
#include "tenant/tokens.h"

namespace nsf_simulator {

class Gateway {
 public:
  // `start` is the moment the tenant starts, by its own clock.
  Gateway(const Settings& settings, Time start);

  // Each takes the settings of the moment and the tenant's time. False: the answer is the refusal.
  bool PassesGlobalLimit(const Settings& settings, Time now, Answer* answer);
  bool PassesToken(const Request& request, const Settings& settings, Time now, Answer* answer);
  bool PassesRateLimit(const Settings& settings, Time now, Answer* answer);
  // The token and the limit of users and groups.
  bool PassesScim(const Request& request, const Settings& settings, Time now, Answer* answer);

  void set_rest_token(std::string token) { rest_token_ = std::move(token); }

  // 429 because of a limit, so far.
  std::uint64_t rate_limited() const { return rate_limited_; }

 private:
  bool Passes(RateLimiter* limiter, const Settings& settings, Time now, Answer* answer);
  static bool PassesAccess(Access access, const Settings& settings, Answer* answer);
  Access AccessOf(const Request& request, const Settings& settings, Time now);

  Time start_;
  RateLimiter limiter_;
  RateLimiter global_limiter_;
  RateLimiter scim_limiter_;
  std::string rest_token_{kDefaultRestToken};
  std::optional<std::string> first_token_;  // the one of the first request: it may expire
  std::uint64_t rate_limited_ = 0;
};

}  // namespace nsf_simulator
