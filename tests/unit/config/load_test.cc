// SPDX-License-Identifier: Apache-2.0
// Good files: every value arrives where it belongs, defaults are as documented, what tenants share
// is taken over, secrets stay hidden, and what is odd but allowed is a warning.
#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "unit/config/surroundings.h"

namespace nsf::test {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): literals

constexpr const char* kSmallest =
    "tenants: [{name: acme, token_file: /run/secrets/acme}]\n"
    "sinks: [{name: out, type: file, path: /var/log/a}]\n";

Config Good(const std::string& text, const World& world = {}) {
  const LoadedConfig loaded = Load(text, world);
  for (const Diagnostic& error : loaded.diagnostics.errors()) {
    UNSCOPED_INFO(ToString(loaded.file, error));
  }
  REQUIRE(loaded.config.has_value());
  return *loaded.config;
}

std::string Warnings(const std::string& text) {
  std::string all;
  const LoadedConfig loaded = Load(text);
  CHECK(loaded.config.has_value());
  for (const Diagnostic& warning : loaded.diagnostics.warnings()) {
    all += ToString(loaded.file, warning) + "\n";
  }
  return all;
}

void CheckSame(const TlsConfig& a, const TlsConfig& b) {
  CHECK(a.ca_file == b.ca_file);
  CHECK(a.cert_file == b.cert_file);
  CHECK(a.key_file == b.key_file);
  CHECK(a.server_name == b.server_name);
  CHECK(a.min_version == b.min_version);
}

TEST_CASE("filters, privacy and rules of classification arrive") {
  const Config config = Good(
      "classification: /etc/netskope-forwarder/classification.yaml\n"
      "defaults: {privacy: {hash: [user, justification], redact: [ip, details],\n"
      "  key_file: /run/secrets/hash-key}}\n"
      "tenants:\n"
      "  - name: acme\n"
      "    token_file: /run/secrets/acme\n"
      "    filter: {own_calls: tag, own_user: poller, keep_users: [a, '*@b'], drop_users: [c]}\n"
      "sinks: [{name: out, type: file, path: /var/log/a}]\n");
  CHECK(config.classification != nullptr);
  const TenantConfig& tenant = config.tenants.at(0);
  CHECK(tenant.filter.own_calls == OwnCalls::kTag);
  CHECK(tenant.filter.own_user == "poller");
  CHECK(tenant.filter.keep_users == std::vector<std::string>{"a", "*@b"});
  CHECK(tenant.filter.drop_users == std::vector<std::string>{"c"});
  CHECK(tenant.redaction.user == Veil::kHash);
  CHECK(tenant.redaction.ip == Veil::kRedact);
  CHECK(tenant.redaction.members ==
        std::map<std::string, Veil, std::less<>>{{"justification", Veil::kHash},
                                                 {"details", Veil::kRedact}});
  CHECK(tenant.redaction.key.Reveal() == "0123456789abcdef0123456789abcdef");
  const Config plain = Good(kSmallest);
  CHECK(plain.classification != nullptr);
  CHECK(plain.tenants.at(0).filter.own_calls == OwnCalls::kKeep);
  CHECK_FALSE(plain.tenants.at(0).redaction.any());
}

