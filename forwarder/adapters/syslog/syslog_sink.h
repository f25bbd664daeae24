// SPDX-License-Identifier: Apache-2.0
// The syslog sink: RFC 5424 over UDP, TCP and TLS (octet counting). What is delivered when, what is
// repeated and what can be lost stands in docs/SYSLOG.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/syslog/address.h"
#include "adapters/syslog/publisher.h"
#include "adapters/syslog/stream_publisher.h"
#include "adapters/syslog/tls_settings.h"
#include "adapters/syslog/udp_publisher.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

struct SyslogSinkConfig {
  std::string name;       // of the sink, for messages
  SyslogAddress address;  // see ParseSyslogAddress
  unsigned facility = 13;
  std::string app_name = "netskope-audit";
  std::string hostname;                 // empty: "-"
  std::uint32_t enterprise_number = 0;  // the N of [netskope@N ...]
  std::size_t max_message_bytes = 8000;
  std::size_t resend_bytes = std::size_t{4} * 1024 * 1024;  // TCP and TLS
  SyslogTlsSettings tls;                                    // TLS
  syslog::StreamTimings timings;                            // TCP and TLS
  syslog::UdpSettings udp;                                  // UDP
};

// One thread of its own, which owns the socket; batches queue up for it.
class SyslogSink : public Sink {
 public:
  // Does not connect yet. kConfiguration: which key or file is wrong and what to write instead.
  // kStop when the system has no thread or descriptor left. `log` is called in the sink's thread.
  static Result<std::unique_ptr<SyslogSink>> Create(const SyslogSinkConfig& config,
                                                    syslog::Log log);

  ~SyslogSink() override;
  SyslogSink(const SyslogSink&) = delete;
  SyslogSink& operator=(const SyslogSink&) = delete;

  void Publish(SinkBatch& batch, Done done) override;
  Guarantee guarantee() const override;

 private:
  class Worker;
  SyslogSink(Guarantee guarantee, std::unique_ptr<Worker> worker);

  const Guarantee guarantee_;
  const std::unique_ptr<Worker> worker_;
};

}  // namespace nsf
