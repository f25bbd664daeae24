// SPDX-License-Identifier: Apache-2.0
// RELP, plain and in TLS, against receivers that confirm, and against ones that misbehave: only
// what is confirmed is delivered, no more than the window is repeated, and a publish always ends.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "adapters/syslog/relp_publisher.h"
#include "adapters/syslog/syslog_probe.h"
#include "contract/syslog/receiver.h"
#include "contract/syslog/relp_peer.h"
#include "contract/syslog/wire.h"

using namespace nsf;
using namespace nsf::testing;
using std::chrono::milliseconds;

namespace {

#define OVER_RELP_AND_RELPS() Wire wire(GENERATE(SyslogTransport::kRelp, SyslogTransport::kRelpTls))

void ConfirmAll(Conversation& conversation) {
  RelpPeer peer(conversation);
  if (peer.Open()) peer.ConfirmAll();
}

// How often each id came, over all connections.
std::map<std::string, std::size_t> Arrived(const Receiver& receiver) {
  std::map<std::string, std::size_t> arrived;
  for (const std::string& text : receiver.texts()) {
    for (const std::string& id : RelpIds(text)) ++arrived[id];
  }
  return arrived;
}

std::size_t Repeats(const std::map<std::string, std::size_t>& arrived) {
  std::size_t repeats = 0;
  for (const auto& [id, count] : arrived) repeats += count - 1;
  return repeats;
}

// Returns how many of the publishes were given up.
std::size_t PublishUntilDecided(Sink& sink, TestBatch& batch, int most) {
  std::size_t given_up = 0;
  for (int i = 0; i < most && batch.Count(OutcomeKind::kUndecided) > 0; ++i) {
    given_up += PublishAndWait(sink, batch.batch) ? 1U : 0U;
  }
  return given_up;
}

}  // namespace

TEST_CASE("RELP: messages are exact, in order, once, and the session is closed", "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  Receiver receiver(ConfirmAll, wire.tls());
  receiver.Listen();
  TestBatch batch(0, 3000);
  {
    const auto sink = MakeSink(wire.Config(receiver));
    CHECK(sink->guarantee().at_least_once);
    CHECK_THAT(sink->guarantee().acknowledged, Catch::Contains("RELP"));
    batch.batch.outcomes[3] = OutcomeKind::kRejected;  // by an earlier call
    CHECK_FALSE(PublishAndWait(*sink, batch.batch));
    TestBatch nothing(0, 0);
    CHECK_FALSE(PublishAndWait(*sink, nothing.batch));
  }
  CHECK(batch.Count(OutcomeKind::kDelivered) == 2999);
  auto wanted = batch.ids();
  wanted.erase(wanted.begin() + 3);
  REQUIRE(receiver.WaitFor([](const auto& t) { return t[0].find(" close 0\n") != t[0].npos; }));
  const std::string text = receiver.texts()[0];
  CHECK(RelpIds(text) == wanted);
  CHECK_THAT(text, Catch::StartsWith("1 open 63 relp_version=0\nrelp_software=netskope-forwarder\n"
                                     "commands=syslog\n2 syslog "));
  CHECK_THAT(text, Catch::Contains(" <109>1 1970-01-01T00:00:00Z fw1 netskope-audit - LOGIN "));
}

