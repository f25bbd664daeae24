// SPDX-License-Identifier: Apache-2.0
// UDP against a socket of the test's own: exact datagrams, refusals, sizes.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <stdexcept>

#include "contract/syslog/receiver.h"

using namespace nsf;
using namespace nsf::testing;

namespace {

class UdpReceiver {
 public:
  explicit UdpReceiver(std::uint16_t port = 0, int family = AF_INET)
      : fd_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage storage{};
    auto* const any = static_cast<sockaddr*>(static_cast<void*>(&storage));
    socklen_t size = sizeof(sockaddr_in);
    if (family == AF_INET6) {
      auto* const v6 = static_cast<sockaddr_in6*>(static_cast<void*>(&storage));
      v6->sin6_family = AF_INET6;
      v6->sin6_addr = in6addr_loopback;
      v6->sin6_port = htons(port);
      size = sizeof(sockaddr_in6);
    } else {
      auto* const v4 = static_cast<sockaddr_in*>(static_cast<void*>(&storage));
      v4->sin_family = AF_INET;
      v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      v4->sin_port = htons(port);
    }
    if (::bind(fd_.get(), any, size) != 0) throw std::runtime_error("bind");
    ::getsockname(fd_.get(), any, &size);
    port_ = ntohs(static_cast<sockaddr_in*>(static_cast<void*>(&storage))->sin_port);
  }

  std::uint16_t port() const { return port_; }

  // The next datagram; throws when none comes.
  std::string Receive() {
    const syslog::Signal never;
    if (syslog::WaitFor(fd_.get(), POLLIN, {&never},
                        syslog::SteadyNow() + std::chrono::seconds(5)) != syslog::Wake::kReady) {
      throw std::runtime_error("no datagram");
    }
    std::string datagram(70'000, '\0');
    const ssize_t size = ::recv(fd_.get(), datagram.data(), datagram.size(), 0);
    datagram.resize(static_cast<std::size_t>(size));
    return datagram;
  }

 private:
  syslog::FileDescriptor fd_;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("UDP: one message a datagram, without a count", "[syslog][udp]") {
  const int family = GENERATE(AF_INET, AF_INET6);
  UdpReceiver receiver(0, family);
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kUdp, receiver.port());
  if (family == AF_INET6) config.addresses[0].host = "::1";
  const auto sink = MakeSink(config);
  CHECK_FALSE(sink->guarantee().at_least_once);
  TestBatch batch(0, 30);
  batch.batch.outcomes[7] = OutcomeKind::kDelivered;
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 30);
  for (int i = 0; i < 30; ++i) {
    if (i == 7) continue;
    const std::string datagram = receiver.Receive();
    CHECK_THAT(datagram, Catch::StartsWith("<109>1 1970-01-01T00:00:00Z fw1 netskope-audit - LOGIN "
                                           "[netskope@0 tenant=\"acme\" stream=\"audit\" id=\"" +
                                           std::to_string(i) + "\""));
  }
}

TEST_CASE("UDP: refused datagrams are undecided and sent again", "[syslog][udp]") {
  std::uint16_t port = 0;
  {
    const UdpReceiver gone;
    port = gone.port();
  }
  const auto sink = MakeSink(QuickConfig(SyslogTransport::kUdp, port));
  TestBatch batch(0, 10);
  for (int i = 0; i < 3; ++i) {
    const auto error = PublishAndWait(*sink, batch.batch);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kRetry);
    CHECK_THAT(error->message, Catch::Contains("udp://127.0.0.1:" + std::to_string(port)) &&
                                   Catch::Contains("nobody listens") &&
                                   Catch::Contains("sink siem"));
    CHECK(batch.Count(OutcomeKind::kUndecided) == 10);
  }
  UdpReceiver back(port);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 10);
  for (int i = 0; i < 10; ++i) {
    CHECK_THAT(back.Receive(), Catch::Contains("id=\"" + std::to_string(i) + "\""));
  }
}

TEST_CASE("UDP: the largest datagram goes, a larger message is rejected", "[syslog][udp]") {
  UdpReceiver receiver;
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kUdp, receiver.port());
  config.message.max_message_bytes = 65'507;
  const auto sink = MakeSink(config);
  TestBatch probe(0, 1, 1);
  CHECK_FALSE(PublishAndWait(*sink, probe.batch));
  const std::size_t header = receiver.Receive().size() - 1;

  TestBatch exact(0, 1, 65'507 - header);
  CHECK_FALSE(PublishAndWait(*sink, exact.batch));
  CHECK(exact.Count(OutcomeKind::kDelivered) == 1);
  CHECK(receiver.Receive().size() == 65'507);

  TestBatch larger(0, 1, 65'508 - header);
  CHECK_FALSE(PublishAndWait(*sink, larger.batch));
  REQUIRE(larger.batch.rejections.size() == 1);
  CHECK(larger.batch.outcomes[0] == OutcomeKind::kRejected);
  CHECK(larger.batch.rejections[0].reason == "too_large");
}

TEST_CASE("UDP: a sink that is stopped leaves the rest undecided at once", "[syslog][udp]") {
  UdpReceiver receiver;
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kUdp, receiver.port());
  config.udp.datagrams_per_second = 1;
  auto sink = MakeSink(config);
  TestBatch batch(0, 100);
  std::optional<Error> error;
  sink->Publish(batch.batch, [&](std::optional<Error> e) { error = std::move(e); });
  receiver.Receive();
  const auto begin = syslog::SteadyNow();
  sink.reset();
  CHECK(syslog::SteadyNow() - begin < std::chrono::seconds(2));
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK(batch.Count(OutcomeKind::kUndecided) > 90);
}
