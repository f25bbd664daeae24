// SPDX-License-Identifier: Apache-2.0
// TCP and TLS against receivers that misbehave: what is delivered is there, what is lost on the way
// is sent again, and a publish always ends.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <set>

#include "adapters/syslog/stream_publisher.h"
#include "adapters/syslog/tcp_channel.h"
#include "contract/syslog/receiver.h"
#include "contract/syslog/wire.h"

using namespace nsf;
using namespace nsf::testing;
using std::chrono::milliseconds;

namespace {

// Each case runs over TCP and over TLS.
#define OVER_TCP_AND_TLS() Wire wire(GENERATE(SyslogTransport::kTcp, SyslogTransport::kTls))

bool HasAll(const std::string& text, const std::vector<std::string>& wanted) {
  const auto ids = Ids(text);
  const std::set<std::string> have(ids.begin(), ids.end());
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const std::string& id) { return have.count(id) == 1; });
}

void ReadAll(Conversation& conversation) { conversation.ReadToTheEnd(); }

}  // namespace

TEST_CASE("frames are exact, in order and once", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  Receiver receiver(
      [](Conversation& c) {
        for (std::size_t n = 1; c.Read(n); n = n % 97 + 1) {
        }
      },
      wire.tls());
  receiver.Listen();
  const auto sink = MakeSink(wire.Config(receiver));
  CHECK(sink->guarantee().at_least_once);
  TestBatch first(0, 100);
  first.batch.outcomes[3] = OutcomeKind::kDelivered;  // by an earlier call
  first.batch.outcomes[4] = OutcomeKind::kRejected;
  CHECK_FALSE(PublishAndWait(*sink, first.batch));
  CHECK(first.Count(OutcomeKind::kDelivered) == 99);
  TestBatch second(100, 1, 7000);
  CHECK_FALSE(PublishAndWait(*sink, second.batch));
  TestBatch nothing(0, 0);
  CHECK_FALSE(PublishAndWait(*sink, nothing.batch));

  std::vector<std::string> wanted = first.ids();
  wanted.erase(wanted.begin() + 3, wanted.begin() + 5);
  wanted.push_back("100");
  REQUIRE(receiver.WaitFor([&](const auto& t) { return Ids(t[0]).size() == wanted.size(); }));
  CHECK(Ids(receiver.texts()[0]) == wanted);
  CHECK(Frames(receiver.texts()[0])[0] ==
        "<109>1 1970-01-01T00:00:00Z fw1 netskope-audit - LOGIN [netskope@0 tenant=\"acme\" "
        "stream=\"audit\" id=\"0\" severity=\"unknown\"] " +
            std::string(200, 'a'));
}

TEST_CASE("poison is rejected and the rest delivered", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  Receiver receiver(ReadAll, wire.tls());
  receiver.Listen();
  const auto sink = MakeSink(wire.Config(receiver));
  TestBatch batch(0, 5);
  const std::string large(8001, 'x');
  batch.batch.records[1].value = large;
  batch.batch.records[3].value = "two\nlines";
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 3);
  REQUIRE(batch.batch.rejections.size() == 2);
  CHECK(batch.batch.rejections[0].index == 1);
  CHECK(batch.batch.rejections[0].reason == "too_large");
  CHECK(batch.batch.rejections[1].index == 3);
  CHECK(batch.batch.rejections[1].reason == "invalid");
}

TEST_CASE("a reset in the middle of a frame loses nothing", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  Receiver receiver(
      [](Conversation& c) {
        if (c.index() >= 3) return c.ReadToTheEnd();
        for (int i = 0; i < 5; ++i) c.Read(20'000 + 7 * c.index());
        c.Reset();
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.patience = milliseconds(5000);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 5000, 1000);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 5000);
  std::string whole;  // of each connection only what was complete counts
  CHECK(receiver.WaitFor([&](const auto& t) {
    const auto last = Ids(t.back());
    return t.size() == 4 && !last.empty() && last.back() == "4999";
  }));
  std::set<std::string> seen;
  for (const std::string& text : receiver.texts()) {
    const auto ids = Ids(text);
    for (std::size_t i = 1; i < ids.size(); ++i) REQUIRE(std::stoi(ids[i - 1]) < std::stoi(ids[i]));
    seen.insert(ids.begin(), ids.end());
  }
  CHECK(seen.size() == 5000);
}

TEST_CASE("what a receiver acknowledged and never read is sent again, also without a new batch",
          "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  syslog::Signal close;
  Receiver receiver(
      [&](Conversation& c) {
        if (c.index() > 0) return c.ReadToTheEnd();
        c.Read(5000);
        c.Freeze(close);
      },
      wire.tls());
  receiver.Listen();
  const auto sink = MakeSink(wire.Config(receiver));
  TestBatch batch(0, 300);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 300);
  close.Raise();
  REQUIRE(
      receiver.WaitFor([&](const auto& t) { return t.size() > 1 && HasAll(t[1], batch.ids()); }));
}

