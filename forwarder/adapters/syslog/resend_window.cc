// SPDX-License-Identifier: Apache-2.0
// Pieces large enough that a write takes many frames at once; they go as a whole, so that nothing
// is ever moved.
#include "adapters/syslog/resend_window.h"

#include <algorithm>
#include <utility>

namespace nsf::syslog {

ResendWindow::ResendWindow(std::size_t keep_bytes) : keep_bytes_(keep_bytes) {}

std::uint64_t ResendWindow::Append(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  if (size == 0) return end();
  std::string& bytes = PieceFor(size);
  for (const std::string_view part : parts) bytes += part;
  frames_.push_back({end(), 0});
  return end();
}

// Where a frame of this size is to be put.
std::string& ResendWindow::PieceFor(std::size_t frame_bytes) {
  if (pieces_.empty() || pieces_.back().bytes.size() + frame_bytes > kPieceBytes) {
    pieces_.push_back({end(), std::exchange(spare_, {})});
    pieces_.back().bytes.reserve(kPieceBytes);
  }
  return pieces_.back().bytes;
}

std::string_view ResendWindow::unsent() const {
  // What is unsent is mostly at the end.
  auto piece = pieces_.rbegin();
  while (piece != pieces_.rend() && piece->begin > sent_) ++piece;
  if (piece == pieces_.rend()) return {};
  return std::string_view(piece->bytes).substr(static_cast<std::size_t>(sent_ - piece->begin));
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
  while (!pieces_.empty() && pieces_.back().begin >= end) pieces_.pop_back();
  if (!pieces_.empty()) {
    Piece& last = pieces_.back();
    last.bytes.resize(static_cast<std::size_t>(end - last.begin));
  }
}

std::size_t ResendWindow::unacknowledged_bytes() const {
  return static_cast<std::size_t>(end() - acknowledged_);
}

std::size_t ResendWindow::held_bytes() const { return static_cast<std::size_t>(end() - front_); }

void ResendWindow::DropFront() {
  front_ = frames_.front().end;
  frames_.pop_front();
  while (!pieces_.empty() && pieces_.front().end() <= front_) {
    std::string& bytes = pieces_.front().bytes;
    if (bytes.capacity() <= kPieceBytes) {  // a single large frame is not kept for later
      spare_ = std::move(bytes);
      spare_.clear();
    }
    pieces_.pop_front();
  }
}

}  // namespace nsf::syslog
