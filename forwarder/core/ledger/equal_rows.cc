// SPDX-License-Identifier: Apache-2.0
// Counting over the pages of a second.
#include "core/ledger/equal_rows.h"

namespace nsf {
namespace {

// Rows that change places at each request stand in the same order twice now and then.
constexpr int kWalksToAgree = 2;  // and one more for each that did not
// A row with an id on two pages has moved, or the tenant lists it twice, which it does each time.
constexpr int kWalksToAgreeInDoubt = 4;

}  // namespace

void EqualRows::BeginWalk(const Window& window, bool from_begin) {
  const bool counts = from_begin && window.end - window.start == std::chrono::seconds(1);
  second_ = counts ? std::optional(window.start) : std::nullopt;
  ids_ = DerivedIds();
  sequence_ = 0;
  held_.clear();
  settles_.reset();
}

void EqualRows::Note(std::string_view raw) {
  // The order matters, so each row's place does.
  if (second_) sequence_ = sequence_ * 0x9E3779B97F4A7C15U + HashContent(raw);
}

std::optional<std::string> EqualRows::AcrossPages(std::string_view raw, std::string_view page_id) {
  if (!second_) return std::nullopt;
  std::string id = ids_.Next(raw);
  if (id == page_id) return std::nullopt;
  return id;
}

EqualRows::Held EqualRows::TakeHeld() {
  Held held = std::move(held_.front());
  held_.pop_front();
  return held;
}

bool EqualRows::Settles(bool nothing_moved) {
  if (settles_) return *settles_;
  const bool matters = second_ && (has_held() || sequences_.contains(*second_));
  if (!matters) return false;
  const auto [it, first] = sequences_.try_emplace(*second_);
  Sequence& before = it->second;
  const bool agrees = !first && before.hash == sequence_;
  before.agreed = agrees ? before.agreed + 1 : 0;
  before.differed += first || agrees ? 0 : 1;
  before.hash = sequence_;
  const int enough = nothing_moved ? kWalksToAgree : kWalksToAgreeInDoubt;
  settles_ = before.agreed >= enough + before.differed;
  return *settles_;
}

void EqualRows::Forget(WallSeconds before) {
  sequences_.erase(sequences_.begin(), sequences_.lower_bound(before));
}

}  // namespace nsf
