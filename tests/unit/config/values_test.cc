// SPDX-License-Identifier: Apache-2.0
// Quantities, times, addresses, references and near names, as tables.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "adapters/syslog/address.h"
#include "app/config/expand.h"
#include "app/config/nearest.h"
#include "app/config/parse_address.h"
#include "app/config/parse_quantity.h"
#include "app/config/parse_time.h"
#include "unit/config/surroundings.h"

namespace nsf::test {
namespace {

using std::chrono::milliseconds;

TEST_CASE("durations need one number and one unit") {
  struct Row {
    const char* text;
    std::int64_t milliseconds;  // -1: refused
  };
  for (const Row& row : std::vector<Row>{{"500ms", 500},
                                         {"30s", 30'000},
                                         {"5m", 300'000},
                                         {"24h", 86'400'000},
                                         {"7d", 604'800'000},
                                         {"0s", 0},
                                         {"007s", 7000},
                                         {"30", -1},
                                         {"s", -1},
                                         {"", -1},
                                         {"-5s", -1},
                                         {"+5s", -1},
                                         {"1.5s", -1},
                                         {"5 s", -1},
                                         {"5S", -1},
                                         {"5sec", -1},
                                         {"1h30m", -1},
                                         {"5s ", -1},
                                         {"9223372036854775807ms", 9223372036854775807},
                                         {"9223372036854775808ms", -1},
                                         {"9223372036854775807s", -1}}) {
    INFO(row.text);
    const Result<milliseconds> duration = ParseDuration(row.text);
    CHECK((duration ? duration->count() : -1) == row.milliseconds);
  }
}

TEST_CASE("sizes and rates need their unit, and do not overflow") {
  CHECK(ParseSize("16MiB", false).value() == 16L * 1024 * 1024);
  CHECK(ParseSize("1B", false).value() == 1);
  CHECK(ParseSize("8000", true).value() == 8000);
  CHECK(ParseRate("240/min").value() == 240);
  CHECK(ParseRate("4/s").value() == 240);
  for (const char* text : {"8000", "16MB", "16mib", "MiB", "-1MiB", "9999999999GiB", "1 MiB", ""}) {
    INFO(text);
    CHECK_FALSE(ParseSize(text, false).has_value());
  }
  for (const char* text :
       {"240", "240/h", "/min", "-1/min", "4/sec", "9223372036854775807/s", ""}) {
    INFO(text);
    CHECK_FALSE(ParseRate(text).has_value());
  }
  CHECK(ParseDuration("30").error().message.find("has no unit") != std::string::npos);
  CHECK(ParseSize("30", false).error().message.find("has no unit") != std::string::npos);
  CHECK(ParseRate("30").error().message.find("has no unit") != std::string::npos);
}

TEST_CASE("a quantity is written as it can be read again") {
  for (const char* text : {"0ms", "500ms", "1500ms", "30s", "90s", "5m", "1h", "1d", "7d"}) {
    CHECK(DurationText(ParseDuration(text).value()) == text);
  }
  for (const char* text : {"0B", "8000B", "64KiB", "1MiB", "4MiB", "1GiB"}) {
    CHECK(SizeText(ParseSize(text, false).value()) == text);
  }
}

TEST_CASE("times are days or RFC 3339, in whole seconds of UTC") {
  struct Row {
    const char* text;
    const char* utc;  // empty: refused
  };
  for (const Row& row : std::vector<Row>{{"2027-03-01", "2027-03-01T00:00:00Z"},
                                         {"2026-11-01T10:20:30Z", "2026-11-01T10:20:30Z"},
                                         {"2026-11-01t10:20:30z", "2026-11-01T10:20:30Z"},
                                         {"2026-11-01 10:20:30Z", "2026-11-01T10:20:30Z"},
                                         {"2026-11-01T10:20:30.999Z", "2026-11-01T10:20:30Z"},
                                         {"2026-11-01T01:00:00+02:30", "2026-10-31T22:30:00Z"},
                                         {"2026-11-01T23:00:00-02:00", "2026-11-02T01:00:00Z"},
                                         {"2024-02-29", "2024-02-29T00:00:00Z"},
                                         {"2026-02-29", ""},
                                         {"2026-13-01", ""},
                                         {"2026-11-01T10:20:30", ""},
                                         {"2026-11-01T24:00:00Z", ""},
                                         {"2026-11-01T10:60:00Z", ""},
                                         {"2026-11-01T10:20:30.Z", ""},
                                         {"2026-11-01T10:20:30ZZ", ""},
                                         {"2026-11-01T", ""},
                                         {"2026-11-1", ""},
                                         {"1969-12-31", ""},
                                         {"20261101", ""},
                                         {"", ""}}) {
    INFO(row.text);
    const Result<WallSeconds> time = ParseTime(row.text);
    CHECK((time ? TimeText(*time) : "") == row.utc);
  }
}

TEST_CASE("a tenant's URL is scheme and host, and http stays on this machine") {
  struct Row {
    const char* text;
    const char* url;  // empty: refused
  };
  for (const Row& row :
       std::vector<Row>{{"https://acme.goskope.com", "https://acme.goskope.com"},
                        {"https://acme.goskope.com/", "https://acme.goskope.com"},
                        {"https://acme.goskope.com:8443", "https://acme.goskope.com:8443"},
                        {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
                        {"http://127.9.9.9", "http://127.9.9.9"},
                        {"http://localhost:1", "http://localhost:1"},
                        {"http://[::1]:8080", "http://[::1]:8080"},
                        {"http://[::2]:8080", ""},
                        {"http://127.0.0.1.example", ""},
                        {"http://localhost.example", ""},
                        {"http://127.1", ""},
                        {"http://0.0.0.0", ""},
                        {"http://127.0.0.1@evil.example", ""},
                        {"https://", ""},
                        {"https://:443", ""},
                        {"https://a b", ""},
                        {"https://acme\n.example", ""},
                        {"https://acme.example:0", ""},
                        {"https://acme.example:65536", ""},
                        {"https://acme.example:", ""},
                        {"https://acme.example:44x", ""},
                        {"https://::1", ""},
                        {"https://[::1", ""},
                        {"https://[acme]", ""},
                        {"https://[::1]x", ""},
                        {"https://acme.example?x", ""},
                        {"https://acme.example#x", ""},
                        {"HTTPS://acme.example", ""},
                        {"ftp://acme.example", ""},
                        {"acme.example", ""},
                        {"", ""}}) {
    INFO(row.text);
    const Result<std::string> url = ParseTenantUrl(row.text);
    CHECK((url ? *url : "") == row.url);
  }
}

TEST_CASE("proxies, brokers and addresses to listen on") {
  for (const char* good : {"", "none", "http://proxy:3128", "https://proxy:1/", "socks5h://p:1080",
                           "http://user:p@ss@proxy:3128"}) {
    INFO(good);
    CHECK(ParseProxy(good).has_value());
  }
  for (const char* bad : {"proxy:3128", "http://proxy", "ftp://proxy:1", "http://proxy:1/path",
                          "http://:1", "http://user@:1"}) {
    INFO(bad);
    CHECK_FALSE(ParseProxy(bad).has_value());
  }
  for (const char* good : {"k1", "k1:9092", "10.0.0.1:9092", "[::1]:9092"}) {
    INFO(good);
    CHECK(ParseBroker(good).has_value());
  }
  for (const char* bad : {"", "k1:", "k1:0", "SASL_SSL://k1:9093", "k1,k2", "k1:9092,k2:9092"}) {
    INFO(bad);
    CHECK_FALSE(ParseBroker(bad).has_value());
  }
  for (const char* good : {"127.0.0.1:9641", "0.0.0.0:0", "[::]:9641", "localhost:1"}) {
    INFO(good);
    CHECK(ParseListen(good).has_value());
  }
  for (const char* bad : {"9641", ":9641", "127.0.0.1", "host:9641", "127.0.0.1:99999"}) {
    INFO(bad);
    CHECK_FALSE(ParseListen(bad).has_value());
  }
}

// The sink has its own reading of an address: what is accepted here must be accepted there.
TEST_CASE("a syslog receiver that is accepted is one that the sink can use") {
  for (const char* good :
       {"udp://siem:514", "tcp://192.0.2.1", "tls://siem.example:6514", "tls://[2001:db8::1]:6514",
        "udp://[::1]", "tcp://a_b-c.d:1", "relp://siem", "relps://siem:20514"}) {
    INFO(good);
    CHECK(ParseReceiver(good).has_value());
    CHECK(ParseSyslogAddress(good).has_value());
  }
  for (const char* bad : {"", "siem:514", "http://siem", "tls://", "tls://siem:0", "tls://siem:x",
                          "tls://siem/path", "TLS://siem", "tls://[::1", "tls://a b"}) {
    INFO(bad);
    CHECK_FALSE(ParseReceiver(bad).has_value());
  }
}

TEST_CASE("a URL is shown without user and password") {
  struct Row {
    const char* url;
    const char* shown;
  };
  for (const Row& row : std::vector<Row>{{"http://user:pw@proxy:1", "http://proxy:1"},
                                         {"http://user:p@w@proxy:1", "http://proxy:1"},
                                         {"user:pw@proxy:1", "proxy:1"},
                                         {"http://proxy:1", "http://proxy:1"},
                                         {"http://proxy:1/a@b", "http://proxy:1/a@b"},
                                         {"none", "none"},
                                         {"", ""}}) {
    CHECK(WithoutUserInfo(row.url) == row.shown);
  }
}

TEST_CASE("references are replaced once, and what they bring is not looked at again") {
  World world;
  world.variables["DOLLARS"] = "${NETSKOPE_TOKEN} $$";
  world.variables["_x1"] = "underscore";
  const Surroundings surroundings = world.surroundings();
  struct Row {
    const char* text;
    const char* value;  // null: refused
  };
  for (const Row& row : std::vector<Row>{{"plain", "plain"},
                                         {"", ""},
                                         {"${NETSKOPE_TOKEN}", "t0ken"},
                                         {"a${NETSKOPE_TOKEN}b${_x1}", "at0kenbunderscore"},
                                         {"${DOLLARS}", "${NETSKOPE_TOKEN} $$"},
                                         {"${NONE:-fallback}", "fallback"},
                                         {"${NONE:-}", ""},
                                         {"${EMPTY:-fallback}", "fallback"},
                                         {"${EMPTY}", ""},
                                         {"${NETSKOPE_TOKEN:-fallback}", "t0ken"},
                                         {"${NONE:-a:-b}", "a:-b"},
                                         {"$$", "$"},
                                         {"$${NETSKOPE_TOKEN}", "${NETSKOPE_TOKEN}"},
                                         {"$$$$", "$$"},
                                         {"${file:/run/secrets/acme}", "t0ken"},
                                         {"${file:/run/secrets/none}", nullptr},
                                         {"${file:run/secrets/acme}", nullptr},
                                         {"${file:}", nullptr},
                                         {"${NONE}", nullptr},
                                         {"${}", nullptr},
                                         {"${1X}", nullptr},
                                         {"${A-B}", nullptr},
                                         {"${A", nullptr},
                                         {"$A", nullptr},
                                         {"$", nullptr},
                                         {"a$", nullptr}}) {
    INFO(row.text);
    const Result<std::string> value = Expand(row.text, surroundings);
    CHECK(value.has_value() == (row.value != nullptr));
    if (value && row.value != nullptr) CHECK(*value == row.value);
  }
}

TEST_CASE("the nearest name is offered only when it is near") {
  const std::vector<std::string> known{"poll_interval", "page_size", "tls", "url"};
  CHECK(Nearest("pollinterval", known) == "poll_interval");
  CHECK(Nearest("poll_intervall", known) == "poll_interval");
  CHECK(Nearest("pgae_size", known) == "page_size");
  CHECK(Nearest("pageSize", known) == "page_size");
  CHECK(Nearest("uri", known) == "url");
  CHECK(Nearest("tsl", known) == "tls");
  CHECK(Nearest("concurrency", known).empty());
  CHECK(Nearest("", known).empty());
  CHECK(Nearest(std::string(100'000, 'x'), known).empty());
}

}  // namespace
}  // namespace nsf::test
