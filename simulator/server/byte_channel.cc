// SPDX-License-Identifier: Apache-2.0
// Sockets and OpenSSL behind ByteChannel.
#include "server/byte_channel.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace nsf_simulator {
namespace {

constexpr std::size_t kReadBytes = 16384;

class PlainChannel final : public ByteChannel {
 public:
  explicit PlainChannel(int socket) : socket_(socket) {}

  bool Read(std::string* out) override {
    std::array<char, kReadBytes> buffer{};
    ssize_t count = -1;
    do {
      count = recv(socket_, buffer.data(), buffer.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return false;
    out->append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  bool Write(std::string_view head, std::string_view body) override {
    while (!head.empty() || !body.empty()) {
      const ssize_t sent = SendOnce(head, body);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      const auto of_head = std::min(head.size(), static_cast<std::size_t>(sent));
      head.remove_prefix(of_head);
      body.remove_prefix(static_cast<std::size_t>(sent) - of_head);
    }
    return true;
  }

 private:
  // iovec takes no const; sendmsg does not write.
  static iovec Part(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};
  }

  ssize_t SendOnce(std::string_view head, std::string_view body) const {
    std::array<iovec, 2> parts{Part(head), Part(body)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return sendmsg(socket_, &message, MSG_NOSIGNAL);
  }

  int socket_;
};

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class TlsChannel final : public ByteChannel {
 public:
  explicit TlsChannel(std::unique_ptr<SSL, SslDeleter> ssl) : ssl_(std::move(ssl)) {}

  bool Read(std::string* out) override {
    std::array<char, kReadBytes> buffer{};
    std::size_t count = 0;
    ERR_clear_error();
    if (SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count) != 1) return false;
    out->append(buffer.data(), count);
    return true;
  }

  bool Write(std::string_view head, std::string_view body) override {
    return WriteAll(head) && WriteAll(body);
  }

 private:
  bool WriteAll(std::string_view bytes) {
    std::size_t count = 0;
    ERR_clear_error();
    return bytes.empty() || SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count) == 1;
  }

  std::unique_ptr<SSL, SslDeleter> ssl_;
};

std::string LastSslError() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

}  // namespace

SslContext MakeServerContext(const std::string& cert_file, const std::string& key_file,
                             std::string* fault) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    *fault = "TLS cannot be set up: " + LastSslError();
    return nullptr;
  }
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) != 1) {
    *fault = "cannot use the certificate " + cert_file + ": " + LastSslError();
    return nullptr;
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    *fault = "cannot use the key " + key_file + ": " + LastSslError();
    return nullptr;
  }
  return context;
}

std::unique_ptr<ByteChannel> OpenChannel(int socket, SSL_CTX* context) {
  if (context == nullptr) return std::make_unique<PlainChannel>(socket);
  std::unique_ptr<SSL, SslDeleter> ssl(SSL_new(context));
  if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return nullptr;
  ERR_clear_error();
  if (SSL_accept(ssl.get()) != 1) return nullptr;
  return std::make_unique<TlsChannel>(std::move(ssl));
}

}  // namespace nsf_simulator
