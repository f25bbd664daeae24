// SPDX-License-Identifier: Apache-2.0
// The loop of a stream connection. Order matters in Exchange: first what is acknowledged, then
// whether the connection still stands, and only then is a record delivered.
#include "adapters/syslog/stream_publisher.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "adapters/syslog/framing.h"
#include "adapters/syslog/tcp_channel.h"

namespace nsf::syslog {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kWriteBytes =
    std::size_t{256} * 1024;  // in one round, between two looks at the rest
constexpr milliseconds kLongestAckPause{20};
constexpr unsigned kDeadAfterUnanswered = 2;
constexpr int kAbandonAfterStalls = 10;

}  // namespace

StreamPublisher::StreamPublisher(std::string address, std::unique_ptr<Connector> connector,
                                 MessageWriter writer, SyslogFraming framing,
                                 std::size_t resend_bytes, StreamTimings timings, Log log,
                                 const Signal& stop)
    : address_(std::move(address)),
      connector_(std::move(connector)),
      writer_(std::move(writer)),
      framing_(framing),
      resend_bytes_(resend_bytes),
      timings_(timings),
      log_(std::move(log)),
      stop_(stop),
      window_(resend_bytes),
      back_off_(timings.first_back_off, timings.longest_back_off) {}

StreamPublisher::~StreamPublisher() {
  if (window_.held_bytes() == 0 || (channel_ && window_.unsent().empty())) return;
  log_(address_ + ": stopped without a connection; the receiver may not have read the last " +
       std::to_string(window_.held_bytes()) + " bytes that it had acknowledged");
}

std::optional<Error> StreamPublisher::Publish(SinkBatch& batch) {
  const SteadyTime started = SteadyNow();
  next_ = 0;
  pending_.clear();
  attempted_ = false;
  trouble_since_ = channel_ ? std::nullopt : std::optional(started);
  for (;;) {
    Fill(batch);
    if (next_ == batch.records.size() && pending_.empty()) return std::nullopt;
    std::optional<Error> trouble = Trouble(started);
    if (trouble) {
      if (!channel_) window_.DropUnacknowledged();
      pending_.clear();
      return trouble;
    }
    Turn(nullptr);
    Settle(batch);
  }
}

void StreamPublisher::Idle(const Signal& work) {
  while (!stop_.raised() && !work.raised()) Turn(&work);
}

// Frames of undecided records, up to what may be in flight.
void StreamPublisher::Fill(SinkBatch& batch) {
  if (settled()) last_progress_ = SteadyNow();
  while (next_ < batch.records.size() && window_.unacknowledged_bytes() < kInFlightBytes) {
    const std::size_t index = next_++;
    if (batch.outcomes[index] != OutcomeKind::kUndecided) continue;
    std::string_view payload;
    Written written = writer_.WriteHead(batch, index, head_, payload);
    if (written.rejection) {
      batch.outcomes[index] = OutcomeKind::kRejected;
      batch.rejections.push_back(*std::move(written.rejection));
      continue;
    }
    const std::string start = FrameStart(framing_, head_.size() + payload.size());
    const std::uint64_t end = window_.Append({start, head_, payload, FrameEnd(framing_)});
    pending_.push_back({index, end, written.shortened});
  }
}

void StreamPublisher::Settle(SinkBatch& batch) {
  while (!pending_.empty() && pending_.front().end <= window_.acknowledged()) {
    const Pending& sent = pending_.front();
    batch.outcomes[sent.index] = OutcomeKind::kDelivered;
    batch.truncated += sent.shortened && !batch.records[sent.index].shortened ? 1U : 0U;
    pending_.pop_front();
    trouble_since_.reset();
  }
}

// Why this Publish should end now, if it should.
std::optional<Error> StreamPublisher::Trouble(SteadyTime started) {
  if (stop_.raised()) return Undecided("the sink is being stopped");
  const SteadyTime now = SteadyNow();
  if (channel_) {
    if (settled() || now - std::max(started, last_progress_) < timings_.stall) return std::nullopt;
    return StallError();
  }
  if (!attempted_ || !trouble_since_ || now - *trouble_since_ < timings_.patience) {
    return std::nullopt;
  }
  return Undecided(last_error_.message);
}

Error StreamPublisher::StallError() {
  const auto stalled = SteadyNow() - last_progress_;
  Error error =
      Undecided("the receiver has taken nothing for " +
                std::to_string(std::chrono::duration_cast<std::chrono::seconds>(stalled).count()) +
                " s; look at its queues, its disk and what it forwards to");
  if (ReadTcpPeer(channel_->fd()).unanswered >= kDeadAfterUnanswered) {
    Lose({ErrorKind::kRetry, "the receiver no longer answers"});
  } else if (stalled >= kAbandonAfterStalls * timings_.stall) {
    Lose({ErrorKind::kRetry, "the receiver takes nothing"});
  }
  return error;
}

void StreamPublisher::Turn(const Signal* work) {
  if (!channel_) {
    ConnectOrWait(work);
    return;
  }
  if (auto lost = Exchange()) {
    Lose(*lost);
    return;
  }
  WaitForChange(work);
}