TEST_CASE("no more than `resend` is sent again", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  syslog::Signal close;
  Receiver receiver(
      [&](Conversation& c) {
        if (c.index() > 0) return c.ReadToTheEnd();
        while (Frames(receiver.texts()[0]).size() < 300) c.Read(65'536);
        c.Freeze(close);
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.resend_bytes = 20'000;
  const auto sink = MakeSink(config);
  TestBatch batch(0, 300);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  close.Raise();
  REQUIRE(receiver.WaitFor([&](const auto& t) { return t.size() > 1 && HasAll(t[1], {"299"}); }));
  CHECK(receiver.texts()[1].size() <= 20'000);
  CHECK(receiver.texts()[1].size() > 19'000);
}

TEST_CASE("a receiver that accepts, takes and closes is never believed", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  Receiver receiver(
      [&](Conversation& c) {
        c.Read(100);
        if (c.index() % 2 == 0) c.Reset();
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.probation = milliseconds(1000);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 10);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK(batch.Count(OutcomeKind::kUndecided) == 10);
  CHECK(receiver.texts().size() > 1);
}

TEST_CASE("what a lost connection took does not count on the next one", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  syslog::Signal never;
  Receiver receiver(
      [&](Conversation& c) {
        if (c.index() > 0) return c.Freeze(never);
        for (int i = 0; i < 100; ++i) c.Read(5000);
        c.Reset();
      },
      wire.tls());
  receiver.Listen(4096);
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.probation = milliseconds(500);
  config.timings.patience = milliseconds(5000);
  config.timings.stall = milliseconds(800);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 2000, 1000);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("has taken nothing"));
  CHECK(batch.Count(OutcomeKind::kDelivered) < 50);
}

TEST_CASE("a publish without a receiver ends, and goes on when there is one", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  Receiver receiver(ReadAll, wire.tls());
  const SyslogSinkConfig config = wire.Config(receiver);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 2000, 1000);
  for (int i = 0; i < 2; ++i) {
    const auto error = PublishAndWait(*sink, batch.batch);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kRetry);
    CHECK_THAT(error->message, Catch::Contains(ToString(config.addresses[0])) &&
                                   Catch::Contains("refused") && Catch::Contains("check that"));
    CHECK(batch.Count(OutcomeKind::kUndecided) == 2000);
  }
  receiver.Listen();
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  REQUIRE(receiver.WaitFor([&](const auto& t) { return Ids(t[0]).size() == 2000; }));
  CHECK(Ids(receiver.texts()[0]) == batch.ids());
}

TEST_CASE("a name that does not exist is told as such", "[syslog][stream]") {
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kTcp, 1);
  config.addresses[0].host = "no-such-host.invalid";
  const auto sink = MakeSink(config);
  TestBatch batch(0, 1);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("no-such-host.invalid") &&
                                 Catch::Contains("resolved") && Catch::Contains("name service"));
}

