// SPDX-License-Identifier: Apache-2.0
#include "app/config/build.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "app/config/parse_address.h"

namespace nsf {
namespace {

template <typename Enum, std::size_t N>
using Names = std::array<std::pair<std::string_view, Enum>, N>;

constexpr Names<AuthScheme, 3> kAuthSchemes{{{"token", AuthScheme::kToken},
                                             {"authorization", AuthScheme::kAuthorization},
                                             {"bearer", AuthScheme::kBearer}}};
constexpr Names<PagingParameter, 3> kParameters{{{"auto", PagingParameter::kAuto},
                                                 {"skip", PagingParameter::kSkip},
                                                 {"offset", PagingParameter::kOffset}}};
constexpr Names<PagingWindow, 4> kWindows{{{"auto", PagingWindow::kAuto},
                                           {"insertion", PagingWindow::kInsertion},
                                           {"event", PagingWindow::kEvent},
                                           {"none", PagingWindow::kNone}}};
constexpr Names<PagingOrder, 4> kOrders{{{"auto", PagingOrder::kAuto},
                                         {"oldest", PagingOrder::kOldest},
                                         {"newest", PagingOrder::kNewest},
                                         {"none", PagingOrder::kNone}}};
constexpr Names<Format, kAllFormats.size()> kFormats = [] {
  Names<Format, kAllFormats.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = {FormatName(kAllFormats[i]), kAllFormats[i]};
  }
  return names;
}();
constexpr Names<KafkaKey, 4> kKafkaKeys{{{"user", KafkaKey::kUser},
                                         {"id", KafkaKey::kId},
                                         {"tenant", KafkaKey::kTenant},
                                         {"none", KafkaKey::kNone}}};
constexpr Names<SyslogHeader, 2> kSyslogHeaders{
    {{"rfc5424", SyslogHeader::kRfc5424}, {"rfc3164", SyslogHeader::kRfc3164}}};
constexpr Names<SyslogFraming, 2> kSyslogFramings{
    {{"octet", SyslogFraming::kOctetCounting}, {"lf", SyslogFraming::kLineFeed}}};
constexpr Names<SyslogOversize, 2> kSyslogOversizes{
    {{"shorten", SyslogOversize::kShorten}, {"dead_letter", SyslogOversize::kDeadLetter}}};
constexpr Names<OwnCalls, 3> kOwnCalls{
    {{"keep", OwnCalls::kKeep}, {"drop", OwnCalls::kDrop}, {"tag", OwnCalls::kTag}}};
constexpr Names<LogLevel, 4> kLogLevels{{{"debug", LogLevel::kDebug},
                                         {"info", LogLevel::kInfo},
                                         {"warn", LogLevel::kWarn},
                                         {"error", LogLevel::kError}}};
constexpr Names<LogFormat, 2> kLogFormats{{{"text", LogFormat::kText}, {"json", LogFormat::kJson}}};

// The table of keys lets no other text through.
template <typename Enum, std::size_t N>
Enum Named(const Names<Enum, N>& names, const Setting& setting) {
  for (const auto& [name, value] : names) {
    if (name == setting.text()) return value;
  }
  throw std::logic_error("a value that the table of keys allows and the program does not know");
}

template <typename Number>
Number To(const Setting& setting) {
  return static_cast<Number>(setting.number());
}

std::chrono::seconds Seconds(const Setting& setting) {
  return std::chrono::duration_cast<std::chrono::seconds>(setting.duration());
}

std::vector<std::string> Texts(const Setting& list) {
  std::vector<std::string> texts;
  for (const Setting& item : list.items) texts.push_back(item.text());
  return texts;
}

TlsConfig BuildTls(const Setting& tls) {
  return {tls.At("ca_file").text(), tls.At("cert_file").text(), tls.At("key_file").text(),
          tls.At("server_name").text(), tls.At("min_version").text()};
}

PagingConfig BuildPaging(const Setting& paging) {
  PagingConfig config;
  config.parameter = Named(kParameters, paging.At("parameter"));
  config.window = Named(kWindows, paging.At("window"));
  config.order = Named(kOrders, paging.At("order"));
  config.length = Seconds(paging.At("length"));
  if (const Setting& settle = paging.At("settle");
      std::holds_alternative<std::chrono::milliseconds>(settle.value)) {
    config.settle = Seconds(settle);
  }
  config.revisit.clear();
  for (const Setting& age : paging.At("revisit").items) config.revisit.push_back(Seconds(age));
  config.deliver_changed = paging.At("changed").text() == "deliver";
  return config;
}

FilterSettings BuildFilter(const Setting& filter) {
  return {Named(kOwnCalls, filter.At("own_calls")), filter.At("own_user").text(),
          Texts(filter.At("keep_users")), Texts(filter.At("drop_users"))};
}

// The key is read by whoever may read files.
RedactionSettings BuildRedaction(const Setting& privacy) {
  RedactionSettings settings;
  for (const auto& [list, veil] : {std::pair("hash", Veil::kHash), {"redact", Veil::kRedact}}) {
    for (const std::string& name : Texts(privacy.At(list))) {
      if (name == "user") {
        settings.user = veil;
      } else if (name == "ip") {
        settings.ip = veil;
      } else {
        settings.members[name] = veil;
      }
    }
  }
  return settings;
}

EventSourceConfig BuildEventSource(const Setting& entry) {
  EventSourceConfig source;
  source.type = entry.At("type").text();
  source.path = entry.At("path").text();
  if (const Setting& size = entry.At("page_size"); size.has_value()) {
    source.page_size = To<std::uint32_t>(size);
  }
  if (const Setting& window = entry.At("window"); !window.text().empty()) {
    source.window = Named(kWindows, window);
  }
  return source;
}

IdentitiesConfig BuildIdentities(const Setting& identities) {
  IdentitiesConfig config;
  config.token_file = identities.At("token_file").text();
  config.refresh = Seconds(identities.At("refresh"));
  const std::vector<std::string> fields = Texts(identities.At("fields"));
  const auto has = [&fields](const char* name) {
    return std::find(fields.begin(), fields.end(), name) != fields.end();
  };
  config.fields = {has("id"),     has("display_name"), has("active"),
                   has("groups"), has("department"),   has("location")};
  config.requests_per_minute = To<std::uint32_t>(identities.At("rate_limit"));
  config.burst = To<std::uint32_t>(identities.At("burst"));
  return config;
}

TenantConfig BuildTenant(const Setting& tenant, const std::vector<SinkConfig>& sinks) {
  TenantConfig config;
  config.name = tenant.At("name").text();
  config.url = tenant.At("url").text();
  config.token_file = tenant.At("token_file").text();
  if (tenant.At("token").has_value()) config.token = tenant.At("token").secret();
  if (const auto* time = std::get_if<WallSeconds>(&tenant.At("token_expires").value)) {
    config.token_expires = *time;
  }
  config.events.clear();
  for (const Setting& entry : tenant.At("events").items) {
    config.events.push_back(entry.At("type").text());
    config.event_sources.push_back(BuildEventSource(entry));
  }
  config.reads_iterator = tenant.At("source").text() == "iterator";
  config.iterator_index = tenant.At("iterator").At("index").text();
  config.sinks = Texts(tenant.At("sinks"));
  if (config.sinks.empty()) {
    for (const SinkConfig& sink : sinks) config.sinks.push_back(sink.name);
  }
  if (const auto* time = std::get_if<WallSeconds>(&tenant.At("start").value)) {
    config.start = *time;
  } else {
    config.start = Seconds(tenant.At("start"));
  }
  config.poll_interval = tenant.At("poll_interval").duration();
  config.page_size = To<std::uint32_t>(tenant.At("page_size"));
  config.concurrency = To<std::size_t>(tenant.At("concurrency"));
  config.requests_per_minute = To<std::uint32_t>(tenant.At("rate_limit"));
  config.burst = To<std::uint32_t>(tenant.At("burst"));
  config.auth = Named(kAuthSchemes, tenant.At("auth"));
  config.paging = BuildPaging(tenant.At("paging"));
  config.filter = BuildFilter(tenant.At("filter"));
  config.redaction = BuildRedaction(tenant.At("privacy"));
  config.key_file = tenant.At("privacy").At("key_file").text();
  config.identities = BuildIdentities(tenant.At("identities"));
  config.tls = BuildTls(tenant.At("tls"));
  config.proxy = tenant.At("proxy").text();
  config.timeout = tenant.At("timeout").duration();
  config.max_page_bytes = To<std::size_t>(tenant.At("max_page_bytes"));
  return config;
}

KafkaConfig BuildKafka(const Setting& sink) {
  KafkaConfig config;
  config.brokers = Texts(sink.At("brokers"));
  config.topic = sink.At("topic").text();
  config.key = Named(kKafkaKeys, sink.At("key"));
  for (const Setting& property : sink.At("properties").items) {
    if (const auto* secret = std::get_if<ConfiguredSecret>(&property.value)) {
      config.secret_properties.emplace_back(property.name, *secret);
    } else {
      config.properties.emplace_back(property.name, property.text());
    }
  }
  return config;
}

SyslogConfig BuildSyslog(const Setting& sink) {
  SyslogConfig config;
  config.addresses = Texts(sink.At("address"));
  config.message.header = Named(kSyslogHeaders, sink.At("header"));
  config.message.facility = To<unsigned>(sink.At("facility"));
  config.message.app_name = sink.At("app_name").text();
  config.message.hostname = sink.At("hostname").text();
  config.message.enterprise_number = To<std::uint32_t>(sink.At("enterprise_number"));
  config.message.max_message_bytes = To<std::size_t>(sink.At("max_message_bytes"));
  config.message.oversize = Named(kSyslogOversizes, sink.At("oversize"));
  config.framing = Named(kSyslogFramings, sink.At("framing"));
  config.resend_bytes = To<std::size_t>(sink.At("resend"));
  config.window = To<std::size_t>(sink.At("window"));
  config.tls = BuildTls(sink.At("tls"));
  return config;
}

SinkConfig BuildSink(const Setting& sink) {
  SinkConfig config;
  config.name = sink.At("name").text();
  config.format = Named(kFormats, sink.At("format"));
  if (sink.key->name == "kafka") config.kind = BuildKafka(sink);
  if (sink.key->name == "syslog") config.kind = BuildSyslog(sink);
  if (sink.key->name == "file") {
    config.kind = FileConfig{sink.At("path").text(), sink.At("sync").flag()};
  }
  return config;
}

StateConfig BuildState(const Setting& state) {
  StateConfig config;
  if (state.key->name == "sqlite") {
    config.path = state.At("path").text();
    return config;
  }
  config.path.clear();
  config.sink = state.At("sink").text();
  config.topic = state.At("topic").text();
  config.slots = To<std::int32_t>(state.At("slots"));
  if (state.At("instance").has_value()) config.instance = state.At("instance").text();
  config.session = state.At("session").duration();
  return config;
}

DeadLetterConfig BuildDeadLetter(const Setting& dead_letter) {
  if (dead_letter.key->name == "file") return {dead_letter.At("path").text(), "", ""};
  return {"", dead_letter.At("sink").text(), dead_letter.At("topic").text()};
}

ServerConfig BuildServer(const Setting& server) {
  const HostPort address = ParseHostPort(server.At("listen").text()).value();
  return {address.host, address.port.value()};
}

}  // namespace

Config BuildConfig(const Setting& root) {
  Config config;
  for (const Setting& sink : root.At("sinks").items) config.sinks.push_back(BuildSink(sink));
  for (const Setting& tenant : root.At("tenants").items) {
    config.tenants.push_back(BuildTenant(tenant, config.sinks));
  }
  config.state = BuildState(root.At("state"));
  config.dead_letter = BuildDeadLetter(root.At("dead_letter"));
  const Setting& batch = root.At("batch");
  config.batch.events = To<std::size_t>(batch.At("events"));
  config.batch.bytes = To<std::size_t>(batch.At("bytes"));
  config.batch.age = batch.At("age").duration();
  config.server = BuildServer(root.At("server"));
  config.log.level = Named(kLogLevels, root.At("log").At("level"));
  config.log.format = Named(kLogFormats, root.At("log").At("format"));
  return config;
}

}  // namespace nsf
