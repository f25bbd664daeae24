// SPDX-License-Identifier: Apache-2.0
// The table itself. The order is that of `config print`, `config example` and the documentation.
#include "app/config/keys.h"

#include "app/config/profiles.h"

namespace nsf {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kGiB = 1024 * kMiB;

Key Tls(const std::string& peer) {
  return {
      .name = "tls",
      .kind = Kind::kSection,
      .doc = "TLS towards " + peer + ". Verification cannot be switched off.",
      .keys = {
          {.name = "ca_file",
           .kind = Kind::kPath,
           .doc = "PEM file of the authorities to trust, instead of the system's."},
          {.name = "cert_file",
           .kind = Kind::kPath,
           .doc = "PEM file of the client certificate and its chain; with key_file."},
          {.name = "key_file",
           .kind = Kind::kPath,
           .doc = "PEM file of the client certificate's key, not encrypted."},
          {.name = "server_name",
           .doc = "Name to ask for and to find in the certificate, where it is not the host's."},
          {.name = "min_version",
           .kind = Kind::kChoice,
           .doc = "Oldest TLS version to accept.",
           .fallback = "1.2",
           .values = {"1.2", "1.3"}},
      }};
}

Key Paging() {
  return {
      .name = "paging",
      .kind = Kind::kSection,
      .doc = "Pins how this tenant turns pages; leave it out unless a message names it.",
      .keys = {
          {.name = "parameter",
           .kind = Kind::kChoice,
           .doc = "Name of the query parameter that turns the page.",
           .fallback = "auto",
           .values = {"auto", "skip", "offset"}},
          {.name = "window",
           .kind = Kind::kChoice,
           .doc = "Time by which a window is asked for; `none`: this tenant honours no window.",
           .fallback = "auto",
           .values = {"auto", "insertion", "event", "none"}},
          {.name = "order",
           .kind = Kind::kChoice,
           .doc = "Order of the list: oldest first, newest first, or `none`.",
           .fallback = "auto",
           .values = {"auto", "oldest", "newest", "none"}},
          {.name = "length",
           .kind = Kind::kDuration,
           .doc = "Length of a window near the present.",
           .fallback = "5m",
           .min = kSecond,
           .max = kDay,
           .whole_seconds = true},
          {.name = "settle",
           .kind = Kind::kDurationOrAuto,
           .doc = "How long after its end a window is closed; `auto`: 60s by insertion time, 10m "
                  "by event time.",
           .fallback = "auto",
           .min = kSecond,
           .max = kDay,
           .whole_seconds = true},
          {.name = "revisit",
           .kind = Kind::kDuration,
           .doc = "Ages, ascending, at which a closed window is walked again for late rows.",
           .fallback = "15m, 1h, 24h",
           .min = kSecond,
           .max = 30 * kDay,
           .whole_seconds = true,
           .list = true},
          {.name = "changed",
           .kind = Kind::kChoice,
           .doc = "An event that comes again with other content: `count` it, or `deliver` it anew.",
           .fallback = "count",
           .values = {"count", "deliver"}},
      }};
}

Key Events() {
  return {
      .name = "events",
      .kind = Kind::kSection,
      .doc =
          "Event types to forward; {type: T, path: P} for what docs/EVENT-TYPES.md does not "
          "list, or lists otherwise.",
      .fallback = "audit",
      .values = {"audit", "alert", "application", "page", "network", "connection", "incident",
                 "infrastructure"},
      .list = true,
      .max_items = 64,
      .keys = {{.name = "type",
                .kind = Kind::kName,
                .doc = "The type: the stream's name, in metrics and topics.",
                .required = true},
               {.name = "path",
                .kind = Kind::kText,
                .doc = "Where the API has it, as in /api/v2/events/datasearch/alert."},
               {.name = "page_size",
                .kind = Kind::kInteger,
                .doc = "Events to ask for at once, in place of the tenant's page_size.",
                .min = 1,
                .max = 10'000},
               {.name = "window",
                .kind = Kind::kChoice,
                .doc = "The time windows that this endpoint honours, in place of paging.window.",
                .values = {"auto", "insertion", "event", "none"}}},
      .shorthand = "type"};
}

Key Iterator() {
  return {.name = "iterator",
          .kind = Kind::kSection,
          .doc = "With `source: iterator` (docs/ITERATOR.md).",
          .absent_is_off = true,
          .keys = {{.name = "index",
                    .kind = Kind::kName,
                    .doc = "Name under which the tenant keeps the place, for this program alone; "
                           "without it one is drawn at the first start, and kept in the state.",
                    .example = "siem-acme"}}};
}

Key Filter() {
  return {.name = "filter",
          .kind = Kind::kSection,
          .doc = "Events that are not delivered; each is counted (docs/PRIVACY.md).",
          .keys = {
              {.name = "own_calls",
               .kind = Kind::kChoice,
               .doc = "The tenant's records of this program's own requests: `keep`, `drop`, or "
                      "`tag` them (category and rule id `own_call`).",
               .fallback = "keep",
               .values = {"keep", "drop", "tag"}},
              {.name = "own_user",
               .doc = "The user whom the audit log shows for this token; needed for own_calls.",
               .example = "netskope-forwarder"},
              {.name = "keep_users",
               .doc = "Deliver the events of these users alone; one * stands for anything.",
               .list = true},
              {.name = "drop_users",
               .doc = "Do not deliver the events of these users; one * stands for anything.",
               .list = true},
          }};
}

Key Privacy() {
  return {
      .name = "privacy",
      .kind = Kind::kSection,
      .doc = "What is taken out of events, in every format (docs/PRIVACY.md).",
      .keys = {
          {.name = "hash",
           .doc = "`user`, `ip` (wherever they stand in a row), or a member's name: replaced by "
                  "a keyed hash, the same for the same value.",
           .list = true},
          {.name = "redact", .doc = "The same, replaced by `redacted`.", .list = true},
          {.name = "key_file",
           .kind = Kind::kPath,
           .doc = "File with the key of the hashes, 16 bytes or more; needed for hash."},
      }};
}

// What a token may be used for: the vendor's limit, unless the tenant has another.
Key RateLimit(std::string doc) {
  return {.name = "rate_limit",
          .kind = Kind::kRate,
          .doc = std::move(doc),
          .fallback = "240/min",
          .min = 1,
          .max = 6'000'000};
}

Key Burst(std::string doc) {
  return {.name = "burst",
          .kind = Kind::kInteger,
          .doc = std::move(doc),
          .fallback = "4",
          .min = 1,
          .max = 100'000};
}

Key Identities() {
  return {.name = "identities",
          .kind = Kind::kSection,
          .doc = "Who the users in events are, read over SCIM (docs/IDENTITIES.md).",
          .absent_is_off = true,
          .keys = {
              {.name = "token_file",
               .kind = Kind::kPath,
               .doc = "File with the SCIM token, which is another than that of the REST API; read "
                      "again when it changes. Left out: nobody is asked.",
               .example = "/run/secrets/acme-scim"},
              {.name = "refresh",
               .kind = Kind::kDuration,
               .doc = "Time between two pictures of users and groups.",
               .fallback = "1h",
               .min = 1000,
               .max = 7 * kDay,
               .whole_seconds = true},
              {.name = "fields",
               .kind = Kind::kChoice,
               .doc = "What is kept of a user and put into events.",
               .fallback = "id, display_name, active, groups, department, location",
               .values = {"id", "display_name", "active", "groups", "department", "location"},
               .list = true},
              RateLimit("Requests with the SCIM token, never exceeded."),
              Burst("Requests with it in one second, at most."),
          }};
}

std::vector<Key> TenantKeys() {
  return {
      {.name = "name",
       .kind = Kind::kName,
       .doc = "Metrics label, Kafka header and state key; a new name makes a new tenant.",
       .example = "acme",
       .required = true},
      {.name = "url",
       .kind = Kind::kUrl,
       .doc = "The tenant's address: scheme and host. Plain http only to a loopback address.",
       .fallback = "https://{name}.goskope.com"},
      {.name = "token_file",
       .kind = Kind::kPath,
       .doc = "File with the REST API v2 token; read again when it changes. This or `token`.",
       .example = "/run/secrets/acme",
       .in_example = true},
      {.name = "token",
       .kind = Kind::kSecret,
       .doc = "The token itself, by reference. Read once, at the start.",
       .example = "${NETSKOPE_TOKEN}"},
      {.name = "token_expires",
       .kind = Kind::kDate,
       .doc = "Day (2027-03-01) or time on which the token expires, to be warned in time.",
       .example = "2027-03-01"},
      Events(),
      {.name = "source",
       .kind = Kind::kChoice,
       .doc = "What events are read from: the API's `list`, which proves that nothing is missing, "
              "or its `iterator`, whose place the tenant keeps.",
       .fallback = "list",
       .values = {"list", "iterator"}},
      Iterator(),
      {.name = "sinks",
       .kind = Kind::kName,
       .doc = "Names of the sinks to deliver to; empty: all.",
       .list = true},
      {.name = "start",
       .kind = Kind::kStart,
       .doc = "First run only: how far back (24h), or from which time (2026-11-01T00:00:00Z).",
       .fallback = "24h",
       .max = 3650 * kDay,
       .whole_seconds = true},
      {.name = "poll_interval",
       .kind = Kind::kDuration,
       .doc = "Time between two polls of a stream that has caught up.",
       .fallback = "30s",
       .min = 100,
       .max = kHour},
      {.name = "page_size",
       .kind = Kind::kInteger,
       .doc = "Events to ask for at once; the API's limit is 5000.",
       .fallback = "5000",
       .min = 1,
       .max = 5000},
      {.name = "concurrency",
       .kind = Kind::kInteger,
       .doc = "Pages to ask for at a time, at most.",
       .fallback = "8",
       .min = 1,
       .max = 64},
      RateLimit("Requests with this token, never exceeded."),
      Burst("Requests in one second, at most."),
      {.name = "auth",
       .kind = Kind::kChoice,
       .doc = "Header that carries the token: `Netskope-Api-Token: T`, `Authorization: "
              "Netskope-Api-Token T`, or `Authorization: Bearer T`.",
       .fallback = "token",
       .values = {"token", "authorization", "bearer"}},
      Paging(),
      Filter(),
      Privacy(),
      Identities(),
      Tls("the tenant"),
      {.name = "proxy",
       .kind = Kind::kProxy,
       .doc = "http://host:port; left out: HTTPS_PROXY and NO_PROXY are honoured; \"none\": no "
              "proxy."},
      {.name = "timeout",
       .kind = Kind::kDuration,
       .doc = "Time for one whole request.",
       .fallback = "180s",
       .min = 100,
       .max = kHour},
      {.name = "max_page_bytes",
       .kind = Kind::kBytes,
       .doc = "Largest page to accept, decoded; of a larger one half is asked for.",
       .fallback = "32MiB",
       .min = 64 * kKiB,
       .max = kGiB},
  };
}

// Tenant keys as defaults: nothing is required and nothing has a default of its own.
Key Defaults() {
  Key defaults{.name = "defaults",
               .kind = Kind::kSection,
               .doc =
                   "Any tenant key but `name`, for all tenants that do not set it; {name} "
                   "expands in paths and in url.",
               .keys = TenantKeys()};
  defaults.keys.erase(defaults.keys.begin());
  return defaults;
}

Key SinkName() {
  return {.name = "name",
          .kind = Kind::kName,
          .doc = "How tenants, logs and metrics name this sink.",
          .required = true};
}

Key SinkFormat() {
  return {.name = "format",
          .kind = Kind::kChoice,
          .doc =
              "`ocsf`: OCSF 1.8.0; `ecs`: Elastic Common Schema; `cef`: ArcSight's Common Event "
              "Format; `leef`: QRadar's LEEF 2.0; `raw`: the event's bytes as received, on one "
              "line.",
          .fallback = "ocsf",
          .values = {"raw", "ocsf", "ecs", "cef", "leef"}};
}

Key KafkaSink() {
  Key name = SinkName();
  name.example = "lake";
  return {.name = "kafka",
          .kind = Kind::kSection,
          .doc = "A topic of a Kafka cluster.",
          .keys = {
              name,
              {.name = "brokers",
               .kind = Kind::kBroker,
               .doc = "Brokers to find the cluster by.",
               .example = "[\"kafka-1.example:9092\"]",
               .required = true,
               .list = true},
              {.name = "topic",
               .kind = Kind::kTopic,
               .doc = "Topic to write to; {tenant} and {stream} expand.",
               .example = "\"security.netskope.{stream}\"",
               .required = true},
              {.name = "key",
               .kind = Kind::kChoice,
               .doc = "Record key: events with one key stay in order.",
               .fallback = "user",
               .values = {"user", "id", "tenant", "none"}},
              SinkFormat(),
              {.name = "properties",
               .kind = Kind::kProperties,
               .doc = "Any librdkafka property (security.protocol, sasl.username, ...) but those "
                      "that the guarantee rests on."},
          }};
}

Key SyslogSink() {
  Key name = SinkName();
  name.example = "siem";
  return {.name = "syslog",
          .kind = Kind::kSection,
          .doc = "A syslog receiver.",
          .keys = {
              name,
              {.name = "address",
               .kind = Kind::kReceiver,
               .doc = "The receiver: udp://host:514, tcp://host:601, tls://host:6514, "
                      "relp://host:2514 or relps://host:2514; several of one kind: fail-over.",
               .example = "[\"tls://siem.example:6514\"]",
               .required = true,
               .list = true,
               .max_items = 16},
              {.name = "profile",
               .kind = Kind::kChoice,
               .doc = "Sets the keys below to what this receiver reads; those that are written "
                      "out win.",
               .fallback = "none",
               .values = SyslogProfileNames()},
              SinkFormat(),
              {.name = "header",
               .kind = Kind::kChoice,
               .doc = "Header of a message; the old `rfc3164` has no year, zone, MSGID and "
                      "structured data.",
               .fallback = "rfc5424",
               .values = {"rfc5424", "rfc3164"}},
              {.name = "framing",
               .kind = Kind::kChoice,
               .doc = "How messages are told apart on TCP and TLS: by their length (RFC 6587), or "
                      "by a line feed.",
               .fallback = "octet",
               .values = {"octet", "lf"}},
              {.name = "facility",
               .kind = Kind::kInteger,
               .doc = "Syslog facility; 13 is log audit.",
               .fallback = "13",
               .min = 0,
               .max = 23},
              {.name = "app_name",
               .kind = Kind::kAppName,
               .doc = "APP-NAME of a message; with rfc3164 its TAG, at most 32.",
               .fallback = "netskope-audit"},
              {.name = "hostname",
               .kind = Kind::kHostName,
               .doc = "HOSTNAME of a message; empty: this host's name."},
              {.name = "enterprise_number",
               .kind = Kind::kInteger,
               .doc = "Private enterprise number N in the structured data [netskope@N ...].",
               .fallback = "0",
               .min = 0,
               .max = 4'294'967'295},
              {.name = "max_message_bytes",
               .kind = Kind::kBytes,
               .doc = "Longest message; raise the receiver's limit with it (rsyslog: "
                      "maxMessageSize).",
               .fallback = "8000",
               .min = 480,
               .max = kMiB},
              {.name = "oversize",
               .kind = Kind::kChoice,
               .doc = "A longer message: `shorten` its longest values and mark it, or keep the "
                      "event in the `dead_letter`.",
               .fallback = "shorten",
               .values = {"shorten", "dead_letter"}},
              {.name = "resend",
               .kind = Kind::kBytes,
               .doc = "TCP and TLS: the last bytes sent, kept to be sent again when a connection "
                      "was lost; 0: none.",
               .fallback = "4MiB",
               .min = 0,
               .max = 256 * kMiB},
              {.name = "window",
               .kind = Kind::kInteger,
               .doc = "RELP: messages under way, at most; so many are sent again when a connection "
                      "was lost.",
               .fallback = "1000",
               .min = 1,
               .max = 100'000},
              Tls("the receiver"),
          }};
}

Key FileSink() {
  Key name = SinkName();
  name.example = "out";
  return {.name = "file",
          .kind = Kind::kSection,
          .doc = "A file, one event a line.",
          .keys = {
              name,
              {.name = "path",
               .kind = Kind::kPath,
               .doc = "File to append to; \"-\": stdout.",
               .example = "\"-\"",
               .required = true},
              SinkFormat(),
              {.name = "sync",
               .kind = Kind::kBool,
               .doc = "Sync each batch to the disk before it counts as delivered.",
               .fallback = "true"},
          }};
}

// A topic that is reached by the connection of a Kafka sink.
Key TopicBeside(const char* doc, const char* topic, const char* example) {
  return {.name = "kafka",
          .kind = Kind::kSection,
          .doc = doc,
          .keys = {{.name = "sink",
                    .kind = Kind::kName,
                    .doc = "Name of the Kafka sink whose brokers and properties are used.",
                    .example = "lake",
                    .required = true},
                   {.name = "topic",
                    .kind = Kind::kTopic,
                    .doc = topic,
                    .example = example,
                    .required = true}}};
}

// A topic, and who shares what it holds.
Key StateTopic() {
  Key state = TopicBeside(
      "A compacted topic, committed in one transaction with the events of a "
      "Kafka sink: exactly once.",
      "Topic of the state alone; made if it is missing.", "netskope-forwarder.state");
  state.keys.push_back({.name = "slots",
                        .kind = Kind::kInteger,
                        .doc = "Among how many slots tenants are spread, and so at most how many "
                               "instances share them; for the topics that are made.",
                        .fallback = "16",
                        .min = 1,
                        .max = 1000});
  state.keys.push_back({.name = "instance",
                        .kind = Kind::kName,
                        .doc = "Name of this instance that lasts over restarts, and that no other "
                               "one has: a restart then moves nothing.",
                        .example = "${HOSTNAME}"});
  state.keys.push_back({.name = "session",
                        .kind = Kind::kDuration,
                        .doc = "Without a sign of life for so long an instance is taken as gone, "
                               "and its slots are given to others.",
                        .fallback = "10s",
                        .min = 1000,
                        .max = 300'000});
  return state;
}

Key State() {
  return {.name = "state",
          .kind = Kind::kVariants,
          .doc = "Where the cursors and the ledger are kept.",
          .fallback = "sqlite",
          .keys = {{.name = "sqlite",
                    .kind = Kind::kSection,
                    .doc = "SQLite, in a directory of its own.",
                    .keys = {{.name = "path",
                              .kind = Kind::kPath,
                              .doc = "The directory.",
                              .fallback = "/var/lib/netskope-forwarder"}}},
                   StateTopic()}};
}

Key DeadLetter() {
  return {.name = "dead_letter",
          .kind = Kind::kVariants,
          .doc = "Where events go that a sink refuses for what they are.",
          .fallback = "file",
          .keys = {{.name = "file",
                    .kind = Kind::kSection,
                    .doc = "A file, one event a line, with the reason and the bytes as received.",
                    .keys = {{.name = "path",
                              .kind = Kind::kPath,
                              .doc = "The file.",
                              .fallback = "/var/lib/netskope-forwarder/dead-letter.ndjson"}}},
                   TopicBeside("A topic: the bytes as received, and the reason in headers.",
                               "Topic to write to; {tenant} and {stream} expand.",
                               "\"security.netskope.{stream}.dlq\"")}};
}

Key Classification() {
  return {.name = "classification",
          .kind = Kind::kPath,
          .doc =
              "Your own rules of what an audit text means, before those built in "
              "(docs/CLASSIFICATION.md).",
          .example = "/etc/netskope-forwarder/classification.yaml"};
}

Key Batch() {
  return {
      .name = "batch",
      .kind = Kind::kSection,
      .doc = "What is on its way at a time, in up to six parts; a part ends at the first of these.",
      .keys = {{.name = "events",
                .kind = Kind::kInteger,
                .doc = "Events of a batch, at most; so many can be repeated after a crash.",
                .fallback = "10000",
                .min = 1,
                .max = 1'000'000},
               {.name = "bytes",
                .kind = Kind::kSize,
                .doc = "Bytes that a stream holds of its events, at most; batches reach 3/5 of it.",
                .fallback = "16MiB",
                .min = 64 * kKiB,
                .max = kGiB},
               {.name = "age",
                .kind = Kind::kDuration,
                .doc = "Age of its oldest event, at most.",
                .fallback = "1s",
                .min = 1,
                .max = 5 * kMinute}}};
}

Key Server() {
  return {.name = "server",
          .kind = Kind::kSection,
          .doc = "HTTP: /metrics, /healthz and /readyz.",
          .keys = {{.name = "listen",
                    .kind = Kind::kListen,
                    .doc = "Address and port; port 0: any free one, told in the log.",
                    .fallback = "127.0.0.1:9641"}}};
}

Key Log() {
  return {.name = "log",
          .kind = Kind::kSection,
          .doc = "The log, on stderr.",
          .keys = {{.name = "level",
                    .kind = Kind::kChoice,
                    .doc = "Least level to log.",
                    .fallback = "info",
                    .values = {"debug", "info", "warn", "error"}},
                   {.name = "format",
                    .kind = Kind::kChoice,
                    .doc = "Lines for people, or JSON.",
                    .fallback = "text",
                    .values = {"text", "json"}}}};
}

}  // namespace

const Key& RootKey() {
  static const Key kRoot{.kind = Kind::kSection,
                         .keys = {Defaults(),
                                  {.name = "tenants",
                                   .kind = Kind::kSection,
                                   .doc = "The tenants to read from.",
                                   .required = true,
                                   .list = true,
                                   .keys = TenantKeys()},
                                  {.name = "sinks",
                                   .kind = Kind::kVariants,
                                   .doc = "Where events are delivered to.",
                                   .required = true,
                                   .list = true,
                                   .max_items = 100,
                                   .keys = {KafkaSink(), SyslogSink(), FileSink()}},
                                  Classification(),
                                  State(),
                                  DeadLetter(),
                                  Batch(),
                                  Server(),
                                  Log()}};
  return kRoot;
}

const Key* FindKey(const Key& section, const std::string& name) {
  for (const Key& key : section.keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

std::vector<std::string> KeyNames(const Key& section) {
  std::vector<std::string> names;
  for (const Key& key : section.keys) names.push_back(key.name);
  return names;
}

std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(", ", at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return parts;
}

}  // namespace nsf
