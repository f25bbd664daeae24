// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3. The sink's thread has SIGPIPE blocked: OpenSSL writes to the socket without a flag
// against it.
#include "adapters/syslog/tls_channel.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "adapters/syslog/tcp_channel.h"

namespace nsf::syslog {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

Error Misconfigured(const std::string& what, const std::string& next) {
  return {ErrorKind::kConfiguration, what + "; " + next};
}

// The oldest error in OpenSSL's queue of this thread, which it empties.
std::string TakeOpensslError() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  if (ERR_SYSTEM_ERROR(code)) return ErrnoText(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "OpenSSL error " + std::to_string(code) : reason;
}

// No pass phrase: the default would ask for one on the terminal of a daemon.
int NoPassphrase(char*, int, int, void*) { return 0; }

Result<void> LoadOwnCertificate(SSL_CTX* context, const SyslogTlsSettings& settings) {
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    return Misconfigured("tls.cert_file and tls.key_file go together, and only one is set",
                         "set both or neither");
  }
  if (settings.cert_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, settings.cert_file.c_str()) != 1) {
    return Misconfigured(
        "tls.cert_file " + settings.cert_file + " cannot be used: " + TakeOpensslError(),
        "it must be a readable PEM file with the certificate first and its chain after it");
  }
  if (SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Misconfigured(
        "tls.key_file " + settings.key_file + " cannot be used: " + TakeOpensslError(),
        "it must be a readable PEM file, not encrypted, with the key of tls.cert_file");
  }
  return {};
}

Result<void> LoadTrust(SSL_CTX* context, const SyslogTlsSettings& settings) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (settings.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
    return Misconfigured("the system's trust store cannot be read: " + TakeOpensslError(),
                         "install ca-certificates or set tls.ca_file");
  }
  if (SSL_CTX_load_verify_file(context, settings.ca_file.c_str()) == 1) return {};
  return Misconfigured("tls.ca_file " + settings.ca_file + " cannot be used: " + TakeOpensslError(),
                       "it must be a readable PEM file with the CA that signed the receiver's "
                       "certificate");
}

Result<ContextPtr> LoadContext(const SyslogTlsSettings& settings) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Misconfigured("OpenSSL: " + TakeOpensslError(), "check its installation");
  SSL_CTX_set_default_passwd_cb(context.get(), NoPassphrase);
  int version = TLS1_2_VERSION;
  if (settings.min_version == "1.3") {
    version = TLS1_3_VERSION;
  } else if (settings.min_version != "1.2") {
    return Misconfigured("tls.min_version \"" + settings.min_version + "\" is not known",
                         "write \"1.2\" or \"1.3\"");
  }
  if (SSL_CTX_set_min_proto_version(context.get(), version) != 1) {
    return Misconfigured("this OpenSSL cannot do TLS " + settings.min_version,
                         "lower tls.min_version or mend OpenSSL's configuration");
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);  // an answer has its length
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (auto loaded = LoadOwnCertificate(context.get(), settings); !loaded) return loaded.error();
  if (auto loaded = LoadTrust(context.get(), settings); !loaded) return loaded.error();
  return context;
}

bool IsIpLiteral(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> parsed;
  return ::inet_pton(AF_INET, name.c_str(), parsed.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), parsed.data()) == 1;
}

// Asks for and insists on `name` (RFC 5425 §5.2, RFC 9525): a DNS name is asked for by SNI and no
// partial wildcard is taken; an address is looked for among the certificate's IP addresses.
bool ExpectName(SSL* ssl, const std::string& name) {
  if (IsIpLiteral(name)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  std::string asked_for = name;  // SSL_set_tlsext_host_name is a macro with an old-style cast
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, asked_for.data()) ==
             1 &&
         SSL_set1_host(ssl, name.c_str()) == 1;
}

std::string AdviceFor(std::int64_t verdict) {
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "connect by a name in the certificate, or set tls.server_name to one";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "renew the receiver's certificate, or set this machine's clock";
    default:
      return "set tls.ca_file to the CA that signed it";
  }
}

// Why the handshake failed; `result` is what SSL_get_error said, `saved_errno` errno at that time.
Error HandshakeError(SSL* ssl, int result, int saved_errno, const std::string& name) {
  const auto verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) {
    ERR_clear_error();
    return {ErrorKind::kRetry, "the receiver's certificate is not accepted for \"" + name +
                                   "\": " + X509_verify_cert_error_string(verdict) + "; " +
                                   AdviceFor(verdict)};
  }
  if (result == SSL_ERROR_SSL) {
    return {ErrorKind::kRetry, "the TLS handshake failed: " + TakeOpensslError() +
                                   "; check that the receiver speaks TLS on this port, its lowest "
                                   "version and whether it asks for a client certificate"};
  }
  const std::string why = result == SSL_ERROR_SYSCALL && saved_errno != 0
                              ? ErrnoText(saved_errno)
                              : "the receiver closed the connection";
  return {ErrorKind::kRetry,
          "the TLS handshake failed: " + why + "; check that the receiver speaks TLS on this port"};
}

