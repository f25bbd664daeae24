// SPDX-License-Identifier: Apache-2.0
// The configuration as the program uses it: checked, complete (every default is filled in, names
// are resolved) and free of text that still has to be parsed. app/config/load.h makes it from the
// file; the defaults themselves stand in app/config/keys.cc alone, and a test compares them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/kafka/kafka_settings.h"
#include "adapters/syslog/message_settings.h"
#include "core/event/identity.h"
#include "core/privacy/privacy_settings.h"
#include "ports/clock.h"
#include "ports/record.h"
#include "ports/result.h"
#include "ports/secret_source.h"

namespace nsf {

class ClassificationTable;

// A secret that stands in the configuration, and how the file refers to it ("${NETSKOPE_TOKEN}").
// The reference of a secret written out in the file is empty: it is never repeated.
struct ConfiguredSecret {
  Secret value;
  std::string reference;
};

// The same shape everywhere. There is no key that switches verification off.
struct TlsConfig {
  std::string ca_file;      // PEM; empty: the system's trust store
  std::string cert_file;    // PEM, with its chain; both or neither of cert_file and key_file
  std::string key_file;     // PEM
  std::string server_name;  // to ask for and to check; empty: the host of the address
  std::string min_version = "1.2";  // "1.2" or "1.3"
};

enum class AuthScheme : std::uint8_t {
  kToken,          // Netskope-Api-Token: T
  kAuthorization,  // Authorization: Netskope-Api-Token T
  kBearer,         // Authorization: Bearer T
};

enum class PagingParameter : std::uint8_t { kAuto, kSkip, kOffset };
enum class PagingWindow : std::uint8_t { kAuto, kInsertion, kEvent, kNone };
enum class PagingOrder : std::uint8_t { kAuto, kOldest, kNewest, kNone };

// What of the tenant's dialect is pinned.
struct PagingConfig {
  PagingParameter parameter = PagingParameter::kAuto;
  PagingWindow window = PagingWindow::kAuto;
  PagingOrder order = PagingOrder::kAuto;
  std::chrono::seconds length{300};            // of a window, near the present
  std::optional<std::chrono::seconds> settle;  // empty: auto
  // Ages of closed windows at which they are walked again, ascending.
  std::vector<std::chrono::seconds> revisit{std::chrono::minutes(15), std::chrono::hours(1),
                                            std::chrono::hours(24)};
  bool deliver_changed = false;
};

// One entry of `events`, as far as the file says it.
struct EventSourceConfig {
  std::string type;
  std::string path;                        // empty: that of the table of event types
  std::optional<std::uint32_t> page_size;  // empty: the tenant's, as far as the type's pages go
  std::optional<PagingWindow> window;      // empty: paging.window, else what the type takes
};

// Who users are, asked over SCIM.
struct IdentitiesConfig {
  std::string token_file;  // of the SCIM token; empty: nobody is asked
  std::chrono::seconds refresh{3600};
  IdentityFields fields;
  std::uint32_t requests_per_minute = 240;  // rate_limit
  std::uint32_t burst = 4;                  // at most so many a second
};

struct TenantConfig {
  std::string name;
  std::string url;  // "https://acme.goskope.com": scheme, host and port, without a slash at the end
  // Where the token is: exactly one of both is set.
  std::string token_file;
  ConfiguredSecret token;  // white space cut
  std::optional<WallSeconds> token_expires;
  std::vector<std::string> events{"audit"};      // event types
  std::vector<EventSourceConfig> event_sources;  // of each of them, at most one
  bool reads_iterator = false;                   // `source`
  std::string iterator_index;                    // empty: a name is drawn
  std::vector<std::string> sinks;  // never empty after loading: all sinks where the file names none
  std::variant<std::chrono::seconds, WallSeconds> start = std::chrono::seconds(86'400);
  std::chrono::milliseconds poll_interval{30'000};
  std::uint32_t page_size = 5000;
  std::size_t concurrency = 8;              // pages asked for at a time
  std::uint32_t requests_per_minute = 240;  // rate_limit
  std::uint32_t burst = 4;                  // at most so many a second
  AuthScheme auth = AuthScheme::kToken;
  PagingConfig paging;
  FilterSettings filter;
  RedactionSettings redaction;  // `privacy`
  std::string key_file;         // of redaction.key; empty: none
  IdentitiesConfig identities;
  TlsConfig tls;
  // Empty: HTTPS_PROXY and NO_PROXY decide; "none": no proxy; else a URL. It may hold a password:
  // show it through WithoutUserInfo() only.
  std::string proxy;
  std::chrono::milliseconds timeout{180'000};
  std::size_t max_page_bytes = std::size_t{32} * 1024 * 1024;  // decoded
};

struct KafkaConfig {
  std::vector<std::string> brokers;  // "host:port", at least one
  std::string topic;                 // may hold {tenant} and {stream}
  KafkaKey key = KafkaKey::kUser;
  // librdkafka's own properties; none of them is one that the guarantee rests on.
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<std::pair<std::string, ConfiguredSecret>> secret_properties;
};

struct SyslogConfig {
  std::vector<std::string> addresses;  // "tls://siem.example:6514"; checked: of one scheme
  SyslogMessageSettings message;       // an empty hostname: this host's name
  SyslogFraming framing = SyslogFraming::kOctetCounting;
  std::size_t resend_bytes = std::size_t{4} * 1024 * 1024;
  std::size_t window = 1000;
  TlsConfig tls;
};

struct FileConfig {
  std::string path;  // "-": stdout
  bool sync = true;
};

struct SinkConfig {
  std::string name;
  Format format = Format::kOcsf;
  std::variant<KafkaConfig, SyslogConfig, FileConfig> kind;
};

// A directory or a topic.
struct StateConfig {
  std::string path = "/var/lib/netskope-forwarder";  // empty: a topic
  std::string sink;  // of the topic: the Kafka sink whose connection is used; empty: a directory
  std::string topic;
  std::int32_t slots = 16;  // when the topics are made
  std::string instance;     // empty: it has no name that lasts
  std::chrono::milliseconds session{10'000};
};

// A file or a topic.
struct DeadLetterConfig {
  std::string path = "/var/lib/netskope-forwarder/dead-letter.ndjson";  // empty: a topic
  std::string sink;   // of the topic: the Kafka sink whose connection is used; empty: a file
  std::string topic;  // may hold {tenant} and {stream}
};

struct BatchConfig {
  std::size_t events = 10'000;
  std::size_t bytes = std::size_t{16} * 1024 * 1024;
  std::chrono::milliseconds age{1000};
};

struct ServerConfig {
  std::string host = "127.0.0.1";  // an address to bind; IPv6 without brackets
  std::uint16_t port = 9641;       // 0: any free port, told in the log
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kText, kJson };

struct LogConfig {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

struct Config {
  std::string file;  // where it was read from
  std::vector<TenantConfig> tenants;
  std::vector<SinkConfig> sinks;
  std::shared_ptr<const ClassificationTable> classification;  // built in, and the file's
  StateConfig state;
  DeadLetterConfig dead_letter;
  BatchConfig batch;
  ServerConfig server;
  LogConfig log;
};

// The Kafka sink of this name; the configuration was checked.
const SinkConfig& KafkaSinkNamed(const Config& config, const std::string& name);

// Why the commands that leave work for the owner of the state do nothing where it is a topic.
Error StateIsATopic(const StateConfig& state);

// Why the commands that read the dead letter do nothing where it is a topic, and what to do.
Error DeadLetterIsATopic(const DeadLetterConfig& dead_letter);

// `url` without "user:password@", for logs and `config print`.
std::string WithoutUserInfo(const std::string& url);

}  // namespace nsf
