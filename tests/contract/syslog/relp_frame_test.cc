// SPDX-License-Identifier: Apache-2.0
// RELP frames: what is written, what is read however it is cut, and what is refused.
#include "adapters/syslog/relp_frame.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace nsf;
using namespace nsf::syslog;

TEST_CASE("a RELP frame is as the protocol has it", "[syslog][relp]") {
  std::string out;
  AppendRelpFrame(1, "open", "relp_version=0", out);
  AppendRelpFrame(999'999'999, "syslog", "two\nlines \xE2\x82\xAC", out);
  AppendRelpFrame(3, "close", "", out);
  CHECK(out ==
        "1 open 14 relp_version=0\n999999999 syslog 13 two\nlines \xE2\x82\xAC\n3 close 0\n");
}

TEST_CASE("transactions go round, and 0 is none", "[syslog][relp]") {
  CHECK(NextRelpTransaction(1) == 2);
  CHECK(NextRelpTransaction(999'999'998) == 999'999'999);
  CHECK(NextRelpTransaction(999'999'999) == 1);
}

TEST_CASE("frames are read however they arrive", "[syslog][relp]") {
  const std::string text =
      "1 rsp 29 200 OK\nrelp_version=0\nx=1 2 3\n2 rsp 6 200 OK\n3 rsp 0\n"
      "4 rsp 0 \n0 serverclose 0\n";
  const std::size_t step = GENERATE(as<std::size_t>(), 1, 2, 3, 7, 1000);
  RelpReader reader;
  std::vector<RelpFrame> frames;
  for (std::size_t at = 0; at < text.size(); at += step) {
    reader.Add(std::string_view(text).substr(at, step));
    for (;;) {
      auto frame = reader.Next();
      REQUIRE(frame);
      if (!*frame) break;
      frames.push_back(**frame);
    }
  }
  REQUIRE(frames.size() == 5);
  CHECK(frames[0].transaction == 1);
  CHECK(frames[0].data == "200 OK\nrelp_version=0\nx=1 2 3");
  CHECK(frames[1].data == "200 OK");
  CHECK(frames[2].transaction == 3);
  CHECK(frames[2].data.empty());
  CHECK(frames[3].transaction == 4);
  CHECK(frames[4].command == "serverclose");
}

TEST_CASE("what is no RELP is told, soon and for good", "[syslog][relp]") {
  const auto text =
      GENERATE(as<std::string>(), "HTTP/1.1 400 Bad Request\r\n\r\n", "\n", "hello\n",
               "1 rsp x 200 OK\n", "x rsp 6 200 OK\n", "1 r5p 6 200 OK\n", "1 rsp 6 200 OKAY\n",
               "1 rsp 6\n200 OK\n", "1 rsp 16385 200 OK\n", "1 rsp 9999999999 200 OK\n",
               "1234567890 rsp 6 200 OK\n", "220 mail.example ESMTP\r\n", std::string(54, '1'),
               "1 " + std::string(60, 'a'), std::string("\x15\x03\x01\0\x02\x02\n", 7));
  RelpReader reader;
  reader.Add(text);
  const auto frame = reader.Next();
  CAPTURE(text);
  REQUIRE_FALSE(frame);
  CHECK_THAT(frame.error().message, Catch::Contains("no RELP") && Catch::Contains("check that"));
  for (const char c : frame.error().message) CHECK((c >= ' ' && c < '\x7f'));
}

TEST_CASE("the code of a response", "[syslog][relp]") {
  struct Case {
    const char* data;
    unsigned code;
  };
  const auto c = GENERATE(values<Case>({{"200 OK", 200},
                                        {"200", 200},
                                        {"200\ncommands=syslog", 200},
                                        {"500 no", 500},
                                        {"", 0},
                                        {"OK", 0},
                                        {"2OO", 0},
                                        {" 200", 0}}));
  CHECK(RelpStatus(c.data) == c.code);
}
