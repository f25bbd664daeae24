// SPDX-License-Identifier: Apache-2.0
// A session on a connection that takes a few bytes at a time and often none.
#include "adapters/syslog/relp_session.h"

#include <poll.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

using namespace nsf;
using namespace nsf::syslog;

namespace {

struct Line {
  std::string taken;     // what was written
  std::string answers;   // what is to be read
  std::size_t most = 3;  // bytes that a write takes
  bool would_block = false;
};

class NarrowChannel : public ByteChannel {
 public:
  explicit NarrowChannel(Line& line) : line_(line) { ready_.Raise(); }
  Result<std::size_t> Write(std::string_view bytes) override {
    line_.would_block = !line_.would_block;
    if (line_.would_block) return std::size_t{0};
    const std::size_t count = std::min(line_.most, bytes.size());
    line_.taken += bytes.substr(0, count);
    return count;
  }
  Result<std::size_t> Read(char* into, std::size_t room) override {
    // The answer to `open` comes when all of that has arrived.
    if (line_.taken.find("commands=syslog\n") == std::string::npos) return std::size_t{0};
    const std::size_t count = std::min({room, line_.most, line_.answers.size()});
    std::copy_n(line_.answers.begin(), count, into);
    line_.answers.erase(0, count);
    return count;
  }
  std::int16_t blocked_on() const override { return POLLOUT; }
  std::uint64_t wire_bytes() const override { return line_.taken.size(); }
  int fd() const override { return ready_.fd(); }

 private:
  Line& line_;
  Signal ready_;
};

class NarrowConnector : public Connector {
 public:
  explicit NarrowConnector(Line& line) : line_(line) {}
  Result<std::unique_ptr<ByteChannel>> Connect(const Signal&, SteadyTime) override {
    return std::unique_ptr<ByteChannel>(std::make_unique<NarrowChannel>(line_));
  }

 private:
  Line& line_;
};

}  // namespace

TEST_CASE("RELP: what is taken in pieces arrives whole, and once", "[syslog][relp]") {
  Line line;
  line.answers = "1 rsp 6 200 OK\n2 rsp 6 200 OK\n3 rsp 6 200 OK\n";
  NarrowConnector connector(line);
  const Signal never;
  auto session = RelpSession::Open(connector, never, SteadyNow() + std::chrono::seconds(5));
  REQUIRE(session);
  CHECK((*session)->Send("first") == 2);
  CHECK((*session)->Send("second") == 3);
  CHECK(((*session)->events() & POLLOUT) != 0);
  std::vector<std::uint32_t> confirmed;
  for (int i = 0; i < 100; ++i) {
    auto answers = (*session)->Exchange();
    REQUIRE(answers);
    for (const auto& answer : *answers) confirmed.push_back(answer.transaction);
  }
  CHECK(confirmed == std::vector<std::uint32_t>{2, 3});
  CHECK(((*session)->events() & POLLOUT) == 0);
  const std::string open =
      "1 open 63 relp_version=0\nrelp_software=netskope-forwarder\n"
      "commands=syslog\n";
  CHECK(line.taken == open + "2 syslog 5 first\n3 syslog 6 second\n");
  line.most = 1000;
  line.would_block = true;
  session->reset();
  CHECK_THAT(line.taken, Catch::EndsWith("second\n4 close 0\n"));
}

TEST_CASE("RELP: a session that ends in the middle of a frame is not closed in order",
          "[syslog][relp]") {
  Line line;
  line.answers = "1 rsp 6 200 OK\n";
  NarrowConnector connector(line);
  const Signal never;
  auto session = RelpSession::Open(connector, never, SteadyNow() + std::chrono::seconds(5));
  REQUIRE(session);
  (*session)->Send("message");
  for (int i = 0; i < 4; ++i) REQUIRE((*session)->Exchange());
  line.most = 1000;
  line.would_block = true;
  session->reset();
  CHECK(line.taken.find("close") == std::string::npos);
}
