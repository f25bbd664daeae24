// SPDX-License-Identifier: Apache-2.0
// How a stream bears with its tenant: how long it waits after an answer that was no page, and what
// it tells and shows of it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/answer/budget.h"
#include "core/answer/verdict.h"
#include "core/event/received_page.h"
#include "pipeline/notice.h"
#include "pipeline/stream/event_stream.h"
#include "pipeline/stream/settings.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/random.h"
#include "ports/telemetry.h"

namespace nsf {

class TenantPatience {
 public:
  // All outlive it; `snapshot` is the stream's.
  TenantPatience(const StreamSettings& settings, StreamSnapshot& snapshot, Budget& budget,
                 Random& random)
      : settings_(settings), snapshot_(snapshot), budget_(budget), random_(random) {}

  // The answer that is being looked at from now on: it is counted, and the budget hears what it
  // states.
  void Look(const HttpAnswer& answer, MonotonicTime now);
  // A notice about that answer.
  void Tell(Notice::Level level, std::string text, StepOutput* out) const;

  // It was a page of which some rows could not be parsed, for the reason `why`.
  void TellBrokenRows(const ReceivedPage& page, const std::string& why, StepOutput* out) const;

  // It was a page. `delivery_fails`: what is wrong is another thing, and still is.
  void OnSuccess(bool delivery_fails, StepOutput* out);
  // 429: the whole budget waits.
  void OnThrottled(const HttpAnswer& answer, WallSeconds tenant_now, MonotonicTime now,
                   StepOutput* out);
  void OnRetry(const Verdict& verdict, MonotonicTime now, StepOutput* out);
  // `pause`: at least so long, and a poll interval.
  static constexpr std::chrono::seconds kProbePause{10};
  void OnBlocked(const Verdict& verdict, std::chrono::seconds pause, MonotonicTime now,
                 StepOutput* out);

  // Nothing is asked before.
  MonotonicTime ask_at() const { return ask_at_; }
  void WaitUntil(MonotonicTime at) { ask_at_ = at; }

 private:
  const StreamSettings& settings_;
  StreamSnapshot& snapshot_;
  Budget& budget_;
  Random& random_;
  int failures_ = 0;   // in a row
  int throttles_ = 0;  // in a row
  bool token_retried_ = false;
  std::string answered_by_;  // the id of the request, as notices add it
  MonotonicTime ask_at_{};
};

}  // namespace nsf
