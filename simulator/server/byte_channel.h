// SPDX-License-Identifier: Apache-2.0
// The bytes of one connection, plain or through TLS. Blocking; used by one thread.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nsf_simulator {

class ByteChannel {
 public:
  virtual ~ByteChannel() = default;

  // Appends what came to `out`. False: the peer is gone.
  virtual bool Read(std::string* out) = 0;
  // Sends both parts. False: the peer is gone.
  virtual bool Write(std::string_view head, std::string_view body) = 0;
};

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// TLS 1.2 or newer with the PEM chain and key of two files. nullptr if they cannot be used: then
// `fault` says why.
SslContext MakeServerContext(const std::string& cert_file, const std::string& key_file,
                             std::string* fault);

// The socket stays the caller's, and open as long as the channel. `context` may be nullptr: plain.
// Returns nullptr if the TLS handshake fails.
std::unique_ptr<ByteChannel> OpenChannel(int socket, SSL_CTX* context);

}  // namespace nsf_simulator
