// SPDX-License-Identifier: Apache-2.0
// What another configuration changes, as a table: who begins anew, who is not touched, and what
// only a restart takes up.
#include "app/reload/config_change.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "unit/config/surroundings.h"

namespace nsf {
namespace {

const char* const kBefore = R"yaml(
tenants:
  - {name: acme, token_file: /run/secrets/acme, sinks: [out]}
  - {name: beta, token: "${NETSKOPE_TOKEN}"}
sinks:
  - {name: out, type: file, path: /tmp/out, format: raw}
  - {name: lake, type: kafka, brokers: ["k1:9092"], topic: events}
)yaml";

LoadedConfig ConfigOf(const std::string& text, const test::World& world = {}) {
  LoadedConfig loaded = test::Load(text, world);
  for (const Diagnostic& error : loaded.diagnostics.errors()) UNSCOPED_INFO(error.message);
  REQUIRE(loaded.config);
  return loaded;
}

ConfigChange Compare(const LoadedConfig& before, const LoadedConfig& after) {
  return CompareConfigs({*before.config, before.settings}, {*after.config, after.settings});
}

std::string With(std::string text, const std::string& part, const std::string& other) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

// "tenants: +a ~b -c; sinks: …; fixed: …"
std::string Described(const ConfigChange& change) {
  std::ostringstream text;
  const auto names = [&text](const char* what, const NamesChanged& of) {
    for (const std::string& name : of.added) text << what << '+' << name << ' ';
    for (const std::string& name : of.changed) text << what << '~' << name << ' ';
    for (const std::string& name : of.removed) text << what << '-' << name << ' ';
  };
  names("tenant", change.tenants);
  names("sink", change.sinks);
  for (const std::string& name : change.logins) text << "login~" << name << ' ';
  for (const std::string& section : change.fixed) text << "fixed:" << section << ' ';
  return text.str();
}

TEST_CASE("what changes is named, and nothing else") {
  struct Row {
    const char* what;
    const char* part;
    const char* other;
    const char* change;
  };
  const Row rows[] = {
      {"nothing", "tenants:", "tenants:", ""},
      {"a default that is written out", "sinks: [out]}", "sinks: [out], poll_interval: 30s}", ""},
      {"lines that move", "tenants:", "\n\ntenants:", ""},
      {"one key of a tenant", "sinks: [out]}", "sinks: [out], poll_interval: 31s}", "tenant~acme "},
      {"a key within a section", "sinks: [out]}", "sinks: [out], paging: {length: 10m}}",
       "tenant~acme "},
      {"defaults that reach both",
       "tenants:", "defaults: {page_size: 100}\ntenants:", "tenant~acme tenant~beta "},
      {"a tenant more", "  - {name: beta",
       "  - {name: gamma, token_file: /run/secrets/other}\n  - {name: beta", "tenant+gamma "},
      {"a tenant less", "  - {name: beta, token: \"${NETSKOPE_TOKEN}\"}\n", "", "tenant-beta "},
      {"another connection of a sink", "k1:9092", "k2:9092", "sink~lake "},
      {"another format concerns who goes there", "topic: events}", "topic: events, format: raw}",
       "tenant~beta sink~lake "},
      {"a sink more concerns who goes to all", "  - {name: lake",
       "  - {name: more, type: file, path: /tmp/more}\n  - {name: lake", "tenant~beta sink+more "},
      {"batch concerns all",
       "tenants:", "batch: {events: 10}\ntenants:", "tenant~acme tenant~beta "},
      {"state", "tenants:", "state: {type: sqlite, path: /tmp/state}\ntenants:", "fixed:state "},
      {"dead letter",
       "tenants:", "dead_letter: {type: file, path: /tmp/dead}\ntenants:", "fixed:dead_letter "},
      {"server", "tenants:", "server: {listen: \"127.0.0.1:1\"}\ntenants:", "fixed:server "},
      {"log", "tenants:", "log: {level: debug}\ntenants:", "fixed:log "},
  };
  const LoadedConfig before = ConfigOf(kBefore);
  for (const Row& row : rows) {
    INFO(row.what);
    const ConfigChange change = Compare(before, ConfigOf(With(kBefore, row.part, row.other)));
    CHECK(Described(change) == row.change);
    CHECK(change.empty() == std::string(row.change).empty());
  }
}

TEST_CASE("a secret that was rotated is a change, though its reference stays") {
  test::World world;
  const LoadedConfig before = ConfigOf(kBefore, world);
  world.variables["NETSKOPE_TOKEN"] = "an0ther";
  CHECK(Described(Compare(before, ConfigOf(kBefore, world))) == "tenant~beta ");
}

TEST_CASE("what stands in a file that the configuration names is compared") {
  const std::string text =
      With(kBefore, "sinks: [out]}",
           "sinks: [out], privacy: {hash: [user], key_file: /run/secrets/hash-key}}") +
      "classification: /etc/netskope-forwarder/classification.yaml\n";
  test::World world;
  const LoadedConfig before = ConfigOf(text, world);
  CHECK(Described(Compare(before, ConfigOf(text, world))).empty());
  world.files["/run/secrets/hash-key"] = "abcdef0123456789abcdef0123456789\n";
  CHECK(Described(Compare(before, ConfigOf(text, world))) == "tenant~acme ");
  world = {};
  world.files["/etc/netskope-forwarder/classification.yaml"] =
      "version: 1\nrules:\n- {id: own, words: [frobnicated], class: 3004, activity: 1}\n";
  CHECK(Described(Compare(before, ConfigOf(text, world))) == "tenant~acme tenant~beta ");
}

TEST_CASE("a sink that lends its connection to the dead letter stays as it is") {
  const std::string text =
      std::string(kBefore) + "dead_letter: {type: kafka, sink: lake, topic: dead}\n";
  const ConfigChange change = Compare(ConfigOf(text), ConfigOf(With(text, "k1:9092", "k2:9092")));
  REQUIRE(change.fixed.size() == 1);
  CHECK(change.fixed.front().find("lake") != std::string::npos);
}

TEST_CASE("where others use a sink's connection its user and password change, and nothing else") {
  const std::string login =
      "topic: events, properties: {sasl.username: forwarder, sasl.password: hunter, linger.ms: "
      "'5'}";
  const std::string base = With(kBefore, "topic: events", login);
  for (const auto& [section, changes] :
       {std::pair{"dead_letter: {type: kafka, sink: lake, topic: dead}\n", "sink~lake login~lake "},
        std::pair{"state: {type: kafka, sink: lake, topic: state}\n", "login~lake "}}) {
    const std::string text = base + section;
    INFO(text);
    const LoadedConfig before = ConfigOf(text);
    CHECK(Described(Compare(before, before)).empty());
    for (const char* part : {"hunter", "sasl.username: forwarder"}) {
      const std::string other = std::string(part) + "2";
      CHECK(Described(Compare(before, ConfigOf(With(text, part, other)))) == changes);
    }
    CHECK(Compare(before, ConfigOf(With(text, "'5'", "'6'"))).fixed.size() == 1);
    CHECK(
        Compare(before, ConfigOf(With(With(text, "'5'", "'6'"), "hunter", "other"))).fixed.size() ==
        1);
  }
}

}  // namespace
}  // namespace nsf
