// SPDX-License-Identifier: Apache-2.0
// Waiting, and saying why.
#include "pipeline/stream/tenant_patience.h"

#include <algorithm>
#include <utility>

#include "core/answer/backoff.h"
#include "core/answer/rate_headers.h"
#include "core/answer/status_label.h"
#include "core/event/envelope.h"

namespace nsf {
namespace {

constexpr std::size_t kLongestId = 100;

// What the tenant's support asks for.
std::string RequestId(const HttpAnswer& answer) {
  const auto id = FindHeader(answer, "x-request-id");
  return id && !id->empty() ? " (request id " + Printable(*id, kLongestId) + ')' : std::string();
}

}  // namespace

void TenantPatience::Look(const HttpAnswer& answer, MonotonicTime now) {
  snapshot_.tried = true;
  answered_by_ = RequestId(answer);
  ++snapshot_.requests[StatusLabel(answer)];
  snapshot_.response_bytes += answer.body.size();
  const RateHeaders stated = ReadRateHeaders(answer, DateOf(answer));
  if (stated.remaining) budget_.OnStated(now, stated.remaining, stated.wait);
}

void TenantPatience::Tell(Notice::Level level, std::string text, StepOutput* out) const {
  out->notices.push_back({level, std::move(text), answered_by_});
}

void TenantPatience::OnSuccess(bool delivery_fails, StepOutput* out) {
  if (!snapshot_.up.value_or(true)) {
    out->notices.push_back({Notice::Level::kInfo, "the tenant answers again"});
  }
  failures_ = throttles_ = 0;
  token_retried_ = false;
  snapshot_.up = true;
  snapshot_.blocked_reason.clear();
  if (!delivery_fails) snapshot_.last_error.clear();
}

void TenantPatience::OnThrottled(const HttpAnswer& answer, WallSeconds tenant_now,
                                 MonotonicTime now, StepOutput* out) {
  ++snapshot_.rate_limited;
  const auto stated = ReadRateHeaders(answer, tenant_now).wait;
  const auto wait = stated.value_or(BackoffDelay(throttles_, kThrottleBackoff, random_));
  budget_.OnThrottled(now, wait);
  if (throttles_++ == 0) {
    out->notices.push_back({Notice::Level::kWarning,
                            "the tenant limits the rate (429): it is asked again; nothing is lost",
                            " (in " + std::to_string(wait.count()) + " ms)" + answered_by_});
  }
}

void TenantPatience::TellBrokenRows(const ReceivedPage& page, const std::string& why,
                                    StepOutput* out) const {
  Tell(Notice::Level::kWarning,
       std::to_string(page.broken.size()) + " of " + std::to_string(page.received()) +
           " rows cannot be parsed: they go to the dead letter (" + why + ')',
       out);
}

void TenantPatience::OnRetry(const Verdict& verdict, MonotonicTime now, StepOutput* out) {
  ask_at_ = now + BackoffDelay(failures_++, kFailureBackoff, random_);
  if (snapshot_.last_error != verdict.message) {
    Tell(Notice::Level::kWarning, verdict.message + "; trying again, nothing is lost", out);
  }
  snapshot_.up = false;
  snapshot_.blocked_reason.clear();
  snapshot_.last_error = verdict.message;
}

void TenantPatience::OnBlocked(const Verdict& verdict, std::chrono::seconds pause,
                               MonotonicTime now, StepOutput* out) {
  // The token is read anew for each request: perhaps it has just been rotated.
  if (verdict.reason == "unauthorized" && !token_retried_) {
    token_retried_ = true;
    return;
  }
  if (snapshot_.last_error != verdict.message) {
    Tell(Notice::Level::kError, verdict.message, out);
  }
  // An operator must act: asking more often would only fill the tenant's logs.
  ask_at_ = now + std::max<std::chrono::nanoseconds>(settings_.poll_interval, pause);
  snapshot_.up = false;
  snapshot_.blocked_reason = verdict.reason;
  snapshot_.last_error = verdict.message;
}

}  // namespace nsf