void StreamPublisher::ConnectOrWait(const Signal* work) {
  const bool nothing_to_send = work != nullptr && window_.unsent().empty();
  if (nothing_to_send || SteadyNow() < back_off_.next()) {
    const SteadyTime until = nothing_to_send ? SteadyTime::max() : back_off_.next();
    WaitFor(-1, 0, {&stop_, work}, until);
    return;
  }
  auto channel = connector_->Connect(stop_, SteadyNow() + timings_.connect_timeout);
  attempted_ = true;
  if (!channel) {
    last_error_ = channel.error();
    back_off_.Postpone(SteadyNow());
    if (!told_down_ && !stop_.raised()) log_(address_ + ": " + last_error_.message);
    told_down_ = true;
    return;
  }
  channel_ = std::move(*channel);
  connected_at_ = last_progress_ = SteadyNow();
  trusted_ = false;
  blocked_ = held_back_ = false;
  widest_window_ = 0;
}

// Writes, and settles what is acknowledged. An error means that the connection is lost.
std::optional<Error> StreamPublisher::Exchange() {
  if (auto lost = WriteSome()) return lost;
  NoteAcknowledged();
  if (auto open = Drain(*channel_); !open) return open.error();
  if (!trusted_ && SteadyNow() - connected_at_ >= timings_.probation) TrustConnection();
  if (trusted_) window_.Acknowledge(reached_);
  return std::nullopt;
}

std::optional<Error> StreamPublisher::WriteSome() {
  blocked_ = false;
  if (window_.unsent().empty()) return std::nullopt;
  std::size_t room = RoomAtReceiver();
  while (room > 0 && !blocked_) {
    const std::string_view unsent = window_.unsent().substr(0, room);
    if (unsent.empty()) break;
    auto taken = channel_->Write(unsent);
    if (!taken) return taken.error();
    blocked_ = *taken == 0;
    if (blocked_) break;
    room -= *taken;
    window_.Sent(*taken);
    marks_.push_back({channel_->wire_bytes(), window_.sent(), held_back_});
  }
  return std::nullopt;
}

// How much may be written now. A receiver's buffer can hold more than is kept to be sent again
// (tens of megabytes on Linux), and what it holds is gone when the receiver is. So it is treated as
// if its buffer had half of `resend`: what it has not read is taken to be the widest window it has
// ever offered less the one it offers now. Half, since a buffer may have grown while it held
// something.
std::size_t StreamPublisher::RoomAtReceiver() {
  held_back_ = false;
  const std::uint64_t window = ReadTcpPeer(channel_->fd()).window_bytes;
  widest_window_ = std::max(widest_window_, window);
  const std::uint64_t limit = resend_bytes_ / 2;
  if (limit == 0 || widest_window_ <= limit) return kWriteBytes;
  const std::uint64_t unread = widest_window_ - window + UnacknowledgedBytes(channel_->fd());
  if (unread < limit) return std::min<std::size_t>(kWriteBytes, limit - unread);
  // A receiver that has read again need not say so while its window is wide. One byte makes it.
  held_back_ = true;
  return marks_.empty() ? 1 : 0;
}

void StreamPublisher::NoteAcknowledged() {
  if (marks_.empty()) return;
  const std::uint64_t acknowledged =
      channel_->wire_bytes() -
      std::min(channel_->wire_bytes(), UnacknowledgedBytes(channel_->fd()));
  while (!marks_.empty() && marks_.front().wire_bytes <= acknowledged) {
    const Mark mark = marks_.front();
    marks_.pop_front();
    reached_ = mark.position;
    if (mark.probe) continue;  // the byte came through, but is anything read?
    last_progress_ = SteadyNow();
    ack_pause_ = milliseconds(1);
  }
}

void StreamPublisher::WaitForChange(const Signal* work) {
  const bool unsent = !window_.unsent().empty();
  if (unsent && !blocked_ && !held_back_) return;
  SteadyTime until = SteadyTime::max();
  if (!settled()) {
    // The kernel tells nobody when the last byte is acknowledged: it has to be asked.
    until = SteadyNow() + ack_pause_;
    ack_pause_ = std::min(ack_pause_ * 2, kLongestAckPause);
  } else if (!trusted_) {
    until = connected_at_ + timings_.probation;
  } else if (work == nullptr) {
    return;  // there is room for more
  }
  const auto events = static_cast<std::int16_t>(POLLIN | (blocked_ ? channel_->blocked_on() : 0));
  WaitFor(channel_->fd(), events, {&stop_, work}, until);
}

void StreamPublisher::Lose(const Error& reason) {
  const bool was_quiet = trusted_ && settled() && SteadyNow() - last_progress_ >= timings_.quiet;
  channel_.reset();
  marks_.clear();
  reached_ = 0;
  window_.Rewind(was_quiet);
  // Everything undecided is taken from its batch again.
  pending_.clear();
  next_ = 0;
  last_error_ = reason;
  if (!trouble_since_) trouble_since_ = SteadyNow();
  if (!stop_.raised() && !told_down_) {
    log_(address_ + ": " + reason.message + "; connecting again" +
         (window_.held_bytes() == 0 ? ""
                                    : ", then the last " + std::to_string(window_.held_bytes()) +
                                          " bytes are sent again"));
  }
  told_down_ = true;
  back_off_.Postpone(SteadyNow());
}

void StreamPublisher::TrustConnection() {
  trusted_ = true;
  back_off_.Reset();
  if (told_down_) log_(address_ + ": connected again");
  told_down_ = false;
}

Error StreamPublisher::Undecided(const std::string& why) const {
  return {ErrorKind::kRetry, address_ + ": " + why};
}

}  // namespace nsf::syslog
