// SPDX-License-Identifier: Apache-2.0
// Checks the settings, chooses the publisher, and runs it in the sink's thread.
#include "adapters/syslog/syslog_sink.h"

#include <algorithm>
#include <csignal>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "adapters/syslog/message_writer.h"
#include "adapters/syslog/relp_publisher.h"
#include "adapters/syslog/stream_publisher.h"
#include "adapters/syslog/syslog_connector.h"

namespace nsf {

// The thread and its queue.
class SyslogSink::Worker {
 public:
  explicit Worker(std::string name) : name_(std::move(name)) {}
  ~Worker() {
    stop_.Raise();
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Call once.
  void Start(std::unique_ptr<syslog::Publisher> publisher) {
    publisher_ = std::move(publisher);
    thread_ = std::thread([this] { Run(); });
  }

  void Queue(SinkBatch& batch, Done done) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({&batch, std::move(done)});
    work_.Raise();
  }

  const syslog::Signal& stop() const { return stop_; }

 private:
  struct Job {
    SinkBatch* batch;
    Done done;
  };

  void Run() {
    BlockSignals();
    while (!stop_.raised()) {
      if (auto job = Take()) {
        job->done(PublishSafely(*job->batch));
      } else {
        publisher_->Idle(work_);
      }
    }
    while (auto job = Take()) {
      job->done(Error{ErrorKind::kRetry, "sink " + name_ + ": it is being stopped"});
    }
    publisher_.reset();  // closes the connection
  }

  // SIGPIPE must not end the process when a receiver goes; the others are for the main thread.
  static void BlockSignals() {
    sigset_t signals;
    sigfillset(&signals);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
      sigdelset(&signals, fault);
    }
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  }

