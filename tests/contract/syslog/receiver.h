// SPDX-License-Identifier: Apache-2.0
// A receiver of the test's own, TCP or TLS on a free port of 127.0.0.1, that behaves as it is told;
// and the batches and the waiting that the tests share.
#pragma once

#include <openssl/ssl.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/syslog/syslog_sink.h"
#include "adapters/syslog/wait.h"
#include "contract/syslog/certificates.h"

namespace nsf::testing {

class Receiver;

// One accepted connection, in a thread of its own.
class Conversation {
 public:
  Conversation(Receiver& receiver, int fd, SSL* ssl, std::size_t index)
      : receiver_(receiver), fd_(fd), ssl_(ssl), index_(index) {}

  // Reads up to `most` bytes; they count as received. False at the end or when the test is over.
  bool Read(std::size_t most);
  void ReadToTheEnd() {
    while (Read(65'536)) {
    }
  }
  // What the last Read has read.
  const std::string& last() const { return last_; }
  // Sends all of `text`; false when the other side is gone.
  bool Write(std::string_view text);
  // Waits for the other side to close, reading nothing, or for the test to end or to say so.
  void Freeze(const syslog::Signal& until);
  // The close that follows is a reset.
  void Reset();
  std::size_t index() const { return index_; }

 private:
  Receiver& receiver_;
  int fd_;
  SSL* ssl_;
  std::size_t index_;
  std::string last_;
};

struct ReceiverTls {
  CertificateFiles certificate;
  std::string client_ca_file;  // not empty: a client certificate is demanded
};

class Receiver {
 public:
  using Behaviour = std::function<void(Conversation&)>;

  explicit Receiver(Behaviour behaviour, std::optional<ReceiverTls> tls = {});
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Until then connections are refused. `buffer_bytes`: of the sockets; 0: the system's choice.
  void Listen(int buffer_bytes = 0);
  std::uint16_t port() const { return port_; }

  // What each connection was read, so far.
  std::vector<std::string> texts() const;
  // Waits until `enough` is true of the texts; false after ten seconds.
  bool WaitFor(const std::function<bool(const std::vector<std::string>&)>& enough) const;

 private:
  friend class Conversation;
  void Run();
  void Serve(int fd, std::size_t index);
  void Add(std::size_t index, const char* data, std::size_t size);

  const Behaviour behaviour_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, SSL_CTX_free};
  syslog::FileDescriptor listener_;
  std::uint16_t port_ = 0;
  syslog::Signal stop_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> texts_;
  std::thread thread_;
};

// The messages of an octet-counted stream; throws on a broken frame. The last may be cut short.
std::vector<std::string> Frames(const std::string& text);
// The event ids in them, in order.
std::vector<std::string> Ids(const std::string& text);

// Records with the ids first, first + 1, … and payloads of `bytes`, and the memory they point into.
struct TestBatch {
  TestBatch(std::size_t first, std::size_t count, std::size_t bytes = 200);
  TestBatch(const TestBatch&) = delete;
  TestBatch& operator=(const TestBatch&) = delete;
  std::size_t Count(OutcomeKind kind) const;
  std::vector<std::string> ids() const;

  SinkBatch batch;
  std::vector<std::string> memory;
};

// Publishes and waits for `done`; fails the test when it is called twice or not at all.
std::optional<Error> PublishAndWait(Sink& sink, SinkBatch& batch);

// A sink's settings for tests: short times.
SyslogSinkConfig QuickConfig(SyslogTransport transport, std::uint16_t port);

// Creates a sink that logs to nowhere.
std::unique_ptr<SyslogSink> MakeSink(const SyslogSinkConfig& config);

}  // namespace nsf::testing