Result<void> Handshake(SSL* ssl, int fd, const std::string& name, const Signal& stop,
                       SteadyTime until) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const int done = SSL_connect(ssl);
    if (done == 1) return {};
    const int saved_errno = errno;
    const int result = SSL_get_error(ssl, done);
    if (result != SSL_ERROR_WANT_READ && result != SSL_ERROR_WANT_WRITE) {
      return HandshakeError(ssl, result, saved_errno, name);
    }
    const std::int16_t events = result == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    if (WaitFor(fd, events, {&stop}, until) != Wake::kReady) {
      return Error{ErrorKind::kRetry,
                   "the receiver did not finish the TLS handshake in time; check that it speaks "
                   "TLS on this port"};
    }
  }
}

class TlsChannel final : public ByteChannel {
 public:
  // Takes over a connection whose handshake is done.
  TlsChannel(FileDescriptor fd, SslPtr ssl)
      : fd_(std::move(fd)),
        ssl_(std::move(ssl)),
        read_by_handshake_(BIO_number_read(SSL_get_rbio(ssl_.get()))) {}
  ~TlsChannel() override {
    if (broken_ || !Drain(*this)) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // close_notify: the receiver sees that nothing was cut off
    ERR_clear_error();
    ::shutdown(fd_.get(), SHUT_WR);
  }
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  Result<std::size_t> Write(std::string_view bytes) override {
    ERR_clear_error();
    std::size_t taken = 0;
    errno = 0;
    const int done = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken);
    if (done == 1) return taken;
    auto blocked = Judge(done);
    if (!blocked) return blocked.error();
    return std::size_t{0};
  }

  // The reading also takes in alerts: with TLS 1.3 a refused client certificate is told only after
  // the handshake.
  Result<std::size_t> Read(char* into, std::size_t room) override {
    ERR_clear_error();
    std::size_t count = 0;
    errno = 0;
    const int done = SSL_read_ex(ssl_.get(), into, room, &count);
    if (done == 1) return count;
    const std::int16_t blocked_on = blocked_on_;
    auto open = Judge(done);
    blocked_on_ = blocked_on;  // that is about writes
    if (!open) return open.error();
    return std::size_t{0};
  }

  std::int16_t blocked_on() const override { return blocked_on_; }
  std::uint64_t wire_bytes() const override { return BIO_number_written(SSL_get_wbio(ssl_.get())); }
  int fd() const override { return fd_.get(); }

 private:
  // After a call that did not succeed: an error unless it only would block.
  Result<void> Judge(int done) {
    const int saved_errno = errno;
    switch (SSL_get_error(ssl_.get(), done)) {
      case SSL_ERROR_WANT_WRITE:
        blocked_on_ = POLLOUT;
        return {};
      case SSL_ERROR_WANT_READ:
        blocked_on_ = POLLIN;
        return {};
      case SSL_ERROR_ZERO_RETURN:
        return Broken("the receiver closed the connection");
      case SSL_ERROR_SSL:
        return Broken("the receiver ended the TLS connection: " + TakeOpensslError(), true);
      default:
        ERR_clear_error();
        return Broken(saved_errno == 0 ? "the receiver closed the connection"
                                       : "the connection broke (" + ErrnoText(saved_errno) + ")");
    }
  }

  Error Broken(std::string what, bool by_alert = false) {
    broken_ = true;
    // With TLS 1.3 a receiver judges our certificate after our handshake is done. Its alert may get
    // lost in the reset that follows, but one that accepts us says something (a session ticket).
    if (by_alert || BIO_number_read(SSL_get_rbio(ssl_.get())) == read_by_handshake_) {
      what += "; if it asks for a client certificate, set tls.cert_file and tls.key_file";
    }
    return {ErrorKind::kRetry, std::move(what)};
  }

  FileDescriptor fd_;  // outlives ssl_, which writes to it
  SslPtr ssl_;
  const std::uint64_t read_by_handshake_;
  std::int16_t blocked_on_ = POLLOUT;
  bool broken_ = false;
};

}  // namespace

TlsConnector::TlsConnector(const SyslogAddress& address, SyslogTlsSettings settings)
    : address_(address), settings_(std::move(settings)), resolver_(address, SOCK_STREAM) {}

Result<void> TlsConnector::CheckSettings() const {
  auto context = LoadContext(settings_);
  if (!context) return context.error();
  return {};
}

Result<std::unique_ptr<ByteChannel>> TlsConnector::Connect(const Signal& stop, SteadyTime until) {
  auto context = LoadContext(settings_);
  if (!context) return Error{ErrorKind::kRetry, context.error().message};
  auto fd = ConnectTcp(resolver_, stop, until);
  if (!fd) return fd.error();
  SslPtr ssl(SSL_new(context->get()));
  const std::string& name = settings_.server_name.empty() ? address_.host : settings_.server_name;
  if (!ssl || SSL_set_fd(ssl.get(), fd->get()) != 1 || !ExpectName(ssl.get(), name)) {
    return Error{ErrorKind::kRetry, "TLS cannot be set up for \"" + name +
                                        "\": " + TakeOpensslError() +
                                        "; check the address and tls.server_name"};
  }
  if (auto done = Handshake(ssl.get(), fd->get(), name, stop, until); !done) return done.error();
  return std::unique_ptr<ByteChannel>(std::make_unique<TlsChannel>(std::move(*fd), std::move(ssl)));
}

}  // namespace nsf::syslog