  std::optional<Job> Take() {
    const std::lock_guard lock(mutex_);
    if (jobs_.empty()) {
      work_.Clear();
      return std::nullopt;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  std::optional<Error> PublishSafely(SinkBatch& batch) {
    try {
      auto error = publisher_->Publish(batch);
      if (error) error->message = "sink " + name_ + ": " + error->message;
      return error;
    } catch (const std::exception& failure) {  // out of memory, descriptors or threads
      return Error{ErrorKind::kRetry,
                   "sink " + name_ + ": " + failure.what() + "; raise the limit of this process"};
    }
  }

  const std::string name_;
  syslog::Signal stop_;
  syslog::Signal work_;
  std::mutex mutex_;  // guards jobs_
  std::deque<Job> jobs_;
  std::unique_ptr<syslog::Publisher> publisher_;
  std::thread thread_;
};

namespace {

constexpr std::size_t kLargestDatagram = 65'507;                        // UDP over IPv4
constexpr std::size_t kLargestMessage = std::size_t{16} * 1024 * 1024;  // far beyond any receiver
constexpr std::size_t kSmallestLimit = 480;  // what every receiver takes (§6.1)
constexpr std::size_t kLargestResend = std::size_t{1024} * 1024 * 1024;

bool IsPrintable(const std::string& text, std::size_t limit) {
  return text.size() <= limit &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

Error Wrong(const SyslogSinkConfig& config, const std::string& what) {
  return {ErrorKind::kConfiguration, "sink " + config.name + ": " + what};
}

// What is wrong with the addresses; empty: nothing.
std::string AddressMistake(const std::vector<SyslogAddress>& addresses) {
  if (addresses.empty()) return "address: none is given; write one like tls://siem.example:6514";
  for (const SyslogAddress& address : addresses) {
    if (address.host.empty() || address.port == 0) {
      return "address: host or port is missing; write it like tls://siem.example:6514";
    }
    if (address.transport != addresses.front().transport) {
      return "address: all must begin alike (all tls://, or all relp://); make a sink of each";
    }
  }
  if (addresses.size() > 1 && addresses.front().transport == SyslogTransport::kUdp) {
    return "address: over UDP nobody notices that a receiver is gone; write one address";
  }
  return {};
}

std::string MessageMistake(const SyslogMessageSettings& message, bool udp) {
  const std::size_t most = udp ? kLargestDatagram : kLargestMessage;
  const std::size_t longest_name = message.header == SyslogHeader::kRfc3164 ? 32 : 48;
  if (message.facility > 23) return "facility: it must be a number from 0 to 23";
  if (message.app_name.empty() || !IsPrintable(message.app_name, longest_name)) {
    return "app_name: it must be 1 to " + std::to_string(longest_name) +
           " printable ASCII characters without spaces";
  }
  if (!IsPrintable(message.hostname, 255)) {
    return "hostname: it must be up to 255 printable ASCII characters without spaces";
  }
  if (message.max_message_bytes < kSmallestLimit || message.max_message_bytes > most) {
    return "max_message_bytes: it must be from " + std::to_string(kSmallestLimit) + " to " +
           std::to_string(most) + (udp ? " over UDP" : "");
  }
  return {};
}

std::optional<Error> FindMistake(const SyslogSinkConfig& config) {
  if (const auto mistake = AddressMistake(config.addresses); !mistake.empty()) {
    return Wrong(config, mistake);
  }
  const bool udp = config.addresses.front().transport == SyslogTransport::kUdp;
  if (const auto mistake = MessageMistake(config.message, udp); !mistake.empty()) {
    return Wrong(config, mistake);
  }
  if (config.resend_bytes > kLargestResend) {
    return Wrong(config, "resend: it must be at most 1GiB; it is kept in memory");
  }
  if (config.window == 0) return Wrong(config, "window: it must be at least 1");
  if (config.udp.datagrams_per_second == 0) {
    return Wrong(config, "the number of datagrams per second must be at least 1");
  }
  return std::nullopt;
}

Guarantee GuaranteeOf(const SyslogSinkConfig& config) {
  const SyslogTransport transport = config.addresses.front().transport;
  if (transport == SyslogTransport::kUdp) {
    return {false, "handed to the network; over UDP nobody confirms a message"};
  }
  if (UsesRelp(transport)) return {true, "confirmed by the receiver, each message (RELP)"};
  if (config.resend_bytes == 0) {
    return {false,
            "acknowledged by the receiver's TCP; what it has not read is lost when it stops, since "
            "resend is 0"};
  }
  return {true, "acknowledged by the receiver's TCP; the last " +
                    std::to_string(config.resend_bytes) +
                    " bytes are sent again when a connection was lost"};
}

Result<std::unique_ptr<syslog::Publisher>> MakePublisher(const SyslogSinkConfig& config,
                                                         const syslog::Log& log,
                                                         const syslog::Signal& stop) {
  using Made = std::unique_ptr<syslog::Publisher>;
  const SyslogAddress& first = config.addresses.front();
  syslog::MessageWriter writer(config.message);
  if (first.transport == SyslogTransport::kUdp) {
    return Made(
        std::make_unique<syslog::UdpPublisher>(first, std::move(writer), config.udp, log, stop));
  }
  auto connector = syslog::MakeConnector(config, log);
  if (!connector) return Wrong(config, connector.error().message);
  if (UsesRelp(first.transport)) {
    return Made(std::make_unique<syslog::RelpPublisher>(syslog::AddressNames(config),
                                                        std::move(*connector), std::move(writer),
                                                        config.window, config.timings, log, stop));
  }
  return Made(std::make_unique<syslog::StreamPublisher>(
      syslog::AddressNames(config), std::move(*connector), std::move(writer), config.framing,
      config.resend_bytes, config.timings, log, stop));
}

}  // namespace

Result<std::unique_ptr<SyslogSink>> SyslogSink::Create(const SyslogSinkConfig& config,
                                                       const syslog::Log& log) {
  if (auto mistake = FindMistake(config)) return *mistake;
  try {
    auto worker = std::make_unique<Worker>(config.name);
    auto publisher = MakePublisher(config, log, worker->stop());
    if (!publisher) return publisher.error();
    worker->Start(std::move(*publisher));
    return std::unique_ptr<SyslogSink>(new SyslogSink(GuaranteeOf(config), std::move(worker)));
  } catch (const std::exception& failure) {
    return Error{ErrorKind::kStop, "sink " + config.name + " cannot be started: " + failure.what() +
                                       "; raise the limits of this process"};
  }
}

SyslogSink::SyslogSink(Guarantee guarantee, std::unique_ptr<Worker> worker)
    : guarantee_(std::move(guarantee)), worker_(std::move(worker)) {}

SyslogSink::~SyslogSink() = default;

void SyslogSink::Publish(SinkBatch& batch, Done done) { worker_->Queue(batch, std::move(done)); }

Guarantee SyslogSink::guarantee() const { return guarantee_; }

}  // namespace nsf
