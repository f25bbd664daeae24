// SPDX-License-Identifier: Apache-2.0
// Several addresses: the first that can be reached is used, and the next one when it is lost.
#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include "adapters/syslog/syslog_probe.h"
#include "contract/syslog/receiver.h"

using namespace nsf;
using namespace nsf::testing;
using std::chrono::milliseconds;

namespace {

void ReadAll(Conversation& conversation) { conversation.ReadToTheEnd(); }

SyslogSinkConfig Both(const Receiver& a, const Receiver& b) {
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kTcp, a.port());
  config.addresses.push_back({SyslogTransport::kTcp, "127.0.0.1", b.port()});
  return config;
}

}  // namespace

TEST_CASE("the first address is used while it can be reached", "[syslog][failover]") {
  Receiver a(ReadAll), b(ReadAll);
  a.Listen();
  b.Listen();
  const auto sink = MakeSink(Both(a, b));
  TestBatch batch(0, 100);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  REQUIRE(a.WaitFor([](const auto& t) { return Ids(t[0]).size() == 100; }));
  CHECK(b.texts().empty());
}

TEST_CASE("an address that refuses is passed over, and the log says where it went",
          "[syslog][failover]") {
  Receiver a(ReadAll), b(ReadAll);
  b.Listen();
  std::mutex mutex;
  std::string log;
  auto sink = SyslogSink::Create(Both(a, b), [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    log += line;
  });
  REQUIRE(sink);
  TestBatch batch(0, 100);
  CHECK_FALSE(PublishAndWait(**sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 100);
  const std::lock_guard lock(mutex);
  CHECK_THAT(log, Catch::Contains("tcp://127.0.0.1:" + std::to_string(b.port()) + " now"));
}

TEST_CASE("a lost connection goes on at the next address, and nothing is lost",
          "[syslog][failover]") {
  syslog::Signal close;
  Receiver a([&](Conversation& c) {
    c.Read(5000);
    c.Freeze(close);
  });
  Receiver b(ReadAll);
  a.Listen();
  b.Listen();
  const auto sink = MakeSink(Both(a, b));
  TestBatch batch(0, 300);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 300);
  close.Raise();
  REQUIRE(b.WaitFor([](const auto& t) { return !t.empty() && Ids(t[0]).size() == 300; }));
}

TEST_CASE("where no address can be reached each is told with its reason", "[syslog][failover]") {
  const Receiver a(ReadAll), b(ReadAll);
  const SyslogSinkConfig config = Both(a, b);
  const auto sink = MakeSink(config);
  TestBatch batch(0, 1);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  for (const SyslogAddress& address : config.addresses) {
    CHECK_THAT(error->message, Catch::Contains(ToString(address) + ": cannot connect"));
  }
  const auto probe = ProbeSyslog(config, milliseconds(500));
  REQUIRE_FALSE(probe);
  CHECK_THAT(probe.error().message, Catch::Contains("refused"));
}
