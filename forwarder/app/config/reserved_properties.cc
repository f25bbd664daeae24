// SPDX-License-Identifier: Apache-2.0
#include "app/config/reserved_properties.h"

#include <array>
#include <string_view>

namespace nsf {
namespace {

struct Reserved {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kAcknowledged =
    "decides what counts as delivered, and the guarantee rests on it; remove it";
constexpr std::string_view kIdempotent =
    "belongs to the idempotent producer, and the guarantee rests on it; remove it";
constexpr std::string_view kReports =
    "would hide delivery reports, and the guarantee rests on them; remove it";

constexpr std::array<Reserved, 18> kReserved{{
    {"bootstrap.servers", "is set by the key `brokers`; write the brokers there"},
    {"metadata.broker.list", "is set by the key `brokers`; write the brokers there"},
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
    {"partitioner", "is fixed, so that a key finds its partition; choose with the key `key`"},
    {"plugin.library.paths", "would load code into this process; remove it"},
}};

}  // namespace

std::string WhyReserved(const std::string& name) {
  for (const Reserved& reserved : kReserved) {
    if (reserved.name == name) return std::string(reserved.why);
  }
  return {};
}

std::string WhyRisky(const std::string& name, const std::string& value) {
  if (name == "enable.ssl.certificate.verification" && value != "true") {
    return "switches the verification of the brokers' certificates off; remove it and set "
           "ssl.ca.location";
  }
  if (name == "ssl.endpoint.identification.algorithm" && value == "none") {
    return "takes any broker's certificate for any broker; remove it";
  }
  return {};
}

}  // namespace nsf
