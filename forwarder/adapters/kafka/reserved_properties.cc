// SPDX-License-Identifier: Apache-2.0
// The tables.
#include "adapters/kafka/reserved_properties.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace nsf {
namespace {

struct Reserved {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kBrokers = "is set by the key `brokers`; write the brokers there";
constexpr std::string_view kAcknowledged =
    "decides what counts as delivered, and the guarantee rests on it; remove it";
constexpr std::string_view kIdempotent =
    "belongs to the idempotent producer, and the guarantee rests on it; remove it";
constexpr std::string_view kReports =
    "decides what librdkafka reports, and the guarantee rests on its reports; remove it";

constexpr std::array<Reserved, 23> kReserved{{
    {"bootstrap.servers", kBrokers},
    {"metadata.broker.list", kBrokers},
    {"acks", kAcknowledged},
    {"request.required.acks", kAcknowledged},
    {"enable.idempotence", kIdempotent},
    {"enable.gapless.guarantee", kIdempotent},
    {"retries", kIdempotent},
    {"message.send.max.retries", kIdempotent},
    {"max.in.flight", kIdempotent},
    {"max.in.flight.requests.per.connection", kIdempotent},
    {"queuing.strategy", kIdempotent},
    {"transactional.id", kIdempotent},
    {"transaction.timeout.ms", kIdempotent},
    {"delivery.report.only.error", kReports},
    {"enabled_events", kReports},
    {"produce.offset.report", kReports},
    {"log.queue", kReports},
    {"background_event_cb", kReports},
    {"opaque", kReports},
    {"plugin.library.paths", "would load code into this process; remove it"},
    {"test.mock.num.brokers", "would replace the brokers by none; remove it"},
    {"test.mock.broker.rtt", "is for tests of librdkafka; remove it"},
    {"internal.termination.signal", "would interfere with this program's signals; remove it"},
}};

// Below that a restart of a broker is a failure; for ever (0), an outage would never be told.
constexpr int kLeastTimeoutMs = 1'000;
constexpr int kMostTimeoutMs = 3'600'000;

bool IsTimeoutInRange(std::string_view value) {
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() && number >= kLeastTimeoutMs &&
         number <= kMostTimeoutMs;
}

}  // namespace

std::string_view WhyReservedKafkaProperty(std::string_view name) {
  const auto* const found =
      std::find_if(kReserved.begin(), kReserved.end(),
                   [name](const Reserved& reserved) { return reserved.name == name; });
  return found == kReserved.end() ? std::string_view() : found->why;
}

std::string_view WhyRefusedKafkaValue(std::string_view name, std::string_view value) {
  if (name == "enable.ssl.certificate.verification" && value != "true") {
    return "would take any certificate for a broker's; remove it and set ssl.ca.location";
  }
  if ((name == "message.timeout.ms" || name == "delivery.timeout.ms") && !IsTimeoutInRange(value)) {
    return "must be from 1000 to 3600000: how long an outage lasts before a batch is given back";
  }
  return {};
}

bool IsSecretKafkaProperty(std::string_view name) {
  if (name.ends_with(".location")) return false;  // a path
  constexpr std::array<std::string_view, 6> kMarks{"password", "secret", "key",
                                                   "token",    "pem",    "oauthbearer.config"};
  return std::any_of(kMarks.begin(), kMarks.end(), [name](std::string_view mark) {
    return name.find(mark) != std::string_view::npos;
  });
}

}  // namespace nsf
