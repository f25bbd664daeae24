// SPDX-License-Identifier: Apache-2.0
// Profiles of syslog sinks: what each sets, that what is written out wins, and that a key without
// effect is told.
#include "app/config/profiles.h"

#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "app/config/print.h"
#include "unit/config/surroundings.h"

namespace nsf::test {
namespace {

LoadedConfig WithSink(const std::string& keys) {
  return Load(
      "tenants: [{name: acme, token_file: /run/secrets/acme}]\n"
      "sinks:\n"
      "  - {name: siem, type: syslog, " +
      keys + "}\n");
}

struct Sink {
  Format format;
  SyslogConfig syslog;
};

Sink Good(const std::string& keys) {
  const LoadedConfig loaded = WithSink(keys);
  for (const Diagnostic& error : loaded.diagnostics.errors()) {
    UNSCOPED_INFO(ToString(loaded.file, error));
  }
  REQUIRE(loaded.config.has_value());
  const SinkConfig& sink = loaded.config->sinks.at(0);
  return {sink.format, std::get<SyslogConfig>(sink.kind)};
}

TEST_CASE("a profile sets several keys") {
  struct Row {
    const char* name;
    Format format;
    SyslogHeader header;
    SyslogFraming framing;
    unsigned facility;
    std::size_t max_message_bytes;
  };
  constexpr auto kNew = SyslogHeader::kRfc5424;
  constexpr auto kOld = SyslogHeader::kRfc3164;
  constexpr auto kOctet = SyslogFraming::kOctetCounting;
  constexpr auto kLine = SyslogFraming::kLineFeed;
  const std::vector<Row> rows = {
      {"none", Format::kOcsf, kNew, kOctet, 13, 8000},
      {"splunk-sc4s", Format::kOcsf, kNew, kOctet, 13, 60'000},
      {"qradar", Format::kLeef, kOld, kLine, 13, 4096},
      {"sentinel", Format::kCef, kOld, kLine, 20, 8000},
      {"rsyslog", Format::kOcsf, kNew, kOctet, 13, 8000},
      {"syslog-ng", Format::kOcsf, kNew, kOctet, 13, 60'000},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const Sink sink = Good("address: [\"tls://siem\"], profile: " + std::string(row.name));
    CHECK(sink.format == row.format);
    CHECK(sink.syslog.message.header == row.header);
    CHECK(sink.syslog.framing == row.framing);
    CHECK(sink.syslog.message.facility == row.facility);
    CHECK(sink.syslog.message.max_message_bytes == row.max_message_bytes);
  }
  CHECK(SyslogProfileNames().size() == rows.size());
}

TEST_CASE("without a profile the defaults are those of the structs") {
  const SyslogConfig syslog = Good("address: [\"tls://siem\"]").syslog;
  const SyslogConfig defaults;
  CHECK(syslog.message.header == defaults.message.header);
  CHECK(syslog.message.facility == defaults.message.facility);
  CHECK(syslog.message.app_name == defaults.message.app_name);
  CHECK(syslog.message.hostname == defaults.message.hostname);
  CHECK(syslog.message.enterprise_number == defaults.message.enterprise_number);
  CHECK(syslog.message.max_message_bytes == defaults.message.max_message_bytes);
  CHECK(syslog.message.oversize == defaults.message.oversize);
  CHECK(syslog.framing == defaults.framing);
  CHECK(syslog.resend_bytes == defaults.resend_bytes);
  CHECK(syslog.window == defaults.window);
}

TEST_CASE("what is written out wins over the profile, wherever it stands") {
  const Sink sink = Good(
      "format: raw, facility: 16, address: [\"tcp://siem\"], profile: sentinel, header: rfc5424");
  CHECK(sink.format == Format::kRaw);
  CHECK(sink.syslog.message.header == SyslogHeader::kRfc5424);
  CHECK(sink.syslog.message.facility == 16);
  CHECK(sink.syslog.framing == SyslogFraming::kLineFeed);
}

TEST_CASE("print shows what a profile has set") {
  const std::string printed = PrintConfig(WithSink("address: [\"tls://siem\"], profile: qradar"));
  for (const char* line :
       {"profile: qradar\n", "header: rfc3164\n", "framing: lf\n", "max_message_bytes: 4KiB\n"}) {
    INFO(line);
    CHECK(printed.find(line) != std::string::npos);
  }
}

TEST_CASE("a key without effect is told") {
  struct Row {
    const char* keys;
    const char* told;
  };
  for (const Row& row : std::vector<Row>{
           {"address: [\"relp://a\"], framing: lf", "framing has no effect over relp://"},
           {"address: [\"relps://a\"], resend: 1MiB", "resend has no effect over relps://"},
           {"address: [\"udp://a\"], framing: octet", "framing has no effect over udp://"},
           {"address: [\"tls://a\"], window: 5", "window has no effect over tls://"},
           {"address: [\"tls://a\"], header: rfc3164, enterprise_number: 5",
            "enterprise_number has no effect in header: rfc3164"},
           {"address: [\"relp://a\"], profile: qradar", ""},
           {"address: [\"tcp://a\", \"tcp://b\"], framing: lf, resend: 0", ""}}) {
    INFO(row.keys);
    const LoadedConfig loaded = WithSink(row.keys);
    CHECK(loaded.diagnostics.ok());
    std::string all;
    for (const Diagnostic& warning : loaded.diagnostics.warnings()) all += warning.message + "\n";
    CHECK(all.empty() == (*row.told == '\0'));
    CHECK(all.find(row.told) != std::string::npos);
  }
}

}  // namespace
}  // namespace nsf::test
