// SPDX-License-Identifier: Apache-2.0
// The pages, and what becomes of everything else that is asked.
#include "adapters/http_server/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace nsf::testing {
namespace {

class Connection {
 public:
  explicit Connection(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const void* any = &address;
    connected_ = ::connect(fd_, static_cast<const sockaddr*>(any), sizeof address) == 0;
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  std::string ReadToTheEnd() const {
    std::string answer;
    char data[4096];
    for (ssize_t size = 0; (size = ::recv(fd_, data, sizeof data, 0)) > 0;) {
      answer.append(data, static_cast<std::size_t>(size));
    }
    return answer;
  }

 private:
  int fd_;
  bool connected_ = false;
};

std::string Ask(int port, const std::string& line, const std::string& headers = "") {
  const Connection connection(port);
  connection.Send(line + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  return connection.ReadToTheEnd();
}

// CivetWeb's own refusals are HTTP/1.0.
std::string StatusOf(const std::string& answer) {
  return answer.starts_with("HTTP/1.") && answer.size() > 12 ? answer.substr(9, 3) : "";
}

std::unique_ptr<HttpServer> Started(std::map<std::string, HttpHandler> pages) {
  auto server = HttpServer::Start({"127.0.0.1", 0, std::move(pages)});
  if (!server) FAIL(server.error().message);
  return *std::move(server);
}

HttpReply Echo(const HttpQuery& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text.append("<").append(name).append("=").append(value).append(">");
  }
  return {200, "text/plain", text};
}

TEST_CASE("a page has its handler's status, type and body") {
  const auto server = Started({{"/readyz", [](const HttpQuery&) {
                                  return HttpReply{503, "application/json", "{\"ready\":false}"};
                                }}});
  const std::string answer = Ask(server->port(), "GET /readyz");
  CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(answer.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  CHECK(answer.find("\r\nContent-Length: 15\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n{\"ready\":false}"));
  const std::string head = Ask(server->port(), "HEAD /readyz");
  CHECK(head.starts_with("HTTP/1.1 503 "));
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("a large page arrives whole") {
  const std::string page(5'000'000, 'x');
  const auto server = Started({{"/metrics", [&](const HttpQuery&) {
                                  return HttpReply{200, "text/plain", page};
                                }}});
  CHECK(Ask(server->port(), "GET /metrics").ends_with("\r\n\r\n" + page));
}

TEST_CASE("the query is handed on by name, decoded") {
  const auto [query, expected] =
      GENERATE(table<std::string, std::string>({{"", ""},
                                                {"?", ""},
                                                {"?tenant=acme", "<tenant=acme>"},
                                                {"?a=1&b=2", "<a=1><b=2>"},
                                                {"?a=1&a=2", "<a=2>"},
                                                {"?a", "<a=>"},
                                                {"?a=", "<a=>"},
                                                {"?=x&&&b=1=2", "<b=1=2>"},
                                                {"?t%65nant=a%20b+c%26", "<tenant=a b c&>"},
                                                {"?a=%zz", "<a=%zz>"}}));
  const auto server = Started({{"/x", Echo}});
  CHECK(Ask(server->port(), "GET /x" + query).ends_with("\r\n\r\n" + expected));
}

TEST_CASE("everything else is refused, and no file is served") {
  const auto [line, status] = GENERATE(table<std::string, std::string>({
      {"GET /", "404"},
      {"GET /metrics/", "404"},
      {"GET /CMakeLists.txt", "404"},
      {"GET /../../../../etc/passwd", "404"},
      {"GET /%2e%2e/%2e%2e/etc/passwd", "404"},
      {"GET //etc/passwd", "404"},
      {"DELETE /CMakeLists.txt", "404"},
      {"PUT /new", "404"},
      {"PROPFIND /", "404"},
      {"POST /metrics", "405"},
      {"PUT /metrics", "405"},
      {"DELETE /metrics", "405"},
      {"OPTIONS /metrics", "405"},
      {"NONSENSE /metrics", "400"},
      {"GET", "400"},
  }));
  const auto server = Started({{"/metrics", Echo}});
  INFO(line);
  const std::string answer = Ask(server->port(), line);
  CHECK(StatusOf(answer) == status);
  CHECK(answer.find("root:") == std::string::npos);
  CHECK((status == "405") == (answer.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos));
  CHECK(Ask(server->port(), "GET /metrics").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a request of any size is bounded") {
  const auto server = Started({{"/metrics", Echo}});
  const std::string answer =
      Ask(server->port(), "GET /metrics", "X-Long: " + std::string(100'000, 'x') + "\r\n");
  INFO(answer);
  CHECK((answer.empty() || StatusOf(answer).starts_with("4")));
  CHECK(Ask(server->port(), "GET /metrics").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a handler that throws costs one answer") {
  const auto server =
      Started({{"/x", [](const HttpQuery&) -> HttpReply { throw std::runtime_error("oops"); }},
               {"/y", Echo}});
  CHECK(Ask(server->port(), "GET /x").starts_with("HTTP/1.1 500 "));
  CHECK(Ask(server->port(), "GET /y").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("an address that cannot be bound is named with the next step") {
  const auto server = Started({});
  const auto port = static_cast<std::uint16_t>(server->port());
  const auto [host, taken] = GENERATE(
      table<std::string, bool>({{"127.0.0.1", true}, {"192.0.2.1", false}, {"x y", false}}));
  const auto second = HttpServer::Start({host, taken ? port : std::uint16_t{0}, {}});
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::kConfiguration);
  CHECK(second.error().message.find("cannot listen on " + host + ":") != std::string::npos);
  CHECK(second.error().message.find("server.listen") != std::string::npos);
}

TEST_CASE("scrapes run side by side, and the end waits for none that stalls") {
  std::promise<void> release;
  const auto gate = release.get_future().share();
  auto server = Started({{"/slow",
                          [gate](const HttpQuery&) {
                            gate.wait();
                            return HttpReply{};
                          }},
                         {"/fast", Echo}});
  const int port = server->port();
  const Connection stalled(port);  // sends half a request and nothing more
  stalled.Send("GET /fast HT");
  std::thread slow([port] { Ask(port, "GET /slow"); });
  CHECK(Ask(port, "GET /fast").starts_with("HTTP/1.1 200 "));
  release.set_value();
  slow.join();
  const auto begun = std::chrono::steady_clock::now();
  server.reset();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(4));
  CHECK_FALSE(Connection(port).connected());
}

}  // namespace
}  // namespace nsf::testing