TEST_CASE("the smallest file has the defaults of the structs") {
  const Config config = Good(kSmallest);
  const TenantConfig& tenant = config.tenants.at(0);
  const TenantConfig defaults;
  CHECK(config.file == "config.yaml");
  CHECK(tenant.name == "acme");
  CHECK(tenant.url == "https://acme.goskope.com");
  CHECK(tenant.token_file == "/run/secrets/acme");
  CHECK(tenant.token.value.empty());
  CHECK_FALSE(tenant.token_expires.has_value());
  CHECK(tenant.events == defaults.events);
  CHECK(tenant.sinks == std::vector<std::string>{"out"});
  CHECK(tenant.start == defaults.start);
  CHECK(tenant.poll_interval == defaults.poll_interval);
  CHECK(tenant.page_size == defaults.page_size);
  CHECK(tenant.requests_per_minute == defaults.requests_per_minute);
  CHECK(tenant.burst == defaults.burst);
  CHECK(tenant.auth == defaults.auth);
  CHECK(tenant.paging.parameter == defaults.paging.parameter);
  CHECK(tenant.paging.window == defaults.paging.window);
  CHECK(tenant.paging.order == defaults.paging.order);
  CHECK(tenant.paging.length == defaults.paging.length);
  CHECK(tenant.paging.settle == defaults.paging.settle);
  CheckSame(tenant.tls, defaults.tls);
  CHECK(tenant.proxy.empty());
  CHECK(tenant.timeout == defaults.timeout);
  CHECK(tenant.max_page_bytes == defaults.max_page_bytes);
  CHECK(config.sinks.at(0).format == Format::kOcsf);
  CHECK(std::get<FileConfig>(config.sinks.at(0).kind).sync);
  CHECK(config.state.path == StateConfig{}.path);
  CHECK(config.dead_letter.path == DeadLetterConfig{}.path);
  CHECK(config.batch.events == BatchConfig{}.events);
  CHECK(config.batch.bytes == BatchConfig{}.bytes);
  CHECK(config.batch.age == BatchConfig{}.age);
  CHECK(config.server.host == ServerConfig{}.host);
  CHECK(config.server.port == ServerConfig{}.port);
  CHECK(config.log.level == LogConfig{}.level);
  CHECK(config.log.format == LogConfig{}.format);
}

constexpr const char* kEverything = R"(
defaults:
  token_file: "/run/secrets/{name}"
  paging: {order: newest}
tenants:
  - name: acme
    url: http://[::1]:8080/
    token_expires: 2027-03-01
    events: [audit]
    sinks: [siem, lake]
    start: 2026-11-01T00:00:00Z
    poll_interval: 500ms
    page_size: 100
    rate_limit: 5/s
    burst: 9
    auth: bearer
    paging: {parameter: skip, window: event, length: 10m, settle: 90s}
    tls:
      ca_file: /etc/pki/ca.pem
      cert_file: /etc/pki/client.pem
      key_file: /etc/pki/client.key
      server_name: tenant.example
      min_version: 1.3
    proxy: http://user:${NETSKOPE_TOKEN}@proxy.example:3128
    timeout: 60s
    max_page_bytes: 1048576
  - {name: other, start: 7d, auth: authorization, proxy: none}
sinks:
  - name: lake
    type: kafka
    brokers: ["k1:9092", k2]
    topic: security.{tenant}.{stream}
    key: none
    format: raw
    properties:
      security.protocol: SASL_SSL
      sasl.password: ${file:/run/secrets/kafka}
      linger.ms: 5
  - name: siem
    type: syslog
    address: ["tls://siem.example:6514", "tls://spare.example"]
    header: rfc3164
    framing: lf
    facility: 16
    app_name: audit
    hostname: forwarder-1
    enterprise_number: 4711
    max_message_bytes: 16KiB
    oversize: dead_letter
    resend: 1MiB
    window: 128
    tls: {server_name: siem}
  - {name: out, type: file, path: "-", sync: false}
state: {type: sqlite, path: /var/state}
dead_letter: {type: file, path: /var/dead}
batch: {events: 5, bytes: 1MiB, age: 200ms}
server: {listen: "[::]:0"}
log: {level: debug, format: json}
)";

TEST_CASE("the dead letter is a file, or a topic that a sink's connection leads to") {
  const std::string sinks =
      "sinks: [{name: lake, type: kafka, brokers: [k], topic: events, format: raw}]\n";
  const std::string tenants = "tenants: [{name: acme, token_file: /run/secrets/acme}]\n";
  const Config file = Good(tenants + sinks);
  CHECK(file.dead_letter.sink.empty());
  CHECK(file.dead_letter.topic.empty());
  const Config topic =
      Good(tenants + sinks + "dead_letter: {type: kafka, sink: lake, topic: \"{tenant}.dlq\"}\n");
  CHECK(topic.dead_letter.path.empty());
  CHECK(topic.dead_letter.sink == "lake");
  CHECK(topic.dead_letter.topic == "{tenant}.dlq");
}

