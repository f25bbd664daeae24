// SPDX-License-Identifier: Apache-2.0
// Judges tokens and rates.
#include "tenant/gateway.h"

#include "tenant/fault_answers.h"
#include "tenant/rate_headers.h"

namespace nsf_simulator {

Gateway::Gateway(const Settings& settings, Time start)
    : start_(start),
      limiter_(settings.rate_limit, settings.rate_period, settings.rate_kind,
               settings.rate_shared_percent),
      global_limiter_(settings.global_limit, settings.global_period, settings.rate_kind,
                      settings.rate_shared_percent),
      scim_limiter_(settings.scim_rate_limit, settings.scim_rate_period, settings.rate_kind, 0) {}

bool Gateway::PassesGlobalLimit(const Settings& settings, Time now, Answer* answer) {
  return Passes(&global_limiter_, settings, now, answer);
}

bool Gateway::PassesRateLimit(const Settings& settings, Time now, Answer* answer) {
  return Passes(&limiter_, settings, now, answer);
}

bool Gateway::Passes(RateLimiter* limiter, const Settings& settings, Time now, Answer* answer) {
  if (limiter->limit() == 0) return true;
  const RateVerdict verdict = limiter->Take(now);
  AddRateHeaders(settings, limiter->limit(), verdict, now, &answer->headers);
  if (verdict.allowed) return true;
  ++rate_limited_;
  Refuse(429, "API rate limit exceeded", answer);
  return false;
}

bool Gateway::PassesToken(const Request& request, const Settings& settings, Time now,
                          Answer* answer) {
  return PassesAccess(AccessOf(request, settings, now), settings, answer);
}

// Without single sign-on it is refused as if the token were of the wrong kind.
bool Gateway::PassesScim(const Request& request, const Settings& settings, Time now,
                         Answer* answer) {
  Access access = CheckScimAccess(request, rest_token_);
  if (access == Access::kGranted && !settings.scim_sso) access = Access::kWrongScope;
  return PassesAccess(access, settings, answer) && Passes(&scim_limiter_, settings, now, answer);
}

bool Gateway::PassesAccess(Access access, const Settings& settings, Answer* answer) {
  switch (access) {
    case Access::kMissing:
      Refuse(401, "No API token found in request", answer);
      return false;
    case Access::kUnknown:
      Refuse(401, "Unauthorized", answer);
      return false;
    case Access::kWrongScope:
      Refuse(403, "You cannot consume this service", answer);
      return false;
    case Access::kExpired:
      Refuse(settings.token_expired_status, "The token has expired", answer);
      return false;
    case Access::kGranted:
      break;
  }
  return true;
}

Access Gateway::AccessOf(const Request& request, const Settings& settings, Time now) {
  if (!first_token_) first_token_ = rest_token_;
  const bool late = settings.token_expires.count() > 0 && now >= start_ + settings.token_expires;
  if (late && TokenOf(request) == kNextRestToken) return Access::kGranted;
  const Access access = CheckAccess(request, rest_token_);
  const bool expired = access == Access::kGranted && late && rest_token_ == *first_token_;
  return expired ? Access::kExpired : access;
}

}  // namespace nsf_simulator
