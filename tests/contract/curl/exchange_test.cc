// SPDX-License-Identifier: Apache-2.0
// What is sent, and what becomes of each kind of answer, whole or broken.
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <vector>

#include "contract/curl/fixture.h"

namespace nsf::testing {
namespace {

using std::chrono::milliseconds;

std::string Gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string HeaderOf(const HttpAnswer& answer, const std::string& name) {
  std::string values;
  for (const auto& [key, value] : answer.headers) {
    if (key == name) values += (values.empty() ? "" : "|") + value;
  }
  return values;
}

TEST_CASE("each scheme sends the token its own way, and no other header holds it") {
  const auto [scheme, header] = GENERATE(table<TokenScheme, std::string>(
      {{TokenScheme::kToken, "\r\nNetskope-Api-Token: "},
       {TokenScheme::kAuthorization, "\r\nAuthorization: Netskope-Api-Token "},
       {TokenScheme::kBearer, "\r\nAuthorization: Bearer "}}));
  Fixture fixture;
  HttpPeer peer(Answer(200, "[]"));
  CurlSettings settings = Fixture::Settings(peer.Url());
  settings.scheme = scheme;
  const HttpAnswer answer = Ask(*fixture.Client(settings), {"/api/x?limit=1&skip=0"});
  CHECK(answer.failure == HttpFailure::kNone);
  CHECK(answer.failure_text.empty());
  CHECK(answer.status == 200);
  CHECK(answer.body == "[]");
  CHECK(answer.wire_bytes == 2);
  CHECK(answer.elapsed.count() > 0);
  REQUIRE(peer.requests().size() == 1);
  std::string request = peer.requests()[0];
  CHECK(request.starts_with("GET /api/x?limit=1&skip=0 HTTP/1.1\r\n"));
  CHECK(request.find("\r\nUser-Agent: netskope-forwarder/test\r\n") != std::string::npos);
  CHECK(request.find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos);
  const std::size_t sent = request.find(header + Fixture::kToken + "\r\n");
  REQUIRE(sent != std::string::npos);
  request.erase(sent, header.size() + std::string(Fixture::kToken).size());
  CHECK(request.find(Fixture::kToken) == std::string::npos);
}

TEST_CASE("the token file is followed from one request to the next") {
  Fixture fixture;
  HttpPeer peer(Answer(200, "{}"));
  const auto client = fixture.Client(peer);
  for (const char* token : {"first", "second"}) {
    fixture.directory.Write("token", std::string("  ") + token + "\r\n\n");
    CHECK(Ask(*client, {"/"}).status == 200);
    CHECK(peer.requests().back().find(std::string("Token: ") + token + "\r\n") !=
          std::string::npos);
  }
  CHECK(peer.connections() == 1);  // kept alive
}

TEST_CASE("without a token that fits a header nothing is sent") {
  const auto content =
      GENERATE(std::string(""), std::string(" \n\t"), std::string("a\nb"), std::string("a\0b", 3),
               std::string("t\xc3\xb6ken"), std::string("a\rEvil: yes"), std::string(70'000, 'x'));
  Fixture fixture;
  fixture.directory.Write("token", content);
  HttpPeer peer(Answer(200, "{}"));
  const HttpAnswer answer = fixture.AskOnce(peer);
  CHECK(answer.failure == HttpFailure::kSecret);
  CHECK(answer.failure_text.find("token") != std::string::npos);
  CHECK(answer.status == 0);
  CHECK(peer.connections() == 0);
}

TEST_CASE("every status is an answer, and its headers are complete") {
  const int status = GENERATE(200, 201, 301, 302, 307, 308, 400, 401, 403, 404, 409, 429, 500, 503);
  Fixture fixture;
  HttpPeer other(Answer(200, "{}"));
  HttpPeer peer(Answer(status, "words",
                       "Location: " + other.Url() +
                           "/x\r\nRETRY-AFTER:  7 \r\nX-A: 1\r\n"
                           "X-a: 2\r\nX-Empty:\r\n"));
  const HttpAnswer answer = fixture.AskOnce(peer);
  CHECK(answer.failure == HttpFailure::kNone);
  CHECK(answer.status == status);
  CHECK(answer.body == "words");
  CHECK(HeaderOf(answer, "retry-after") == "7");
  CHECK(HeaderOf(answer, "x-a") == "1|2");
  CHECK(HeaderOf(answer, "location") == other.Url() + "/x");
  CHECK(other.connections() == 0);  // the token went nowhere else
}

TEST_CASE("an interim answer leaves nothing behind") {
  Fixture fixture;
  HttpPeer peer("HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" + Answer(200, "{}"));
  const HttpAnswer answer = fixture.AskOnce(peer);
  CHECK(answer.status == 200);
  CHECK(HeaderOf(answer, "retry-after").empty());
}

TEST_CASE("answers that end too early are broken and have no body") {
  const auto bytes = GENERATE(
      std::string(""), std::string("HTTP/1.1 200 OK\r\nContent-Le"), std::string("garbage\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"_id\":"),
      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n"),
      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
      std::string("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"));
  const bool reset = GENERATE(false, true);
  Fixture fixture;
  HttpPeer peer([&](PeerConnection& connection) {
    connection.ReadRequest();
    connection.Write(bytes);
    if (reset) connection.Reset();
  });
  const HttpAnswer answer = fixture.AskOnce(peer);
  INFO(bytes);
  CHECK(answer.failure == HttpFailure::kBroken);
  CHECK_FALSE(answer.failure_text.empty());
  CHECK(answer.body.empty());
}

TEST_CASE("what must be sent once is not sent again by the library itself") {
  // The first request of a connection is answered; the next one ends it, as if it had been closed.
  const auto asked_again = [](bool once) {
    Fixture fixture;
    HttpPeer peer([](PeerConnection& connection) {
      if (connection.ReadRequest().find("/again") == std::string::npos) {
        connection.Write(Answer(200, "[]"));
        connection.ReadRequest();
      }
      connection.Reset();
    });
    const auto client = fixture.Client(peer);
    CHECK(Ask(*client, {"/"}).status == 200);
    HttpRequest request{"/again"};
    request.once = once;
    CHECK(Ask(*client, request).failure == HttpFailure::kBroken);
    return peer.requests().size() - 1;
  };
  CHECK(asked_again(true) == 1);
  CHECK(asked_again(false) == 2);  // that it would be is why it is told
}

TEST_CASE("a body may be as large as the cap and not a byte larger") {
  const bool gzip = GENERATE(false, true);
  const bool chunked = GENERATE(false, true);
  Fixture fixture;
  const std::string body(100'000, 'a');
  const std::string sent = gzip ? Gzip(body) : body;
  std::string headers = gzip ? "Content-Encoding: gzip\r\n" : "";
  std::string bytes = Answer(200, sent, headers);
  if (chunked) {
    char length[32];
    std::snprintf(length, sizeof length, "%zx\r\n", sent.size());
    bytes = "HTTP/1.1 200 OK\r\n" + headers + "Transfer-Encoding: chunked\r\n\r\n" + length + sent +
            "\r\n0\r\n\r\n";
  }
  HttpPeer peer(bytes);
  HttpRequest request{"/"};
  request.max_body_bytes = body.size();
  const HttpAnswer whole = fixture.AskOnce(peer, request);
  CHECK(whole.failure == HttpFailure::kNone);
  CHECK(whole.body == body);
  CHECK(whole.wire_bytes == sent.size());

  request.max_body_bytes = body.size() - 1;
  const HttpAnswer large = fixture.AskOnce(peer, request);
  CHECK(large.failure == HttpFailure::kBodyTooLarge);
  CHECK(large.status == 200);
  CHECK(large.body.empty());
  CHECK(large.failure_text.find("99999") != std::string::npos);
}

TEST_CASE("a large body is written into the memory of one that was read") {
  const bool gzip = GENERATE(false, true);
  Fixture fixture;
  std::string body(3 << 20, 'a');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 23);
  const std::string headers = gzip ? "Content-Encoding: gzip\r\n" : "";
  HttpPeer peer(Answer(200, gzip ? Gzip(body) : body, headers));
  const auto at = [&] {
    HttpAnswer answer = fixture.AskOnce(peer);
    CHECK(answer.body == body);
    return answer.ShareBody()->data();
  };
  const char* const first = at();
  const std::string between(3 << 20, 'b');  // is not given the same memory
  CHECK((at() == first));
  fixture.engine->DropUnusedMemory();
  CHECK((at() == first));
}

TEST_CASE("a body as large as the one before, or somewhat larger, takes its memory as it is") {
  Fixture fixture;
  const auto capacity_for = [&](std::size_t bytes) {
    HttpPeer peer(Answer(200, std::string(bytes, 'a')));
    HttpAnswer answer = fixture.AskOnce(peer);
    CHECK(answer.body.size() == bytes);
    return answer.ShareBody()->capacity();
  };
  const std::size_t first = capacity_for(3'000'000);
  CHECK(first < 3'500'000);
  CHECK(capacity_for(3'100'000) == first);
  CHECK(capacity_for(2'900'000) == first);
}

TEST_CASE("a bomb is cut at the cap, however small it was packed") {
  Fixture fixture;
  // 64 MiB of zeros, packed twice: some hundred bytes.
  const std::string bomb = Gzip(Gzip(std::string(64 << 20, '\0')));
  HttpPeer peer(Answer(200, bomb, "Content-Encoding: gzip, gzip\r\n"));
  HttpRequest request{"/"};
  request.max_body_bytes = 1 << 20;
  const HttpAnswer answer = fixture.AskOnce(peer, request);
  CHECK(answer.failure == HttpFailure::kBodyTooLarge);
  CHECK(answer.body.capacity() < 1024);
}

TEST_CASE("a length that is a lie reserves nothing") {
  const auto length = GENERATE("9999999999999999", "-1", "x", "18446744073709551616");
  Fixture fixture;
  HttpPeer peer([&](PeerConnection& connection) {
    connection.ReadRequest();
    connection.Write(std::string("HTTP/1.1 200 OK\r\nContent-Length: ") + length + "\r\n\r\n[]");
  });
  const HttpAnswer answer = fixture.AskOnce(peer);
  CHECK(answer.body.capacity() < 1024);
}

TEST_CASE("a flood of headers ends the exchange") {
  Fixture fixture;
  HttpPeer peer([](PeerConnection& connection) {
    connection.ReadRequest();
    connection.Write("HTTP/1.1 200 OK\r\n");
    while (connection.Write("X-Flood: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  const HttpAnswer answer = fixture.AskOnce(peer);
  CHECK(answer.failure == HttpFailure::kBroken);
  CHECK(answer.failure_text.find("headers") != std::string::npos);
}

TEST_CASE("a peer that says nothing more is left at the timeout") {
  const auto bytes = GENERATE(std::string(""), std::string("HTTP/1.1 200 OK\r\n"),
                              std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1,"));
  Fixture fixture;
  HttpPeer peer([&](PeerConnection& connection) {
    connection.ReadRequest();
    connection.Write(bytes);
    connection.Hang();
  });
  HttpRequest request{"/"};
  request.timeout = milliseconds(100);
  const HttpAnswer answer = fixture.AskOnce(peer, request);
  CHECK(answer.failure == HttpFailure::kTimeout);
  CHECK(answer.elapsed >= milliseconds(90));
  CHECK(answer.body.empty());
}

TEST_CASE("nobody listening is a failure to connect") {
  Fixture fixture;
  std::string url;
  { url = HttpPeer("").Url(); }
  const HttpAnswer answer = Ask(*fixture.Client(Fixture::Settings(url)), {"/"});
  CHECK(answer.failure == HttpFailure::kConnect);
  CHECK(answer.status == 0);
}

TEST_CASE("exchanges run side by side, and a shutdown ends each of them once") {
  Fixture fixture;
  std::promise<void> all_in;
  std::atomic<int> in = 0;
  HttpPeer peer([&](PeerConnection& connection) {
    if (connection.ReadRequest().empty()) return;
    if (++in == 8) all_in.set_value();
    connection.Hang();
  });
  std::vector<std::promise<HttpAnswer>> promises(9);
  const auto start = [&](HttpClient& client, std::size_t i) {
    client.Start({"/"}, [&promises, i](HttpAnswer answer) {
      promises[i].set_value(std::move(answer));  // throws when called twice
    });
  };
  auto client = fixture.Client(peer);
  for (std::size_t i = 0; i < 8; ++i) start(*client, i);
  REQUIRE(all_in.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  fixture.engine->Shutdown();
  start(*client, 8);
  for (auto& promise : promises) {
    auto future = promise.get_future();
    REQUIRE(future.wait_for(milliseconds(0)) == std::future_status::ready);
    const HttpAnswer answer = future.get();
    CHECK(answer.failure == HttpFailure::kCancelled);
    CHECK(answer.body.empty());
  }
}

TEST_CASE("a client may go while its exchange is in flight") {
  Fixture fixture;
  std::promise<void> go;
  HttpPeer peer([&, gate = go.get_future().share()](PeerConnection& connection) {
    connection.ReadRequest();
    gate.wait();
    connection.Write(Answer(200, "late"));
    connection.Hang();
  });
  std::promise<HttpAnswer> promise;
  fixture.Client(peer)->Start({"/"},
                              [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
  go.set_value();
  CHECK(promise.get_future().get().body == "late");
}

}  // namespace
}  // namespace nsf::testing
