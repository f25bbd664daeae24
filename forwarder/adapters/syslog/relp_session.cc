// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/relp_session.h"

#include <poll.h>

#include <array>
#include <exception>
#include <utility>

#include "adapters/syslog/quote.h"

namespace nsf::syslog {
namespace {

constexpr unsigned kOk = 200;
constexpr std::string_view kOffer =
    "relp_version=0\nrelp_software=netskope-forwarder\ncommands=syslog";

Error Over(std::string what) { return {ErrorKind::kRetry, std::move(what)}; }

}  // namespace

Result<std::unique_ptr<RelpSession>> RelpSession::Open(Connector& connector, const Signal& stop,
                                                       SteadyTime until) {
  auto channel = connector.Connect(stop, until);
  if (!channel) return channel.error();
  std::unique_ptr<RelpSession> session(new RelpSession(std::move(*channel)));
  if (auto greeted = session->Greet(stop, until); !greeted) return greeted.error();
  return session;
}

RelpSession::~RelpSession() {
  if (!unsent_.empty() || over_) return;  // in the middle of a frame there is no order to close in
  try {
    AppendRelpFrame(next_transaction_, "close", {}, unsent_);
    [[maybe_unused]] const auto ignored = Write();
  } catch (const std::exception&) {  // out of memory: the connection is closed all the same
  }
}

Result<void> RelpSession::Greet(const Signal& stop, SteadyTime until) {
  AppendRelpFrame(next_transaction_, "open", kOffer, unsent_);
  next_transaction_ = NextRelpTransaction(next_transaction_);
  for (;;) {
    auto answers = Exchange();
    if (!answers) return answers.error();
    if (!answers->empty()) {
      const Answer& first = answers->front();
      if (first.code == kOk) return {};
      return Over("the receiver refuses the RELP session: " + Quoted(first.text) +
                  "; look at its log, and whether it takes the command `syslog`");
    }
    if (WaitFor(fd(), events(), {&stop}, until) != Wake::kReady) {
      return Over(
          "the receiver did not open the RELP session in time; check that it speaks RELP on this "
          "port, and that relps:// is written where it wants TLS");
    }
  }
}

std::uint32_t RelpSession::Send(std::string_view message) {
  const std::uint32_t transaction = next_transaction_;
  AppendRelpFrame(transaction, "syslog", message, unsent_);
  next_transaction_ = NextRelpTransaction(transaction);
  return transaction;
}

Result<std::vector<RelpSession::Answer>> RelpSession::Exchange() {
  if (over_) return *over_;
  auto written = Write();
  // What the receiver said before the connection broke still counts.
  auto read = Read();
  std::vector<Answer> answers;
  for (;;) {
    auto frame = reader_.Next();
    if (!frame) over_ = frame.error();
    if (!frame || !*frame) break;
    if ((*frame)->command == "serverclose") over_ = Over("the receiver ends the RELP session");
    if ((*frame)->command != "rsp" || (*frame)->transaction == 0) continue;
    answers.push_back(
        {(*frame)->transaction, RelpStatus((*frame)->data), std::move((*frame)->data)});
  }
  if (!over_ && !read) over_ = read.error();
  if (!over_ && !written) over_ = written.error();
  if (over_ && answers.empty()) return *over_;
  return answers;
}

std::int16_t RelpSession::events() const {
  return static_cast<std::int16_t>(POLLIN | (unsent_.empty() ? 0 : channel_->blocked_on()));
}

Result<void> RelpSession::Write() {
  while (written_ < unsent_.size()) {
    auto taken = channel_->Write(std::string_view(unsent_).substr(written_));
    if (!taken) return taken.error();
    if (*taken == 0) {
      unsent_.erase(0, std::exchange(written_, 0));
      return {};
    }
    written_ += *taken;
  }
  unsent_.clear();
  written_ = 0;
  return {};
}

// Bounded: a receiver that talks without end must not keep this thread. What is left is read by
// the next call, which follows at once, since this one brought answers.
Result<void> RelpSession::Read() {
  std::array<char, 16'384> said;
  auto count = channel_->Read(said.data(), said.size());
  if (!count) return count.error();
  reader_.Add({said.data(), *count});
  return {};
}

}  // namespace nsf::syslog
