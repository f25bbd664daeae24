// SPDX-License-Identifier: Apache-2.0
// The rules.
#include "core/ownership/slot_step.h"

#include <algorithm>

namespace nsf {
namespace {

// Somebody who is no member of the group may take a slot over again and again.
constexpr std::chrono::minutes kLongestPause{10};
constexpr std::uint32_t kMostDoublings = 16;

// When the group has confirmed a grant under which the slot was taken from us: in one session it
// would have been withdrawn.
MonotonicTime ConfirmedAt(const ShutOut& shut_out, std::chrono::milliseconds session) {
  const auto doublings = std::min(std::max(shut_out.in_a_row, 1U) - 1, kMostDoublings);
  const auto pause = session * (std::int64_t{1} << doublings);
  const std::chrono::milliseconds longest =
      std::max<std::chrono::milliseconds>(kLongestPause, session);
  return shut_out.at + std::min<std::chrono::milliseconds>(pause, longest);
}

SlotStep DecideClosed(const SlotFacts& facts, std::chrono::milliseconds session,
                      MonotonicTime now) {
  if (!facts.grant) return {};
  if (facts.grant->asked_back) return {SlotAct::kGiveBack};
  if (!facts.wanted || facts.busy) return {};
  if (facts.shut_out && facts.shut_out->grant == facts.grant->number) {
    const MonotonicTime confirmed = ConfirmedAt(*facts.shut_out, session);
    if (now < confirmed) return {SlotAct::kNone, false, confirmed};
  }
  return {SlotAct::kOpen};
}

SlotStep DecideOpen(const SlotFacts& facts, MonotonicTime now) {
  if (!facts.grant) return {SlotAct::kClose};
  if (facts.grant->asked_back) {
    const MonotonicTime until = facts.asked_back_since.value_or(now) + kRestPatience;
    if (!facts.busy || now >= until) return {SlotAct::kClose};
    return {SlotAct::kNone, false, until};
  }
  if (!facts.wanted && !facts.busy) return {SlotAct::kClose};
  return {SlotAct::kNone, true};
}

}  // namespace

SlotStep DecideSlot(const SlotFacts& facts, std::chrono::milliseconds session, MonotonicTime now) {
  switch (facts.life) {
    case SlotLife::kClosed:
      return DecideClosed(facts, session, now);
    case SlotLife::kOpen:
      return DecideOpen(facts, now);
    case SlotLife::kShutOut:
      return {SlotAct::kClose};
    case SlotLife::kClosing:
      return {};
  }
  return {};
}

}  // namespace nsf
