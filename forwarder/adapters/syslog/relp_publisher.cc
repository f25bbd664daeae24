// SPDX-License-Identifier: Apache-2.0
// The loop of a RELP session. A batch that is given back undecided leaves its messages in flight:
// the session is kept where the receiver is only slow, since a new one would repeat what waits in
// the old one, and what it answers to them later makes room for others.
#include "adapters/syslog/relp_publisher.h"

#include <algorithm>
#include <utility>

#include "adapters/syslog/quote.h"

namespace nsf::syslog {
namespace {

constexpr unsigned kOk = 200;
constexpr int kAbandonAfterStalls = 10;

}  // namespace

RelpPublisher::RelpPublisher(std::string address, std::unique_ptr<Connector> connector,
                             MessageWriter writer, std::size_t window, StreamTimings timings,
                             Log log, const Signal& stop)
    : address_(std::move(address)),
      connector_(std::move(connector)),
      writer_(std::move(writer)),
      window_(window),
      timings_(timings),
      log_(std::move(log)),
      stop_(stop),
      back_off_(timings.first_back_off, timings.longest_back_off) {}

std::optional<Error> RelpPublisher::Publish(SinkBatch& batch) {
  const SteadyTime started = SteadyNow();
  next_ = 0;
  Forget();  // of a batch that ended in an exception
  attempted_ = false;
  trouble_since_ = session_ ? std::nullopt : std::optional(started);
  for (;;) {
    Fill(batch);
    if (next_ == batch.records.size() && undecided_ == 0) return std::nullopt;
    if (auto trouble = Trouble(started)) {
      Forget();
      return trouble;
    }
    Turn(&batch, nullptr);
  }
}

void RelpPublisher::Idle(const Signal& work) {
  while (!stop_.raised() && !work.raised()) Turn(nullptr, &work);
}

// Messages of undecided records, up to the window.
void RelpPublisher::Fill(SinkBatch& batch) {
  if (in_flight_.empty()) last_progress_ = SteadyNow();
  for (; next_ < batch.records.size(); ++next_) {
    const std::size_t index = next_;
    if (batch.outcomes[index] != OutcomeKind::kUndecided) continue;
    if (!session_ || in_flight_.size() >= window_ || in_flight_bytes_ >= kInFlightBytes) return;
    Written written = writer_.Write(batch, index, message_);
    if (written.rejection) {
      batch.outcomes[index] = OutcomeKind::kRejected;
      batch.rejections.push_back(*std::move(written.rejection));
      continue;
    }
    in_flight_.push_back({session_->Send(message_), index, written.shortened, message_.size()});
    in_flight_bytes_ += message_.size();
    ++undecided_;
  }
}

void RelpPublisher::Turn(SinkBatch* batch, const Signal* work) {
  if (!session_) return ConnectOrWait(work);
  auto answers = session_->Exchange();
  if (!answers) return Lose(answers.error());
  if (auto refused = Settle(*answers, batch)) return Lose(*refused);
  if (answers->empty()) WaitForAnswers(work);
}

void RelpPublisher::ConnectOrWait(const Signal* work) {
  const bool idle = work != nullptr;
  if (idle || SteadyNow() < back_off_.next()) {
    WaitFor(-1, 0, {&stop_, work}, idle ? SteadyTime::max() : back_off_.next());
    return;
  }
  auto session = RelpSession::Open(*connector_, stop_, SteadyNow() + timings_.connect_timeout);
  attempted_ = true;
  if (session) {
    session_ = std::move(*session);
    last_progress_ = SteadyNow();
    return;
  }
  last_error_ = session.error();
  back_off_.Postpone(SteadyNow());
  if (!told_down_ && !stop_.raised()) log_(address_ + ": " + last_error_.message);
  told_down_ = true;
}

// An error means that the session is not to be gone on with.
std::optional<Error> RelpPublisher::Settle(const std::vector<RelpSession::Answer>& answers,
                                           SinkBatch* batch) {
  for (const RelpSession::Answer& answer : answers) {
    const auto message =
        std::find_if(in_flight_.begin(), in_flight_.end(),
                     [&](const InFlight& sent) { return sent.transaction == answer.transaction; });
    if (message == in_flight_.end()) {
      return Error{ErrorKind::kRetry,
                   "the receiver answers a transaction that it was not given; look for what "
                   "stands between"};
    }
    if (answer.code != kOk) {
      return Error{ErrorKind::kRetry, "the receiver refuses a message: " + Quoted(answer.text) +
                                          "; look at its log and at its largest message"};
    }
    if (message->index && batch != nullptr) {
      batch->outcomes[*message->index] = OutcomeKind::kDelivered;
      const bool was_whole = !batch->records[*message->index].shortened;
      batch->truncated += was_whole && message->shortened ? 1U : 0U;
      --undecided_;
      trouble_since_.reset();
    }
    in_flight_bytes_ -= message->bytes;
    in_flight_.erase(message);
    last_progress_ = SteadyNow();
    back_off_.Reset();
    if (told_down_) log_(address_ + ": connected again");
    told_down_ = false;
  }
  return std::nullopt;
}

void RelpPublisher::WaitForAnswers(const Signal* work) {
  const bool idle = work != nullptr;
  const SteadyTime until = idle ? SteadyTime::max() : SteadyNow() + timings_.stall;
  WaitFor(session_->fd(), session_->events(), {&stop_, work}, until);
}

// Why this Publish should end now, if it should.
std::optional<Error> RelpPublisher::Trouble(SteadyTime started) {
  if (stop_.raised()) return Undecided("the sink is being stopped");
  const SteadyTime now = SteadyNow();
  if (session_) {
    if (now - std::max(started, last_progress_) < timings_.stall) return std::nullopt;
    return StallError();
  }
  if (!attempted_ || !trouble_since_ || now - *trouble_since_ < timings_.patience) {
    return std::nullopt;
  }
  return Undecided(last_error_.message);
}

Error RelpPublisher::StallError() {
  const auto stalled = SteadyNow() - last_progress_;
  Error error =
      Undecided("the receiver has answered nothing for " +
                std::to_string(std::chrono::duration_cast<std::chrono::seconds>(stalled).count()) +
                " s; look at its queues, its disk and what it forwards to");
  if (stalled >= kAbandonAfterStalls * timings_.stall) {
    Lose({ErrorKind::kRetry, "the receiver answers nothing"});
  }
  return error;
}

void RelpPublisher::Lose(const Error& reason) {
  session_.reset();
  const std::size_t repeated = in_flight_.size();
  in_flight_.clear();
  in_flight_bytes_ = 0;
  // Everything undecided is taken from its batch again.
  next_ = 0;
  undecided_ = 0;
  last_error_ = reason;
  attempted_ = true;
  if (!trouble_since_) trouble_since_ = SteadyNow();
  if (!stop_.raised() && !told_down_) {
    log_(address_ + ": " + reason.message +
         (repeated == 0 ? "; connecting again when there is something to send"
                        : "; connecting again, then the " + std::to_string(repeated) +
                              " messages that it has not answered are sent again"));
  }
  told_down_ = true;
  back_off_.Postpone(SteadyNow());
}

void RelpPublisher::Forget() {
  for (InFlight& message : in_flight_) message.index.reset();
  undecided_ = 0;
}

Error RelpPublisher::Undecided(const std::string& why) const {
  return {ErrorKind::kRetry, address_ + ": " + why};
}

}  // namespace nsf::syslog