TEST_CASE("RELP: no more than the window is under way", "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  constexpr std::size_t kWindow = 10;
  std::atomic<std::size_t> most = 0;
  Receiver receiver(
      [&](Conversation& c) {
        RelpPeer peer(c);
        if (!peer.Open()) return;
        std::vector<PeerFrame> waiting;
        while (auto frame = peer.Next()) {
          waiting.push_back(*frame);
          most = std::max(most.load(), waiting.size());
          if (waiting.size() < kWindow && frame->data.find("id=\"94\"") == std::string::npos) {
            continue;
          }
          // The last first: an answer names its message.
          std::reverse(waiting.begin(), waiting.end());
          for (const PeerFrame& one : waiting) peer.Respond(one, "200 OK");
          waiting.clear();
        }
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.window = kWindow;
  const auto sink = MakeSink(config);
  TestBatch batch(0, 95);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 95);
  CHECK(most == kWindow);
}

TEST_CASE("RELP: a connection that breaks repeats what was not confirmed, at most the window",
          "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  constexpr std::size_t kWindow = 50;
  const bool in_order = GENERATE(true, false);
  Receiver receiver(
      [&](Conversation& c) {
        if (c.index() >= 5) return ConfirmAll(c);
        RelpPeer peer(c);
        if (!peer.Open()) return;
        for (std::size_t i = 0; i < 300 + 7 * c.index(); ++i) {
          const auto frame = peer.Next();
          if (!frame || !peer.Respond(*frame, "200 OK")) return;
        }
        for (int i = 0; i < 20; ++i) peer.Next();  // taken and not confirmed
        if (in_order) {
          c.Write("0 serverclose 0\n");
        } else {
          c.Reset();
        }
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.window = kWindow;
  config.timings.patience = milliseconds(5000);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 3000);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 3000);
  const auto arrived = Arrived(receiver);
  CHECK(arrived.size() == 3000);
  CHECK(Repeats(arrived) <= 5 * kWindow);
  CHECK(Repeats(arrived) > 0);
}

TEST_CASE("RELP: a receiver that resets all the time is no hindrance for long", "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  std::atomic<bool> well = false;
  Receiver receiver(
      [&](Conversation& c) {
        if (well) return ConfirmAll(c);
        RelpPeer peer(c);
        if (c.index() % 2 == 0 && !peer.Open()) return;
        if (c.index() % 4 == 0) peer.Next();
        c.Reset();
      },
      wire.tls());
  receiver.Listen();
  const auto sink = MakeSink(wire.Config(receiver));
  TestBatch batch(0, 2000);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK(batch.Count(OutcomeKind::kUndecided) == 2000);
  well = true;
  PublishUntilDecided(*sink, batch, 20);
  CHECK(batch.Count(OutcomeKind::kDelivered) == 2000);
}

TEST_CASE("RELP: a refusal is an error that names it, and no loss", "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  struct Case {
    const char* what;
    std::function<void(Conversation&, RelpPeer&)> first;
    const char* said;
    const char* advice;
  };
  const std::vector<Case> cases = {
      {"500 to a message",
       [](Conversation&, RelpPeer& peer) {
         if (peer.Open()) peer.Respond(*peer.Next(), "500 disk full\n");
       },
       "refuses a message: \"500 disk full?\"", "look at its log"},
      {"500 to open", [](Conversation&, RelpPeer& peer) { peer.Respond(*peer.Next(), "500 go"); },
       "refuses the RELP session: \"500 go\"", "look at its log"},
      {"garbage to open",
       [](Conversation& c, RelpPeer& peer) {
         peer.Next();
         c.Write("220 mail.example ESMTP\r\n");
       },
       "no RELP (\"220 mail", "speaks RELP on this port"},
      {"garbage later",
       [](Conversation& c, RelpPeer& peer) {
         if (peer.Open() && peer.Next()) c.Write("\xff\xfe\n");
       },
       "no RELP (\"??", "speaks RELP on this port"},
      {"an answer to nothing",
       [](Conversation& c, RelpPeer& peer) {
         if (peer.Open() && peer.Next()) c.Write("4711 rsp 6 200 OK\n");
       },
       "a transaction that it was not given", "look for"},
      {"a close in the middle of an answer",
       [](Conversation& c, RelpPeer& peer) {
         if (peer.Open() && peer.Next()) c.Write("2 rsp 6 200");
       },
       "closed the connection", ""},
      {"nothing to open", [](Conversation& c, RelpPeer&) { c.ReadToTheEnd(); },
       "did not open the RELP session in time", "relps://"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    std::atomic<bool> well = false;
    Receiver receiver(
        [&](Conversation& conversation) {
          if (well) return ConfirmAll(conversation);
          RelpPeer peer(conversation);
          c.first(conversation, peer);
        },
        wire.tls());
    receiver.Listen();
    SyslogSinkConfig config = wire.Config(receiver);
    const bool is_silent = std::string_view(c.what) == "nothing to open";
    config.timings.connect_timeout = milliseconds(is_silent ? 300 : 5000);
    const auto sink = MakeSink(config);
    TestBatch batch(0, 30);
    const auto error = PublishAndWait(*sink, batch.batch);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kRetry);
    CHECK_THAT(error->message, Catch::StartsWith("sink siem: relp") && Catch::Contains(c.said) &&
                                   Catch::Contains(c.advice));
    CHECK(batch.Count(OutcomeKind::kRejected) == 0);
    well = true;
    PublishUntilDecided(*sink, batch, 20);
    CHECK(batch.Count(OutcomeKind::kDelivered) == 30);
  }
}

