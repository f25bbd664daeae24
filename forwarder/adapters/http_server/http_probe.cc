// SPDX-License-Identifier: Apache-2.0
// CivetWeb's client: one GET without a body.
#include "adapters/http_server/http_probe.h"

#include <civetweb.h>

#include <array>
#include <memory>

namespace nsf {
namespace {

constexpr std::size_t kLongestAnswer = 65'536;

struct CloseConnection {
  void operator()(mg_connection* connection) const { mg_close_connection(connection); }
};

std::string Reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

}  // namespace

Result<HttpReply> AskHttpServer(const std::string& host, std::uint16_t port,
                                const std::string& path, std::chrono::milliseconds patience) {
  std::array<char, 256> text{};
  const std::string where = Reachable(host);
  const auto failed = [&] {
    return Error{ErrorKind::kRetry, "no answer from " + where + " port " + std::to_string(port) +
                                        ": " + text.data() +
                                        "; is the forwarder running with this configuration?"};
  };
  const std::unique_ptr<mg_connection, CloseConnection> connection(
      mg_connect_client(where.c_str(), port, 0, text.data(), text.size()));
  if (!connection) return failed();
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  mg_write(connection.get(), request.data(), request.size());
  if (mg_get_response(connection.get(), text.data(), text.size(),
                      static_cast<int>(patience.count())) < 0) {
    return failed();
  }
  HttpReply reply;
  reply.status = mg_get_response_info(connection.get())->status_code;
  std::array<char, 4096> buffer{};
  while (reply.body.size() < kLongestAnswer) {
    const int count = mg_read(connection.get(), buffer.data(), buffer.size());
    if (count <= 0) break;
    reply.body.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return reply;
}

}  // namespace nsf
