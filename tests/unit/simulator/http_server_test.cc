// SPDX-License-Identifier: Apache-2.0
// The server over real sockets on the loopback.
#include "server/http_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

// A plain HTTP client that shows what came, to the byte.
class Client {
 public:
  explicit Client(const std::string& address)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    REQUIRE(connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }

  void Send(std::string_view bytes) {
    REQUIRE(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }

  // One more piece, empty at the end of the connection.
  std::string Receive() {
    std::array<char, 65536> buffer{};
    const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    last_error_ = count < 0 ? errno : 0;
    return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }

  // 0, or why the last Receive failed.
  int last_error() const { return last_error_; }

  std::string ReceiveAll() {
    std::string all;
    for (std::string piece = Receive(); !piece.empty(); piece = Receive()) all += piece;
    return all;
  }

  // The answer on a connection that stays: its head says how long it is.
  std::string ReceiveAnswer() {
    std::string all = std::exchange(rest_, {});
    for (;;) {
      const auto head = all.find("\r\n\r\n");
      const auto length_at = all.find("Content-Length: ");
      if (head != std::string::npos && length_at != std::string::npos) {
        const std::size_t size = head + 4 + std::stoul(all.substr(length_at + 16));
        if (all.size() >= size) {
          rest_ = all.substr(size);
          return all.substr(0, size);
        }
      }
      const std::string piece = Receive();
      if (piece.empty()) return all;
      all += piece;
    }
  }

 private:
  FileDescriptor socket_;
  std::string rest_;
  int last_error_ = 0;
};

class RunningServer {
 public:
  explicit RunningServer(const char* settings)
      : listener_(Listen("127.0.0.1:0")),
        service_(MakeSettings(settings), kAnchor, std::make_unique<LedgerFile>(), std::nullopt) {
    REQUIRE(listener_.socket.valid());
    server_ = std::make_unique<HttpServer>(std::move(listener_.socket), nullptr, service_,
                                           [] { return kAnchor; });
  }

  const std::string& address() const { return listener_.address; }
  Service& service() { return service_; }
  void Stop() { server_.reset(); }

 private:
  Listener listener_;
  Service service_;
  std::unique_ptr<HttpServer> server_;
};

std::string Bytes(const Request& request, std::string_view more = "") {
  std::string bytes = request.method + ' ' + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) bytes += name + ": " + value + "\r\n";
  return bytes.append(more).append("\r\n");
}

std::string BodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

void StageFault(RunningServer* server, const char* mode) {
  Request request = Get("");
  request.method = "POST";
  request.target = std::string("/_simulator/fault?mode=") + mode;
  REQUIRE(server->service().Handle(request, kAnchor, {}).status == 200);
}

TEST_CASE("several requests go over one connection, also when they come together") {
  RunningServer server("events=3000");
  Client client(server.address());
  const std::string request = Bytes(Get(WholeWindow() + "&limit=2000"));
  client.Send(request + request);
  client.Send(request);
  const std::string first = BodyOf(client.ReceiveAnswer());
  CHECK(ParsePage(first).ids.size() == 2000);
  CHECK(BodyOf(client.ReceiveAnswer()) == first);
  CHECK(BodyOf(client.ReceiveAnswer()) == first);
}

