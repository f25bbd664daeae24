// SPDX-License-Identifier: Apache-2.0
// One contiguous buffer, so that a write takes many frames at once; cut at the front in large
// steps, so that moving the rest costs little.
#include "adapters/syslog/resend_window.h"

#include <algorithm>

namespace nsf::syslog {
namespace {

constexpr std::size_t kCutBytes = std::size_t{1024} * 1024;

}  // namespace

ResendWindow::ResendWindow(std::size_t keep_bytes) : keep_bytes_(keep_bytes) {}

std::uint64_t ResendWindow::Append(std::string_view frame) {
  bytes_ += frame;
  const std::uint64_t end = base_ + bytes_.size();
  frames_.push_back({end, 0});
  return end;
}

std::string_view ResendWindow::unsent() const {
  return std::string_view(bytes_).substr(static_cast<std::size_t>(sent_ - base_));
}

void ResendWindow::Acknowledge(std::uint64_t position) {
  // After a rewind what is sent again was acknowledged before: that never goes back.
  acknowledged_ = std::max(acknowledged_, position);
  while (!frames_.empty() && frames_.front().end <= position &&
         acknowledged_ - front_ > keep_bytes_) {
    DropFront();
  }
}

void ResendWindow::Rewind(bool was_quiet) {
  DropUnacknowledged();
  if (was_quiet) {
    for (Frame& frame : frames_) ++frame.quiet_losses;
    // Older frames have seen at least the losses of younger ones: the old ones are in front.
    while (!frames_.empty() && frames_.front().quiet_losses >= kQuietLosses) DropFront();
  }
  sent_ = front_;
}

void ResendWindow::DropUnacknowledged() {
  while (!frames_.empty() && frames_.back().end > acknowledged_) frames_.pop_back();
  // A frame acknowledged in part goes as a whole.
  const std::uint64_t end = frames_.empty() ? front_ : frames_.back().end;
  acknowledged_ = std::min(acknowledged_, end);
  sent_ = std::min(sent_, end);
  bytes_.resize(static_cast<std::size_t>(end - base_));
}

std::size_t ResendWindow::unacknowledged_bytes() const {
  return static_cast<std::size_t>(base_ + bytes_.size() - acknowledged_);
}

std::size_t ResendWindow::held_bytes() const {
  return static_cast<std::size_t>(base_ + bytes_.size() - front_);
}

void ResendWindow::DropFront() {
  front_ = frames_.front().end;
  frames_.pop_front();
  if (front_ - base_ < kCutBytes) return;
  bytes_.erase(0, static_cast<std::size_t>(front_ - base_));
  base_ = front_;
}

}  // namespace nsf::syslog