TEST_CASE("RELP: a receiver that never reads is told and kept, memory and repeats stay bounded",
          "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  syslog::Signal thaw;
  Receiver receiver(
      [&](Conversation& c) {
        RelpPeer peer(c);
        if (!peer.Open()) return;
        c.Freeze(thaw);
        peer.ConfirmAll();
      },
      wire.tls());
  receiver.Listen(4096);
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.stall = milliseconds(200);
  config.window = 2000;  // more than what may be under way in bytes, and than a socket takes
  const auto sink = MakeSink(config);
  TestBatch batch(0, 2000, 1000);
  for (int i = 0; i < 3; ++i) {
    const auto error = PublishAndWait(*sink, batch.batch);
    REQUIRE(error);
    CHECK_THAT(error->message, Catch::Contains("has answered nothing for") &&
                                   Catch::Contains("look at its queues"));
  }
  thaw.Raise();
  // Those before the thaw left the same messages under way; on a busy machine it stalls once more.
  const std::size_t given_up = 1 + PublishUntilDecided(*sink, batch, 50);
  CHECK(batch.Count(OutcomeKind::kDelivered) == 2000);
  CHECK(receiver.texts().size() == 1);
  CHECK(Repeats(Arrived(receiver)) <= given_up * (syslog::RelpPublisher::kInFlightBytes / 1000));
}

TEST_CASE("RELP: stopping ends a publish as undecided, soon", "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  syslog::Signal never;
  Receiver receiver(
      [&](Conversation& c) {
        RelpPeer peer(c);
        if (peer.Open()) c.Freeze(never);
      },
      wire.tls());
  receiver.Listen();
  auto sink = MakeSink(wire.Config(receiver));
  TestBatch batch(0, 10);
  std::optional<Error> error;
  sink->Publish(batch.batch, [&](std::optional<Error> e) { error = std::move(e); });
  REQUIRE(receiver.WaitFor([](const auto& t) { return !t.empty() && RelpIds(t[0]).size() == 0; }));
  const auto begin = syslog::SteadyNow();
  sink.reset();
  CHECK(syslog::SteadyNow() - begin < std::chrono::seconds(2));
  REQUIRE(error);
  CHECK(batch.Count(OutcomeKind::kUndecided) == 10);
}

TEST_CASE("RELP: the probe opens a session, and tells who does not speak it", "[syslog][relp]") {
  OVER_RELP_AND_RELPS();
  Receiver receiver(ConfirmAll, wire.tls());
  receiver.Listen();
  CHECK(ProbeSyslog(wire.Config(receiver), milliseconds(5000)));
  Receiver other([](Conversation& c) { c.ReadToTheEnd(); }, wire.tls());
  other.Listen();
  const auto refused = ProbeSyslog(wire.Config(other), milliseconds(200));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("RELP"));
}

TEST_CASE("RELP over TLS: a receiver that cannot prove who it is gets nothing", "[syslog][relp]") {
  const Wire wire(SyslogTransport::kRelpTls);
  const auto expired =
      MakeCertificate(wire.directory, {"old", "IP:127.0.0.1", &wire.ca, false, -9, -1});
  Receiver receiver(ConfirmAll, ReceiverTls{expired, ""});
  receiver.Listen();
  const auto sink = MakeSink(wire.Config(receiver));
  TestBatch batch(0, 3);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("relps://") && Catch::Contains("expired"));
  for (const std::string& text : receiver.texts()) CHECK(text.empty());
}
