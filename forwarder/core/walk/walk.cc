// SPDX-License-Identifier: Apache-2.0
// Turning pages.
#include "core/walk/walk.h"

#include <algorithm>
#include <utility>

namespace nsf {

std::optional<PageAsk> Walk::NextAsk(std::uint64_t ticket, std::uint32_t limit,
                                     const WalkLimits& limits) {
  if (ended()) return std::nullopt;
  for (Slot& slot : slots_) {
    if (slot.asked) continue;
    slot.asked = true;
    slot.ask.ticket = ticket;
    slot.ask.limit = limit;
    return slot.ask;
  }
  if (cut_off_) return std::nullopt;
  std::uint64_t next = list_ ? list_->next() : skip_;
  if (!slots_.empty()) {
    const PageAsk& last = slots_.back().ask;
    const auto total = limits.totals_lie ? std::nullopt : StatedTotal();
    const std::uint64_t end = total && last.skip < *total ? *total : UINT64_MAX;
    // The empty page at the end is asked for along with the last ones.
    next = std::min(last.skip + std::min(last.limit, limits.clamp), end);
    if (!WorthAsking(next, limits)) return std::nullopt;
  }
  slots_.push_back({{ticket, next, limit}, true, std::nullopt});
  return slots_.back().ask;
}

bool Walk::WorthAsking(std::uint64_t skip, const WalkLimits& limits) const {
  if (list_ || one_by_one_ || limits.one_page) return false;
  const auto total = limits.totals_lie ? std::nullopt : StatedTotal();
  if (total) return TotalEnds(limits) ? skip < *total : skip <= *total;
  return pages_ > 0 && last_was_full_ && slots_.size() <= pages_;
}

std::optional<std::uint64_t> Walk::StatedTotal() const {
  if (pages_ > 0 || slots_.empty() || !slots_.front().page) return total_;
  return slots_.front().page->page.total();
}

bool Walk::asked_to_its_end() const {
  const auto total = StatedTotal();
  return total && !slots_.empty() && slots_.back().asked && slots_.back().ask.skip >= *total;
}

std::size_t Walk::open_pages() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.asked; }));
}

std::size_t Walk::Find(std::uint64_t ticket) const {
  const auto it = std::find_if(slots_.begin(), slots_.end(), [ticket](const Slot& slot) {
    return slot.asked && !slot.page && slot.ask.ticket == ticket;
  });
  return static_cast<std::size_t>(it - slots_.begin());
}

std::optional<PageAsk> Walk::AskOf(std::uint64_t ticket) const {
  const std::size_t at = Find(ticket);
  if (at == slots_.size()) return std::nullopt;
  return slots_[at].ask;
}

bool Walk::Receive(std::uint64_t ticket, ReceivedPage page) {
  const std::size_t at = Find(ticket);
  if (at == slots_.size()) return false;
  slots_[at].page = std::move(page);
  return true;
}

bool Walk::Fail(std::uint64_t ticket) {
  const std::size_t at = Find(ticket);
  if (at == slots_.size()) return false;
  slots_[at].asked = false;
  return true;
}

void Walk::RefuseFrom(std::uint64_t ticket) {
  const std::size_t at = Find(ticket);
  if (at == slots_.size()) return;
  slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(at), slots_.end());
  cut_off_ = true;
}

Walk::Taken Walk::TakeNext(const WalkLimits& limits) {
  Taken taken{*std::move(slots_.front().page), skip_, slots_.front().ask.limit};
  slots_.pop_front();
  if (list_) {
    TakeOfList(&taken);
    return taken;
  }
  const std::size_t rows = taken.page.received();
  const std::optional<std::uint64_t> total = taken.page.page.total();
  if (pages_ == 0) {
    total_ = total;
    first_rows_ = rows;
  } else {
    one_total_ = one_total_ && total == total_;
    total_fell_ = total_fell_ || total < last_total_;
  }
  last_total_ = total;
  totals_are_false_ = limits.totals_are_false || limits.totals_lie;
  last_was_small_ = rows * 2 < std::min<std::uint64_t>(first_rows_, taken.limit);
  skip_ += rows;
  if (rows > 0) ++pages_;
  if (rows > 0) last_was_full_ = rows >= taken.limit;
  // Nobody says that a tenant clamps when no second page can be asked for.
  const std::uint32_t full = std::min(taken.limit, std::max<std::uint32_t>(limits.largest, 2));
  one_page_ = limits.one_page;
  one_page_full_ = one_page_ && rows >= full;
  ended_ = EndsWith(taken.page, limits);
  if (ended_) {
    slots_.clear();
  } else if (!slots_.empty() && slots_.front().ask.skip != skip_) {
    slots_.clear();
    one_by_one_ = true;
    cut_off_ = false;  // what was refused did not follow these rows
  }
  return taken;
}

void Walk::TakeOfList(Taken* taken) {
  taken->first_skip = list_->next();
  taken->repeats = list_->Take(taken->limit, taken->page);
  skip_ += taken->page.received() - taken->repeats;
  if (taken->page.received() > 0) ++pages_;
  ended_ = list_->ended();
}

bool Walk::EndsWith(const ReceivedPage& page, const WalkLimits& limits) const {
  if (page.received() == 0 || limits.one_page) return true;
  return TotalEnds(limits) && skip_ >= *total_;
}

void Walk::Stop() {
  slots_.clear();
  cut_off_ = true;
}

bool Walk::OnlyPushedBack() const {
  if (plan_.kind != WalkKind::kEdge || resumed_ || totals_are_false_ || total_fell_) return false;
  return total_ == first_rows_ && skip_ - again_ == first_rows_ && last_total_ == skip_;
}

void Walk::EndWithRowsAgain() {
  if (!OnlyPushedBack()) return Stop();
  slots_.clear();
  ended_ = true;
}

WalkProof Walk::proof() const {
  if (cut_off_ || repeated_row_) return WalkProof::kMoved;
  if (again_ > 0) return OnlyPushedBack() ? WalkProof::kWhole : WalkProof::kMoved;
  if (list_) return list_->whole() ? WalkProof::kWhole : WalkProof::kMoved;
  if (resumed_) return WalkProof::kResumed;
  // A total may be that of the page; one that is larger tells that rows are hidden.
  if (one_page_full_) return WalkProof::kMoved;
  if ((one_page_ || pages_ == 0) && ended_short()) return WalkProof::kStated;
  // A full page and no more: a tenant that goes no deeper.
  if (last_was_full_ && (!total_ || ended_short())) return WalkProof::kMoved;
  if (pages_ <= 1) return WalkProof::kWhole;
  if (!one_total_) return WalkProof::kMoved;
  if (!total_) return WalkProof::kNoTotal;
  return *total_ == skip_ ? WalkProof::kWhole : WalkProof::kMoved;
}

}  // namespace nsf