TEST_CASE("an answer to HEAD has no body") {
  RunningServer server("events=3");
  Client client(server.address());
  Request head = Get(WholeWindow());
  head.method = "HEAD";
  client.Send(Bytes(head, "Connection: close\r\n"));
  const std::string answer = client.ReceiveAll();
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 405 "));
  CHECK_THAT(answer, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("a cut body ends short of the length that was stated") {
  RunningServer server("events=3000");
  StageFault(&server, "cut");
  Client client(server.address());
  client.Send(Bytes(Get(WholeWindow() + "&limit=3000")));
  const std::string answer = client.ReceiveAll();
  const auto stated = std::stoul(answer.substr(answer.find("Content-Length: ") + 16));
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200 OK"));
  CHECK(BodyOf(answer).size() == stated / 2);
}

TEST_CASE("a hanging request gets nothing, and is let go with the fault") {
  RunningServer server("events=3");
  StageFault(&server, "hang");
  Client client(server.address());
  client.Send(Bytes(Get(WholeWindow())));
  Client other(server.address());
  Request stats = Get("");
  stats.target = "/_simulator/stats";
  // Until the request has been taken: only then the fault may end.
  std::string said;
  for (int asked = 0; asked < 10'000 && said.find(R"("hung":1)") == std::string::npos; ++asked) {
    other.Send(Bytes(stats));
    said = other.ReceiveAnswer();
  }
  CHECK_THAT(said, Catch::Contains(R"("hung":1)") && Catch::Contains(R"("fault":"hang")"));
  StageFault(&server, "none");
  CHECK(client.ReceiveAll().empty());
}

// What a client that only sends and reads hears at the end: 0, or the error of its last call.
int EndOf(Client* client) {
  while (!client->Receive().empty()) {
  }
  return client->last_error();
}

TEST_CASE("a reset ends the connection with an error and no byte") {
  RunningServer server("events=3 faults=reset:1000");
  Client client(server.address());
  client.Send(Bytes(Get(WholeWindow())));
  CHECK(client.Receive().empty());
  CHECK(client.last_error() == ECONNRESET);
  RunningServer sound("events=3");
  Client other(sound.address());
  other.Send(Bytes(Get(WholeWindow()), "Connection: close\r\n"));
  CHECK(EndOf(&other) == 0);
}

TEST_CASE("a dripping body comes whole, in pieces, and takes its time") {
  RunningServer server("events=3000 faults=drip:1000 drip_for=500ms");
  Client client(server.address());
  const auto before = std::chrono::steady_clock::now();
  client.Send(Bytes(Get(WholeWindow() + "&limit=3000")));
  CHECK(ParsePage(BodyOf(client.ReceiveAnswer())).ids.size() == 3000);
  const auto took = std::chrono::steady_clock::now() - before;
  CHECK(took > std::chrono::milliseconds(400));
  CHECK(took < std::chrono::seconds(10));
}

TEST_CASE("chunks hold the body, and a cut ends within them") {
  RunningServer server("events=300 chunked=on");
  Client client(server.address());
  const std::string request = Bytes(Get(WholeWindow() + "&limit=300"), "Connection: close\r\n");
  client.Send(request);
  const std::string answer = client.ReceiveAll();
  CHECK_THAT(answer, Catch::Contains("Transfer-Encoding: chunked\r\n"));
  CHECK_THAT(answer, !Catch::Contains("Content-Length"));
  std::string body;
  std::string_view rest = std::string_view(answer).substr(answer.find("\r\n\r\n") + 4);
  for (std::size_t size = 1; size != 0;) {
    size = std::stoul(std::string(rest.substr(0, rest.find('\r'))), nullptr, 16);
    rest.remove_prefix(rest.find('\n') + 1);
    body += rest.substr(0, size);
    CHECK(rest.substr(size, 2) == "\r\n");
    rest.remove_prefix(size + 2);
  }
  CHECK(rest.empty());
  CHECK(ParsePage(body).ids.size() == 300);

  StageFault(&server, "cut");
  Client cut(server.address());
  cut.Send(request);
  const std::string half = cut.ReceiveAll();
  CHECK_THAT(half, !Catch::EndsWith("0\r\n\r\n"));
  CHECK(half.size() > answer.size() / 3);
}

TEST_CASE("204 has neither length nor body") {
  for (const char* settings : {"empty_as=204", "empty_as=204 chunked=on gzip=on"}) {
    RunningServer server(settings);
    Client client(server.address());
    client.Send(Bytes(Get(WholeWindow()), "Connection: close\r\nAccept-Encoding: gzip\r\n"));
    const std::string answer = client.ReceiveAll();
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 204 No Content\r\n"));
    CHECK_THAT(answer, Catch::EndsWith("\r\n\r\n"));
    CHECK_THAT(answer, !Catch::Contains("Content-Length") && !Catch::Contains("chunked"));
  }
}

TEST_CASE("the server ends at once, whatever its connections wait for") {
  RunningServer server("events=3 delay=1h");
  Client idle(server.address());
  Client slow(server.address());
  slow.Send(Bytes(Get(WholeWindow())));
  Client half(server.address());
  half.Send("GET /half");
  const auto before = std::chrono::steady_clock::now();
  server.Stop();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK(idle.ReceiveAll().empty());
  CHECK(slow.ReceiveAll().empty());
}

TEST_CASE("what is no HTTP is refused and the connection closed") {
  RunningServer server("");
  for (const char* bytes : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nbad\r\n\r\n"}) {
    Client client(server.address());
    client.Send(bytes);
    CHECK_THAT(client.ReceiveAll(), Catch::StartsWith("HTTP/1.1 400 "));
  }
}

TEST_CASE("an address that cannot be bound is told") {
  const Listener taken = Listen("127.0.0.1:0");
  REQUIRE(taken.socket.valid());
  const std::string cases[] = {taken.address, "127.0.0.1",   "", "127.0.0.1:x", "127.0.0.1:99999",
                               "192.0.2.1:0", "not a host:0"};
  for (const std::string& where : cases) {
    CAPTURE(where);
    const Listener listener = Listen(where);
    CHECK_FALSE(listener.socket.valid());
    CHECK_FALSE(listener.fault.empty());
  }
}

}  // namespace
}  // namespace nsf_simulator