TEST_CASE("a receiver that reads nothing is told, kept, and repeats stay bounded",
          "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  syslog::Signal thaw;
  Receiver receiver(
      [&](Conversation& c) {
        c.Freeze(thaw);
        c.ReadToTheEnd();
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.stall = milliseconds(300);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 20'000, 1000);
  for (int i = 0; i < 3; ++i) {
    const auto error = PublishAndWait(*sink, batch.batch);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kRetry);
    CHECK_THAT(error->message, Catch::Contains("has taken nothing"));
  }
  const std::size_t sent_before = batch.Count(OutcomeKind::kDelivered);
  // What the receiver holds unread is never more than what would be sent again.
  CHECK(sent_before * 1100 < config.resend_bytes);
  thaw.Raise();
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  REQUIRE(receiver.WaitFor([&](const auto& t) {
    return t.size() == 1 && t[0].size() > 22'000'000 && Ids(t[0]).back() == "19999";
  }));
  const auto ids = Ids(receiver.texts()[0]);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 20'000);
  CHECK(ids.size() - 20'000 <= syslog::StreamPublisher::kInFlightBytes / 1000);
}

TEST_CASE("a receiver that never reads again is given up", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  syslog::Signal never;
  Receiver receiver(
      [&](Conversation& c) {
        if (c.index() > 0) return c.ReadToTheEnd();
        c.Freeze(never);
      },
      wire.tls());
  receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.stall = milliseconds(60);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 20'000, 1000);
  int calls = 0;
  while (PublishAndWait(*sink, batch.batch) && ++calls < 100) {
  }
  CHECK(calls < 100);
  CHECK(calls >= 5);
  REQUIRE(receiver.WaitFor([&](const auto& t) {
    return t.size() == 2 && !t[1].empty() && Ids(t[1]).back() == "19999";
  }));
  CHECK(HasAll(receiver.texts()[1], batch.ids()));
}

TEST_CASE("stopping ends every publish as undecided, soon", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  syslog::Signal never;
  Receiver receiver([&](Conversation& c) { c.Freeze(never); }, wire.tls());
  const bool listening = GENERATE(true, false);
  if (listening) receiver.Listen();
  SyslogSinkConfig config = wire.Config(receiver);
  config.timings.patience = std::chrono::minutes(1);
  config.timings.longest_back_off = std::chrono::minutes(1);
  auto sink = MakeSink(config);
  TestBatch first(0, 20'000, 1000);
  TestBatch second(0, 1);
  std::atomic<int> calls = 0;
  std::vector<std::optional<Error>> errors(2);
  sink->Publish(first.batch, [&](std::optional<Error> e) { errors[0] = std::move(e), ++calls; });
  sink->Publish(second.batch, [&](std::optional<Error> e) { errors[1] = std::move(e), ++calls; });
  if (listening) REQUIRE(receiver.WaitFor([](const auto& t) { return !t.empty(); }));
  const auto begin = syslog::SteadyNow();
  sink.reset();
  CHECK(syslog::SteadyNow() - begin < std::chrono::seconds(2));
  CHECK(calls == 2);
  for (const auto& error : errors) {
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kRetry);
  }
  CHECK(second.Count(OutcomeKind::kUndecided) == 1);
}

TEST_CASE("several streams share a sink", "[syslog][stream]") {
  OVER_TCP_AND_TLS();
  Receiver receiver(ReadAll, wire.tls());
  receiver.Listen();
  const auto sink = MakeSink(wire.Config(receiver));
  std::vector<std::thread> streams;
  std::atomic<int> failures = 0;
  for (std::size_t s = 0; s < 4; ++s) {
    streams.emplace_back([&, s] {
      for (std::size_t i = 0; i < 5; ++i) {
        TestBatch batch(s * 1000 + i * 100, 100);
        if (PublishAndWait(*sink, batch.batch)) ++failures;
      }
    });
  }
  for (std::thread& stream : streams) stream.join();
  CHECK(failures == 0);
  CHECK(receiver.WaitFor([](const auto& t) { return Ids(t[0]).size() == 2000; }));
}

TEST_CASE("frames held in memory stay bounded", "[syslog][stream]") {
  Receiver receiver(ReadAll);
  receiver.Listen();
  const SyslogAddress address{SyslogTransport::kTcp, "127.0.0.1", receiver.port()};
  const syslog::Signal stop;
  constexpr std::size_t kResend = 300'000;
  syslog::StreamTimings timings;
  timings.probation = milliseconds(1);
  syslog::StreamPublisher publisher(
      "tcp", std::make_unique<syslog::TcpConnector>(address),
      syslog::MessageWriter(SyslogMessageSettings{}), SyslogFraming::kOctetCounting, kResend,
      timings, [](std::string_view) {}, stop);
  for (std::size_t i = 0; i < 5; ++i) {
    TestBatch batch(0, 5000, 1000);
    REQUIRE_FALSE(publisher.Publish(batch.batch));
    CHECK(publisher.held_bytes() <= kResend);
    CHECK(publisher.held_bytes() > kResend - 2000);
  }
}

TEST_CASE("settings that cannot work are refused by their key", "[syslog][settings]") {
  struct Case {
    const char* key;
    std::function<void(SyslogSinkConfig&)> change;
  };
  const auto c = GENERATE(values<Case>({
      {"address", [](SyslogSinkConfig& s) { s.addresses[0].host = ""; }},
      {"facility", [](SyslogSinkConfig& s) { s.message.facility = 24; }},
      {"app_name", [](SyslogSinkConfig& s) { s.message.app_name = ""; }},
      {"app_name", [](SyslogSinkConfig& s) { s.message.app_name = "a b"; }},
      {"app_name", [](SyslogSinkConfig& s) { s.message.app_name = std::string(49, 'a'); }},
      {"hostname", [](SyslogSinkConfig& s) { s.message.hostname = "h\xC3\xA4"; }},
      {"max_message_bytes", [](SyslogSinkConfig& s) { s.message.max_message_bytes = 479; }},
      {"max_message_bytes", [](SyslogSinkConfig& s) { s.message.max_message_bytes = 65'508; }},
      {"resend", [](SyslogSinkConfig& s) { s.resend_bytes = std::size_t{1} << 40; }},
      {"datagrams per second", [](SyslogSinkConfig& s) { s.udp.datagrams_per_second = 0; }},
  }));
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kUdp, 514);
  c.change(config);
  const auto sink = SyslogSink::Create(config, [](std::string_view) {});
  REQUIRE_FALSE(sink);
  CHECK(sink.error().kind == ErrorKind::kConfiguration);
  CHECK_THAT(sink.error().message, Catch::StartsWith("sink siem: ") && Catch::Contains(c.key));
}
