// SPDX-License-Identifier: Apache-2.0
// The frames that a receiver may not have read, and how far they are sent and acknowledged; pure.
// A receiver's TCP acknowledges what the receiver has not read yet and drops when it stops
// (docs/SYSLOG.md), so the last frames are kept and sent again on a new connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>

namespace nsf::syslog {

// One byte stream; positions count from the first byte ever appended:
//
//   front ........ acknowledged ........ sent ........ end        (normal)
//   front = sent ........ acknowledged = end                      (after Rewind: send all again)
//
// Used by one thread.
class ResendWindow {
 public:
  // Acknowledged frames are kept up to `keep_bytes` in all.
  explicit ResendWindow(std::size_t keep_bytes);

  // Adds a frame at the end, of these parts, and returns the position where it ends.
  std::uint64_t Append(std::initializer_list<std::string_view> parts);
  std::uint64_t Append(std::string_view frame) { return Append({frame}); }

  // What is to be sent next, as far as it lies in one piece: empty only when all is sent. Valid
  // until the next change.
  std::string_view unsent() const;
  void Sent(std::size_t bytes) { sent_ += bytes; }

  // Everything up to `position`, the end of a frame or within one, is acknowledged on the
  // connection that it was sent on. Lets go of what is beyond `keep_bytes`.
  void Acknowledge(std::uint64_t position);

  // The connection is lost. Unacknowledged frames are dropped: whoever appended them does so
  // again. The kept ones become unsent. `was_quiet`: they had been acknowledged for a long time
  // when the connection went. A frame that has outlived kQuietLosses of these is let go, or a
  // receiver that closes idle connections would be sent the same frames for ever.
  void Rewind(bool was_quiet);

  // Drops what is not acknowledged. Only without a connection: a frame may be sent in part.
  void DropUnacknowledged();

  std::uint64_t sent() const { return sent_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  // Appended and not acknowledged.
  std::size_t unacknowledged_bytes() const;
  // All bytes held.
  std::size_t held_bytes() const;

  static constexpr unsigned kQuietLosses = 3;
  // Frames lie in pieces of about this size.
  static constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;

 private:
  struct Frame {
    std::uint64_t end;
    unsigned quiet_losses;
  };

  // Whole frames, one behind the other.
  struct Piece {
    std::uint64_t begin = 0;
    std::string bytes;
    std::uint64_t end() const { return begin + bytes.size(); }
  };

  void DropFront();
  std::string& PieceFor(std::size_t frame_bytes);
  std::uint64_t end() const { return pieces_.empty() ? front_ : pieces_.back().end(); }

  const std::size_t keep_bytes_;
  std::deque<Piece> pieces_;  // none is empty; the first may begin before front_
  std::string spare_;         // the memory of a piece, for the next one
  std::deque<Frame> frames_;  // from front_ on
  std::uint64_t front_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace nsf::syslog
