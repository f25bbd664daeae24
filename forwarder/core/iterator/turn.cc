// SPDX-License-Identifier: Apache-2.0
// Turns.
#include "core/iterator/turn.h"

#include <algorithm>

namespace nsf {

std::optional<IteratorTurn::Ask> IteratorTurn::Wanted(MonotonicTime now) const {
  if (holds_page_) return std::nullopt;
  if (!begun_) return Ask{IteratorOperation::kEpoch, false, next_at_};
  if (doubt_) return Ask{IteratorOperation::kResend, false, next_at_};
  if (now >= looked_at_ + kLooks) return Ask{IteratorOperation::kResend, true, next_at_};
  return Ask{IteratorOperation::kNext, false, next_at_};
}

void IteratorTurn::OnAsked(const Ask& ask, MonotonicTime now) {
  asked_ = ask;
  asked_at_ = now;
}

void IteratorTurn::OnNoPage(bool moved_nothing, MonotonicTime now) {
  if (asked_.operation == IteratorOperation::kResend) return;  // which moves nothing anyway
  if (!moved_nothing) doubt_ = now;
}

void IteratorTurn::OnPage(bool has_news, MonotonicTime next_at) {
  next_at_ = next_at;
  holds_page_ = has_news;
  if (asked_.operation == IteratorOperation::kResend) looked_at_ = asked_at_;
  if (!has_news) Settle(asked_.operation == IteratorOperation::kNext);
}

// A page with news that is shown again was given to the request that was at work. An epoch is no
// answer to that: another one may come behind it, and set the index anew.
void IteratorTurn::OnCommitted() {
  holds_page_ = false;
  Settle(asked_.operation != IteratorOperation::kEpoch);
}

void IteratorTurn::Settle(bool is_certain) {
  begun_ = true;
  const bool nothing_is_at_work = doubt_ && asked_at_ >= *doubt_ + kAtWork;
  if (is_certain || nothing_is_at_work) {
    doubt_.reset();
  } else if (doubt_) {
    next_at_ = std::max(next_at_, *doubt_ + kAtWork);
  }
}

}  // namespace nsf
