// SPDX-License-Identifier: Apache-2.0
// Spells the headers of the rate limit.
#include "tenant/rate_headers.h"

#include <string>

namespace nsf_simulator {
namespace {

struct Names {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
  std::string_view retry_after;
};

Names NamesOf(RateHeaders kind) {
  switch (kind) {
    case RateHeaders::kMixedCase:
      return {"ratelimit-limit", "RATELIMIT-REMAINING", "rateLimit-reset", "retry-AFTER"};
    case RateHeaders::kEpoch:
      return {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"};
    case RateHeaders::kMisspelt:
      return {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Rest", "Retry-After"};
    default:
      return {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"};
  }
}

// Empty: the header is left out.
std::string RetryAfterText(RetryAfter kind, std::chrono::seconds wait, Time now) {
  switch (kind) {
    case RetryAfter::kSeconds:
      return std::to_string(wait.count());
    case RetryAfter::kDate:
      return HttpDate(now + wait);
    case RetryAfter::kGarbage:
      return "soon";
    case RetryAfter::kHuge:
      return "99999999999999999999";
    case RetryAfter::kNone:
      break;
  }
  return {};
}

std::int64_t EpochSecond(Time time) {
  return std::chrono::ceil<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

void AddRateHeaders(const Settings& settings, std::uint64_t limit, const RateVerdict& verdict,
                    Time now, Headers* headers) {
  const RateHeaders kind = settings.rate_headers;
  if (kind == RateHeaders::kOff) return;
  const Names names = NamesOf(kind);
  if (kind == RateHeaders::kGarbage) {
    headers->emplace_back(names.limit, std::to_string(limit) + ", " + std::to_string(limit));
    headers->emplace_back(names.remaining, "n/a");
    headers->emplace_back(names.reset, "-");
  } else {
    const std::int64_t reset =
        kind == RateHeaders::kEpoch ? EpochSecond(now + verdict.reset) : verdict.reset.count();
    headers->emplace_back(names.limit, std::to_string(limit));
    headers->emplace_back(names.remaining, std::to_string(verdict.remaining));
    headers->emplace_back(names.reset, std::to_string(reset));
  }
  if (verdict.allowed) return;
  std::string wait = RetryAfterText(settings.retry_after, verdict.reset, now);
  if (!wait.empty()) headers->emplace_back(names.retry_after, std::move(wait));
}

}  // namespace nsf_simulator
