// SPDX-License-Identifier: Apache-2.0
// The syslog sink: RFC 5424 and RFC 3164 over UDP, TCP, TLS and RELP. What is delivered when, what
// is repeated and what can be lost stands in docs/SYSLOG.md.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "adapters/syslog/address.h"
#include "adapters/syslog/message_settings.h"
#include "adapters/syslog/publisher.h"
#include "adapters/syslog/stream_timings.h"
#include "adapters/syslog/tls_settings.h"
#include "adapters/syslog/udp_publisher.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

struct SyslogSinkConfig {
  std::string name;                      // of the sink, for messages
  std::vector<SyslogAddress> addresses;  // of one transport; several: fail-over, not over UDP
  SyslogMessageSettings message;
  SyslogFraming framing = SyslogFraming::kOctetCounting;    // TCP and TLS
  std::size_t resend_bytes = std::size_t{4} * 1024 * 1024;  // TCP and TLS; 0: nothing is kept
  std::size_t window = 1000;                                // RELP: messages under way
  SyslogTlsSettings tls;                                    // TLS, and RELP over it
  syslog::StreamTimings timings;                            // all but UDP
  syslog::UdpSettings udp;                                  // UDP
};

// One thread of its own, which owns the socket; batches queue up for it.
class SyslogSink : public Sink {
 public:
  // Does not connect yet. kConfiguration: which key or file is wrong and what to write instead.
  // kStop when the system has no thread or descriptor left. `log` is called in the sink's thread.
  static Result<std::unique_ptr<SyslogSink>> Create(const SyslogSinkConfig& config,
                                                    const syslog::Log& log);

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
