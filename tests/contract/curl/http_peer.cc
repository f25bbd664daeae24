// SPDX-License-Identifier: Apache-2.0
// One thread accepts, and each connection has one.
#include "contract/curl/http_peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <stdexcept>
#include <utility>

namespace nsf::testing {
namespace {

constexpr std::chrono::seconds kLong(60);

}  // namespace

std::string PeerConnection::ReadRequest() {
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    if ((ssl_ == nullptr || SSL_pending(ssl_) == 0) && !peer_.WaitReadable(fd_)) return {};
    char c = 0;
    const auto count = ssl_ == nullptr ? ::recv(fd_, &c, 1, 0) : SSL_read(ssl_, &c, 1);
    if (count <= 0) return {};
    head += c;
  }
  peer_.Note(head);
  return head;
}

bool PeerConnection::Write(std::string_view data) {
  while (!data.empty()) {
    const auto count = ssl_ == nullptr
                           ? ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL)
                           : SSL_write(ssl_, data.data(), static_cast<int>(data.size()));
    if (count <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void PeerConnection::Hang() { peer_.WaitReadable(fd_); }

void PeerConnection::Reset() {
  const linger abrupt{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
}

HttpPeer::HttpPeer(Behaviour behaviour, const PeerTls* tls)
    : behaviour_(std::move(behaviour)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  if (tls != nullptr) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_security_level(context, 0);  // or the library itself would refuse TLS 1.1
    SSL_CTX_set_min_proto_version(context, tls->min_version);
    SSL_CTX_set_max_proto_version(context, tls->max_version);
    SSL_CTX_use_certificate_chain_file(context, tls->certificate.cert_file.c_str());
    SSL_CTX_use_PrivateKey_file(context, tls->certificate.key_file.c_str(), SSL_FILETYPE_PEM);
    if (!tls->client_ca_file.empty()) {
      SSL_CTX_load_verify_file(context, tls->client_ca_file.c_str());
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = static_cast<sockaddr*>(static_cast<void*>(&address));
  socklen_t size = sizeof address;
  if (::bind(listener_, any, size) != 0 || ::getsockname(listener_, any, &size) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

HttpPeer::HttpPeer(std::string answer, const PeerTls* tls)
    : HttpPeer(
          [answer = std::move(answer)](PeerConnection& connection) {
            while (!connection.ReadRequest().empty() && connection.Write(answer)) {
            }
          },
          tls) {}

HttpPeer::~HttpPeer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
  thread_.join();
  ::close(listener_);
  ::close(stop_);
}

std::string HttpPeer::Url(const std::string& host) const {
  return (context_ ? "https://" : "http://") + host + ":" + std::to_string(port_);
}

std::vector<std::string> HttpPeer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpPeer::Note(const std::string& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
}

bool HttpPeer::WaitReadable(int fd) const {
  std::array<pollfd, 2> fds{{{fd, POLLIN | POLLRDHUP, 0}, {stop_, POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
  }
  return fds[1].revents == 0;
}

void HttpPeer::Run() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  std::vector<std::thread> served;
  while (WaitReadable(listener_)) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    served.emplace_back([this, fd] {
      Serve(fd);
      ::close(fd);
    });
  }
  for (std::thread& thread : served) thread.join();
}

void HttpPeer::Serve(int fd) {
  if (!context_) {
    PeerConnection connection(*this, fd, nullptr);
    return behaviour_(connection);
  }
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) != 1) return;
  PeerConnection connection(*this, fd, ssl.get());
  behaviour_(connection);
}

std::string Answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

HttpAnswer Ask(HttpClient& client, HttpRequest request) {
  // A second call of set_value throws, which ends the test program.
  const auto promise = std::make_shared<std::promise<HttpAnswer>>();
  std::future<HttpAnswer> future = promise->get_future();
  client.Start(std::move(request),
               [promise](HttpAnswer answer) { promise->set_value(std::move(answer)); });
  if (future.wait_for(kLong) != std::future_status::ready) {
    throw std::runtime_error("done was never called");
  }
  return future.get();
}

}  // namespace nsf::testing
