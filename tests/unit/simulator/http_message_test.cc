// SPDX-License-Identifier: Apache-2.0
// Requests out of bytes, hostile ones first.
#include "server/http_message.h"

#include <catch2/catch.hpp>

namespace nsf_simulator {
namespace {

TEST_CASE("broken requests are refused") {
  const std::string cases[] = {
      "\r\n\r\n",
      " \r\n\r\n",
      "GET\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/2.0\r\n\r\n",
      "GET / http/1.1\r\n\r\n",
      "GET  / HTTP/1.1\r\n\r\n",
      "GET http://other/ HTTP/1.1\r\n\r\n",
      "G@T / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1 \r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\n: no name\r\n\r\n",
      "GET / HTTP/1.1\r\nName : space\r\n\r\n",
      "GET / HTTP/1.1\r\n folded: yes\r\n\r\n",
      "GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n",
      std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
      "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n",
      "\x16\x03\x01\x02\x05\x01\r\n\r\n",
      std::string(70000, 'a'),
      "GET / HTTP/1.1\r\na: " + std::string(70000, 'b') + "\r\n\r\n",
  };
  for (const std::string& bytes : cases) {
    CAPTURE(bytes.substr(0, 60));
    const ParsedRequest parsed = ParseRequest(bytes);
    CHECK(parsed.state == ParseState::kBroken);
    CHECK_FALSE(parsed.fault.empty());
  }
}

TEST_CASE("a request that has not come whole needs more, at every byte") {
  const std::string bytes =
      "POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345GET / HTTP/1.1\r\n";
  const std::size_t whole = bytes.find("GET");
  for (std::size_t size = 0; size < whole; ++size) {
    REQUIRE(ParseRequest(bytes.substr(0, size)).state == ParseState::kNeedsMore);
  }
  const ParsedRequest parsed = ParseRequest(bytes);
  CHECK(parsed.state == ParseState::kComplete);
  CHECK(parsed.bytes == whole);
  CHECK(parsed.request.method == "POST");
  CHECK(parsed.request.target == "/a?b=c");
  CHECK(*FindHeader(parsed.request, "host") == "h");
}

TEST_CASE("a connection is kept unless one side says otherwise") {
  const std::pair<const char*, bool> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", true},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nconnection: Keep-Alive, CLOSE\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", true},
  };
  for (const auto& [bytes, keep] : cases) {
    CAPTURE(bytes);
    CHECK(ParseRequest(bytes).keep_alive == keep);
  }
}

TEST_CASE("gzip is taken only by those who say so") {
  const std::pair<Headers, bool> cases[] = {
      {{}, false},
      {{{"Accept-Encoding", "identity"}}, false},
      {{{"accept-encoding", "deflate, GZIP, br"}}, true},
  };
  for (const auto& [headers, accepts] : cases) {
    CHECK(AcceptsGzip(Request{"GET", "/", headers}) == accepts);
  }
}

TEST_CASE("the head of an answer") {
  Answer answer;
  answer.status = 429;
  answer.headers = {{"Retry-After", "1"}};
  CHECK(FormatHead(answer, 12, true) ==
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 12\r\n\r\n");
  CHECK_THAT(FormatHead(answer, 0, false), Catch::EndsWith("Connection: close\r\n\r\n"));
}

}  // namespace
}  // namespace nsf_simulator
