// SPDX-License-Identifier: Apache-2.0
// What an iterator is to be asked next, and when. The tenant's cursor moves with every `next` that
// it takes up, whatever becomes of the answer: `next` is asked only when the page before is
// committed and nothing is uncertain, and `resend`, which moves nothing, in all other cases.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ports/clock.h"

namespace nsf {

enum class IteratorOperation : std::uint8_t {
  kEpoch,   // set the index to the beginning, and show its first page: as often as one likes
  kNext,    // move on by a page
  kResend,  // show the last page again
};

class IteratorTurn {
 public:
  // A request that was sent may be at work at the tenant for so long after nobody waits for its
  // answer any more: a `next` asked before might come behind it, and skip its page.
  static constexpr std::chrono::seconds kAtWork{15};
  // So often the last page is looked at while nothing is uncertain: it is ours, or another consumer
  // uses the index.
  static constexpr std::chrono::minutes kLooks{10};

  struct Ask {
    IteratorOperation operation = IteratorOperation::kNext;
    bool is_look = false;
    MonotonicTime at{};  // not before
  };

  // `was_used`: an earlier life may have asked with the index, and a request of it may still be at
  // work; `begun`: rows of one of its pages are committed.
  IteratorTurn(bool was_used, bool begun, MonotonicTime now) : begun_(begun), looked_at_(now) {
    if (was_used) doubt_ = now;
  }

  // What to ask; absent while a page is held. `now` decides whether to look.
  std::optional<Ask> Wanted(MonotonicTime now) const;

  // The request is sent.
  void OnAsked(const Ask& ask, MonotonicTime now);

  // It came to no page. `moved_nothing`: the tenant refused it, or never had it.
  void OnNoPage(bool moved_nothing, MonotonicTime now);

  // It was answered with a page, which is held when it has rows that are not committed
  // (`has_news`). `next_at`: nothing is asked before, as the tenant wishes.
  void OnPage(bool has_news, MonotonicTime next_at);

  // All of the page is committed.
  void OnCommitted();

  bool holds_page() const { return holds_page_; }
  // The next `next` moves nothing that is not committed.
  bool is_certain() const { return !doubt_.has_value(); }

 private:
  // What was asked last is done with.
  void Settle(bool is_certain);

  bool begun_;                          // there is a page to be shown again
  std::optional<MonotonicTime> doubt_;  // since when it is uncertain where the index stands
  bool holds_page_ = false;
  Ask asked_;
  MonotonicTime asked_at_{};
  MonotonicTime next_at_{};
  MonotonicTime looked_at_;
};

}  // namespace nsf