TEST_CASE("the state is a directory, or a topic that a sink's connection leads to") {
  const std::string rest =
      "sinks: [{name: lake, type: kafka, brokers: [k], topic: events, format: raw}]\n"
      "tenants: [{name: acme, token_file: /run/secrets/acme}]\n";
  CHECK(Good(rest).state.sink.empty());
  const Config topic = Good(rest + "state: {type: kafka, sink: lake, topic: forwarder.state}\n");
  CHECK(topic.state.path.empty());
  CHECK(topic.state.sink == "lake");
  CHECK(topic.state.topic == "forwarder.state");
  CHECK(KafkaSinkNamed(topic, "lake").name == "lake");
}

TEST_CASE("everything that can be set of a tenant is set") {
  const Config config = Good(kEverything);
  const TenantConfig& tenant = config.tenants.at(0);
  CHECK(tenant.url == "http://[::1]:8080");
  CHECK(tenant.token_file == "/run/secrets/acme");
  CHECK(tenant.token_expires == WallSeconds(1'803'859'200s));
  CHECK(tenant.sinks == std::vector<std::string>{"siem", "lake"});
  CHECK(std::get<WallSeconds>(tenant.start) == WallSeconds(1'793'491'200s));
  CHECK(tenant.poll_interval == 500ms);
  CHECK(tenant.page_size == 100);
  CHECK(tenant.requests_per_minute == 300);
  CHECK(tenant.burst == 9);
  CHECK(tenant.auth == AuthScheme::kBearer);
  CHECK(tenant.paging.parameter == PagingParameter::kSkip);
  CHECK(tenant.paging.window == PagingWindow::kEvent);
  CHECK(tenant.paging.order == PagingOrder::kNewest);  // of `defaults`, within a map that is given
  CHECK(tenant.paging.length == 10min);
  CHECK(tenant.paging.settle == 90s);
  CheckSame(tenant.tls, {"/etc/pki/ca.pem", "/etc/pki/client.pem", "/etc/pki/client.key",
                         "tenant.example", "1.3"});
  CHECK(tenant.proxy == "http://user:t0ken@proxy.example:3128");
  CHECK(tenant.timeout == 60s);
  CHECK(tenant.max_page_bytes == 1024UL * 1024);

  const TenantConfig& other = config.tenants.at(1);
  CHECK(other.token_file == "/run/secrets/other");
  CHECK(other.url == "https://other.goskope.com");
  CHECK(std::get<std::chrono::seconds>(other.start) == 168h);
  CHECK(other.sinks == std::vector<std::string>{"lake", "siem", "out"});
  CHECK(other.auth == AuthScheme::kAuthorization);
  CHECK(other.proxy == "none");
}

TEST_CASE("everything that can be set of sinks and sections is set") {
  const Config config = Good(kEverything);
  const auto& kafka = std::get<KafkaConfig>(config.sinks.at(0).kind);
  CHECK(config.sinks[0].format == Format::kRaw);
  CHECK(kafka.brokers == std::vector<std::string>{"k1:9092", "k2"});
  CHECK(kafka.topic == "security.{tenant}.{stream}");
  CHECK(kafka.key == KafkaKey::kNone);
  CHECK(kafka.properties == std::vector<std::pair<std::string, std::string>>{
                                {"security.protocol", "SASL_SSL"}, {"linger.ms", "5"}});
  REQUIRE(kafka.secret_properties.size() == 1);
  CHECK(kafka.secret_properties[0].first == "sasl.password");
  CHECK(kafka.secret_properties[0].second.value.Reveal() == "hunter2");
  CHECK(kafka.secret_properties[0].second.reference == "${file:/run/secrets/kafka}");

  const auto& syslog = std::get<SyslogConfig>(config.sinks.at(1).kind);
  CHECK(syslog.addresses ==
        std::vector<std::string>{"tls://siem.example:6514", "tls://spare.example"});
  CHECK(syslog.message.header == SyslogHeader::kRfc3164);
  CHECK(syslog.message.facility == 16);
  CHECK(syslog.message.app_name == "audit");
  CHECK(syslog.message.hostname == "forwarder-1");
  CHECK(syslog.message.enterprise_number == 4711);
  CHECK(syslog.message.max_message_bytes == 16UL * 1024);
  CHECK(syslog.message.oversize == SyslogOversize::kDeadLetter);
  CHECK(syslog.framing == SyslogFraming::kLineFeed);
  CHECK(syslog.resend_bytes == 1024UL * 1024);
  CHECK(syslog.window == 128);
  CHECK(syslog.tls.server_name == "siem");

  const auto& file = std::get<FileConfig>(config.sinks.at(2).kind);
  CHECK(file.path == "-");
  CHECK_FALSE(file.sync);
  CHECK(config.state.path == "/var/state");
  CHECK(config.dead_letter.path == "/var/dead");
  CHECK(config.batch.events == 5);
  CHECK(config.batch.bytes == 1024UL * 1024);
  CHECK(config.batch.age == 200ms);
  CHECK(config.server.host == "::");
  CHECK(config.server.port == 0);
  CHECK(config.log.level == LogLevel::kDebug);
  CHECK(config.log.format == LogFormat::kJson);
}

TEST_CASE("a tenant's own way to its token takes the place of the shared one") {
  const char* sinks = "sinks: [{name: out, type: file, path: /var/log/a}]\n";
  const Config own = Good(std::string("defaults: {token_file: /run/secrets/none}\n") +
                          "tenants: [{name: acme, token: \"${NETSKOPE_TOKEN}\"}]\n" + sinks);
  CHECK(own.tenants.at(0).token_file.empty());
  CHECK(own.tenants.at(0).token.value.Reveal() == "t0ken");
  CHECK(own.tenants.at(0).token.reference == "${NETSKOPE_TOKEN}");
  const Config shared = Good(std::string("defaults: {token: \"${file:/run/secrets/{name}}\"}\n") +
                             "tenants: [{name: acme}, {name: other}]\n" + sinks);
  CHECK(shared.tenants.at(0).token.value.Reveal() == "t0ken");
  CHECK(shared.tenants.at(1).token.value.Reveal() == "0ther");
}

TEST_CASE("a value of the wrong kind in a reference is an error, a right one is taken") {
  World world;
  world.variables["PAGE"] = "50";
  const std::string text =
      "tenants: [{name: acme, token_file: /run/secrets/acme, page_size: \"${PAGE}\"}]\n"
      "sinks: [{name: out, type: file, path: \"${DIR:-/var/log}/a$$b\"}]\n";
  const Config config = Good(text, world);
  CHECK(config.tenants.at(0).page_size == 50);
  CHECK(std::get<FileConfig>(config.sinks.at(0).kind).path == "/var/log/a$b");
}

TEST_CASE("JSON is YAML: a configuration may be written in it") {
  const Config config = Good(
      R"({"tenants": [{"name": "acme", "token_file": "/run/secrets/acme", "burst": 1000}],
          "sinks": [{"name": "out", "type": "file", "path": "a b", "sync": false}]})");
  CHECK(config.tenants.at(0).burst == 1000);
  CHECK(std::get<FileConfig>(config.sinks.at(0).kind).path == "a b");
}

TEST_CASE("what is odd but allowed is a warning") {
  CHECK(Warnings(kSmallest).empty());
  CHECK(Warnings("tenants: [{name: acme, token: t0ken-in-the-file}]\n"
                 "sinks: [{name: out, type: file, path: /var/log/a}]\n") ==
        "config.yaml:1:31: the token is written out in this file; keep it in token_file or write "
        "${NETSKOPE_TOKEN}\n");
  CHECK(Warnings("tenants: [{name: acme, token_file: /run/secrets/acme, sinks: [out]}]\n"
                 "sinks:\n"
                 "  - {name: out, type: file, path: /var/log/a}\n"
                 "  - name: lake\n"
                 "    type: kafka\n"
                 "    brokers: [k1]\n"
                 "    topic: audit\n"
                 "    properties:\n"
                 "      sasl.password: hunter2\n"
                 "      ssl.endpoint.identification.algorithm: none\n"
                 "      ssl.key.location: /etc/pki/client.key\n") ==
        "config.yaml:4:11: no tenant delivers to the sink \"lake\"; name it in a tenant's "
        "`sinks`, or remove it\n"
        "config.yaml:9:7: the property sasl.password is a secret written out in this file; "
        "write ${NAME} or ${file:/path}\n"
        "config.yaml:10:7: the property ssl.endpoint.identification.algorithm takes any broker's "
        "certificate for any other's; remove it\n");
}

// librdkafka's words change with its version.
TEST_CASE("a property that librdkafka does not know, or a value it refuses, is an error in place") {
  const LoadedConfig loaded = Load(
      "tenants: [{name: acme, token_file: /run/secrets/acme}]\n"
      "sinks:\n"
      "  - name: lake\n"
      "    type: kafka\n"
      "    brokers: [k1]\n"
      "    topic: audit\n"
      "    properties:\n"
      "      sasl.pasword: hunter2\n"
      "      linger.ms: soon\n"
      "      sasl.password: hunter2\n");
  const std::vector<Diagnostic>& errors = loaded.diagnostics.errors();
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].where == Mark{8, 7});
  CHECK(errors[0].message.find("sasl.pasword is unknown to librdkafka") != std::string::npos);
  CHECK(errors[1].where == Mark{9, 7});
  CHECK(errors[1].message.find("linger.ms") != std::string::npos);
  for (const Diagnostic& error : errors) {
    CHECK(error.message.find("; ") != std::string::npos);
    CHECK(error.message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a file that is not there, or is no configuration, is told as such") {
  const World world;
  const LoadedConfig missing = LoadConfig("none.yaml", world.surroundings());
  REQUIRE(missing.diagnostics.errors().size() == 1);
  CHECK(ToString(missing.file, missing.diagnostics.errors()[0]) ==
        "none.yaml: cannot be read (No such file or directory); name the file with -c FILE, "
        "`netskope-forwarder config example` prints one to begin with");
  const LoadedConfig large = Load(std::string(5UL * 1024 * 1024, ' '));
  REQUIRE(large.diagnostics.errors().size() == 1);
  CHECK(large.diagnostics.errors()[0].message.find("larger than 4MiB") != std::string::npos);
}

// Cut anywhere, a file is refused or read, but never a crash; the sanitizers look on.
TEST_CASE("a file cut at any byte is no harm") {
  const std::string text = kEverything;
  for (std::size_t length = 0; length < text.size(); ++length) {
    const LoadedConfig loaded = Load(text.substr(0, length));
    if (!loaded.config) CHECK_FALSE(loaded.diagnostics.errors().empty());
  }
}

TEST_CASE("a file with any byte changed is no harm") {
  const std::string text = kEverything;
  for (const char byte : {'\0', '\t', '\n', '"', '{', ']', ':', '$', '*', '\xff'}) {
    for (std::size_t at = 0; at < text.size(); at += 3) {
      std::string changed = text;
      changed[at] = byte;
      const LoadedConfig loaded = Load(changed);
      if (!loaded.config) CHECK_FALSE(loaded.diagnostics.errors().empty());
    }
  }
}

}  // namespace
}  // namespace nsf::test
