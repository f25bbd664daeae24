// SPDX-License-Identifier: Apache-2.0
// One thread accepts, and each connection has one.
#include "contract/syslog/receiver.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>

namespace nsf::testing {
namespace {

using syslog::SteadyNow;
using syslog::SteadyTime;
using syslog::Wake;
constexpr std::chrono::seconds kLong(10);

}  // namespace

bool Conversation::Read(std::size_t most) {
  std::array<char, 65'536> data;
  most = std::min(most, data.size());
  if (ssl_ == nullptr || SSL_pending(ssl_) == 0) {
    if (syslog::WaitFor(fd_, POLLIN, {&receiver_.stop_}, SteadyTime::max()) != Wake::kReady) {
      return false;
    }
  }
  const auto count = ssl_ == nullptr ? ::recv(fd_, data.data(), most, 0)
                                     : SSL_read(ssl_, data.data(), static_cast<int>(most));
  if (count <= 0) return false;
  last_.assign(data.data(), static_cast<std::size_t>(count));
  receiver_.Add(index_, data.data(), static_cast<std::size_t>(count));
  return true;
}

bool Conversation::Write(std::string_view text) {
  while (!text.empty()) {
    const auto count = ssl_ == nullptr
                           ? ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL)
                           : SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Conversation::Freeze(const syslog::Signal& until) {
  syslog::WaitFor(fd_, POLLRDHUP, {&receiver_.stop_, &until}, SteadyTime::max());
}

void Conversation::Reset() {
  const linger abrupt{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
}

Receiver::Receiver(Behaviour behaviour, std::optional<ReceiverTls> tls)
    : behaviour_(std::move(behaviour)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = static_cast<sockaddr*>(static_cast<void*>(&address));
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), any, size) != 0 || ::getsockname(listener_.get(), any, &size) != 0) {
    throw std::runtime_error("bind");
  }
  port_ = ntohs(address.sin_port);
  if (!tls) return;
  context_.reset(SSL_CTX_new(TLS_server_method()));
  if (SSL_CTX_use_certificate_chain_file(context_.get(), tls->certificate.cert_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context_.get(), tls->certificate.key_file.c_str(),
                                  SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("certificate");
  }
  if (!tls->client_ca_file.empty()) {
    SSL_CTX_load_verify_file(context_.get(), tls->client_ca_file.c_str());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
}

Receiver::~Receiver() {
  stop_.Raise();
  if (thread_.joinable()) thread_.join();
}

void Receiver::Listen(int buffer_bytes) {
  if (buffer_bytes > 0) {
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  }
  if (::listen(listener_.get(), 16) != 0) throw std::runtime_error("listen");
  thread_ = std::thread([this] { Run(); });
}

void Receiver::Run() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  std::vector<std::thread> conversations;
  for (std::size_t index = 0;; ++index) {
    if (syslog::WaitFor(listener_.get(), POLLIN, {&stop_}, SteadyTime::max()) != Wake::kReady) {
      break;
    }
    syslog::FileDescriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    {
      const std::lock_guard lock(mutex_);
      texts_.emplace_back();
    }
    changed_.notify_all();
    conversations.emplace_back([this, index, fd = std::move(fd)] { Serve(fd.get(), index); });
  }
  for (std::thread& conversation : conversations) conversation.join();
}

void Receiver::Serve(int fd, std::size_t index) {
  if (!context_) {
    Conversation conversation(*this, fd, nullptr, index);
    behaviour_(conversation);
    return;
  }
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) != 1) return;
  Conversation conversation(*this, fd, ssl.get(), index);
  behaviour_(conversation);
}

void Receiver::Add(std::size_t index, const char* data, std::size_t size) {
  const std::lock_guard lock(mutex_);
  texts_[index].append(data, size);
  changed_.notify_all();
}

std::vector<std::string> Receiver::texts() const {
  const std::lock_guard lock(mutex_);
  return texts_;
}

bool Receiver::WaitFor(const std::function<bool(const std::vector<std::string>&)>& enough) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, SteadyNow() + kLong, [&] { return enough(texts_); });
}

std::vector<std::string> Frames(const std::string& text) {
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = text.find(' ', at);
    if (space == std::string::npos) break;
    const std::string digits = text.substr(at, space - at);
    if (digits.empty() || digits[0] == '0' ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      throw std::runtime_error("not a frame: " + text.substr(at, 40));
    }
    const std::size_t length = std::stoul(digits);
    if (text.size() - space - 1 < length) break;
    frames.push_back(text.substr(space + 1, length));
    at = space + 1 + length;
  }
  return frames;
}

std::vector<std::string> Ids(const std::string& text) {
  std::vector<std::string> ids;
  for (const std::string& frame : Frames(text)) {
    const std::size_t begin = frame.find(" id=\"") + 5;
    ids.push_back(frame.substr(begin, frame.find('"', begin) - begin));
  }
  return ids;
}

TestBatch::TestBatch(std::size_t first, std::size_t count, std::size_t bytes) {
  batch.sink = "siem";
  batch.tenant = "acme";
  batch.stream = "audit";
  memory.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    Record record;
    record.event_id = memory.emplace_back(std::to_string(first + i));
    record.value = record.raw = memory.emplace_back(bytes, static_cast<char>('a' + i % 26));
    record.category = "LOGIN";
    batch.records.push_back(record);
  }
  batch.outcomes.assign(count, OutcomeKind::kUndecided);
}

std::size_t TestBatch::Count(OutcomeKind kind) const {
  return static_cast<std::size_t>(std::count(batch.outcomes.begin(), batch.outcomes.end(), kind));
}

std::vector<std::string> TestBatch::ids() const {
  std::vector<std::string> ids;
  for (const Record& record : batch.records) ids.emplace_back(record.event_id);
  return ids;
}

std::optional<Error> PublishAndWait(Sink& sink, SinkBatch& batch) {
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    int calls = 0;
    std::optional<Error> error;
  };
  const auto state = std::make_shared<State>();
  sink.Publish(batch, [state](std::optional<Error> error) {
    const std::lock_guard lock(state->mutex);
    ++state->calls;
    state->error = std::move(error);
    state->changed.notify_all();
  });
  std::unique_lock lock(state->mutex);
  if (!state->changed.wait_until(lock, SteadyNow() + 3 * kLong, [&] { return state->calls > 0; })) {
    throw std::runtime_error("done was never called");
  }
  if (state->calls != 1) throw std::runtime_error("done was called twice");
  return state->error;
}

SyslogSinkConfig QuickConfig(SyslogTransport transport, std::uint16_t port) {
  using std::chrono::milliseconds;
  SyslogSinkConfig config;
  config.name = "siem";
  config.addresses = {{transport, "127.0.0.1", port}};
  config.message.hostname = "fw1";
  config.timings.patience = milliseconds(300);
  config.timings.first_back_off = milliseconds(5);
  config.timings.longest_back_off = milliseconds(20);
  config.timings.probation = milliseconds(50);
  return config;
}

std::unique_ptr<SyslogSink> MakeSink(const SyslogSinkConfig& config) {
  auto sink = SyslogSink::Create(config, [](std::string_view) {});
  if (!sink) throw std::runtime_error(sink.error().message);
  return std::move(*sink);
}

}  // namespace nsf::testing
