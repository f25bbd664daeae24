// SPDX-License-Identifier: Apache-2.0
// A server of the test's own on a free port of 127.0.0.1, plain or TLS, that writes whatever bytes
// it is told; and what the tests need to make one request and wait for its end.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/curl/curl_client.h"
#include "contract/syslog/certificates.h"

namespace nsf::testing {

class HttpPeer;

// One accepted connection, in a thread of its own.
class PeerConnection {
 public:
  PeerConnection(HttpPeer& peer, int fd, SSL* ssl) : peer_(peer), fd_(fd), ssl_(ssl) {}

  // The next request's head, noted by the peer too; empty at the end of the connection.
  std::string ReadRequest();
  bool Write(std::string_view data);
  // Writes nothing more until the client or the test ends.
  void Hang();
  // The close that follows is a reset.
  void Reset();

 private:
  HttpPeer& peer_;
  int fd_;
  SSL* ssl_;
};

struct PeerTls {
  CertificateFiles certificate;
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  std::string client_ca_file{};  // not empty: a client certificate is demanded
};

class HttpPeer {
 public:
  using Behaviour = std::function<void(PeerConnection&)>;

  explicit HttpPeer(Behaviour behaviour, const PeerTls* tls = nullptr);
  // Answers every request with these bytes, then keeps the connection open.
  explicit HttpPeer(std::string answer, const PeerTls* tls = nullptr);
  ~HttpPeer();
  HttpPeer(const HttpPeer&) = delete;
  HttpPeer& operator=(const HttpPeer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string Url(const std::string& host = "127.0.0.1") const;  // with the scheme that it speaks
  std::vector<std::string> requests() const;
  int connections() const { return connections_; }

 private:
  friend class PeerConnection;
  void Run();
  void Serve(int fd);
  // False: the test is over.
  bool WaitReadable(int fd) const;
  void Note(const std::string& request);

  const Behaviour behaviour_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, SSL_CTX_free};
  int listener_ = -1;
  int stop_ = -1;  // an eventfd
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;  // of requests_
  std::vector<std::string> requests_;
  std::thread thread_;
};

// "HTTP/1.1 STATUS X", the headers given (each ending in CRLF), the length, and the body.
std::string Answer(int status, const std::string& body, const std::string& headers = "");

// Starts it and waits for the end; fails the test when `done` is called twice or not at all.
HttpAnswer Ask(HttpClient& client, HttpRequest request);

}  // namespace nsf::testing
