// SPDX-License-Identifier: Apache-2.0
// What is printed from the table of keys: the example, the schema, the tables of the documentation,
// and the configuration as it is used.
#include <catch2/catch.hpp>
#include <functional>
#include <sstream>
#include <string>

#include "app/config/example.h"
#include "app/config/guarantee.h"
#include "app/config/print.h"
#include "app/config/reference.h"
#include "app/config/schema.h"
#include "unit/config/surroundings.h"

namespace nsf::test {
namespace {

void CheckLoads(const std::string& text) {
  const LoadedConfig loaded = Load(text);
  for (const Diagnostic& error : loaded.diagnostics.errors()) {
    UNSCOPED_INFO(ToString(loaded.file, error));
  }
  CHECK(loaded.config.has_value());
}

// Calls `visit` for every key of the table, with the names above it.
void EachKey(const Key& section, const std::string& path,
             const std::function<void(const std::string&, const Key&)>& visit) {
  for (const Key& key : section.keys) {
    const std::string name = path.empty() ? key.name : path + "." + key.name;
    visit(name, key);
    EachKey(key, name, visit);
  }
}

TEST_CASE("every key of the table is documented, and its default is a good value") {
  EachKey(RootKey(), "", [](const std::string& path, const Key& key) {
    INFO(path);
    CHECK(key.doc.ends_with("."));
    if (key.kind == Kind::kChoice) CHECK_FALSE(key.values.empty());
    if (key.fallback.empty() || !key.keys.empty()) return;
    // The one default with a name in braces.
    std::string value = key.fallback;
    if (const auto at = value.find("{name}"); at != std::string::npos) value.replace(at, 6, "acme");
    const auto values = key.list ? SplitList(value) : std::vector<std::string>{value};
    for (const std::string& one : values) CHECK(ParseScalar(key, one).has_value());
  });
}

TEST_CASE("the example is valid as it is") { CheckLoads(ConfigExample()); }

TEST_CASE("the example is valid with every optional key set") {
  std::istringstream lines(ConfigExample());
  std::string text;
  std::size_t set = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t mark = line.find_first_not_of(' ');
    const bool optional = mark != std::string::npos && line[mark] == '#' &&
                          mark + 1 < line.size() && line[mark + 1] != ' ';
    // The token stands in token_file already.
    if (optional && line.find("#token:") == std::string::npos) {
      line.erase(mark, 1);
      ++set;
    }
    text += line + "\n";
  }
  INFO(text);
  CHECK(set > 50);
  CheckLoads(text);
}

TEST_CASE("the example shows every key") {
  const std::string example = ConfigExample();
  EachKey(RootKey(), "", [&example](const std::string& path, const Key& key) {
    const bool shown_by_its_keys = path.starts_with("defaults") || path.ends_with("sqlite") ||
                                   path.ends_with(".file") || path.ends_with(".kafka") ||
                                   path.ends_with(".syslog");
    INFO(path);
    if (!shown_by_its_keys) CHECK(example.find(key.name + ":") != std::string::npos);
  });
}

TEST_CASE("the documentation has the tables of the keys, word for word") {
  const std::string document = FileText(std::string(NSF_CONFIG_DOCS) + "/CONFIGURATION.md");
  INFO("write the output of `netskope-forwarder config reference` into docs/CONFIGURATION.md");
  CHECK(document.find(ConfigReference()) != std::string::npos);
}

TEST_CASE("the schema in docs is the program's") {
  INFO("write the output of `netskope-forwarder config schema` to docs/config.schema.json");
  CHECK(FileText(std::string(NSF_CONFIG_DOCS) + "/config.schema.json") == ConfigSchema());
}

TEST_CASE("the schema knows every key and no other") {
  const std::string schema = ConfigSchema();
  EachKey(RootKey(), "", [&schema](const std::string& path, const Key& key) {
    INFO(path);
    const bool variant =
        key.kind == Kind::kSection && schema.find('"' + key.name + "\": {") == std::string::npos;
    if (variant) {
      CHECK(schema.find("\"const\": \"" + key.name + '"') != std::string::npos);
    } else {
      CHECK(schema.find('"' + key.name + "\": {") != std::string::npos);
    }
  });
}

constexpr const char* kSecrets = R"(
tenants:
  - {name: acme, token: "${NETSKOPE_TOKEN}", proxy: "http://user:hunter2@proxy:3128"}
  - {name: other, token: hunter2}
  - {name: third, token: "${NONE:-hunter2}"}
  - {name: fourth, token: "hunter2${NETSKOPE_TOKEN}"}
  - {name: fifth, token: "${file:/run/secrets/acme}", sinks: [lake]}
sinks:
  - name: lake
    type: kafka
    brokers: [k1]
    topic: audit
    properties:
      sasl.password: ${file:/run/secrets/kafka}
      sasl.oauthbearer.config: clientSecret=hunter2
      client.id: "a\"b\\c$$\n"
  - {name: siem, type: syslog, address: ["udp://siem:514"]}
  - {name: out, type: file, path: "/var/log/$$HOME"}
)";

TEST_CASE("print shows secrets as their reference, and nothing else of them") {
  const std::string printed = PrintConfig(Load(kSecrets));
  INFO(printed);
  for (const char* secret : {"t0ken", "hunter2"}) CHECK(printed.find(secret) == std::string::npos);
  for (const char* line :
       {"token: \"${NETSKOPE_TOKEN}\"\n", "token: \"(hidden)\"\n", "token: \"${NONE:-***}\"\n",
        "token: \"${file:/run/secrets/acme}\"\n", "proxy: \"http://proxy:3128\"\n",
        "\"sasl.password\": \"${file:/run/secrets/kafka}\"\n",
        "\"sasl.oauthbearer.config\": \"(hidden)\"\n", "path: \"/var/log/$$HOME\"\n"}) {
    INFO(line);
    CHECK(printed.find(line) != std::string::npos);
  }
}

TEST_CASE("what print shows reads back, and prints the same") {
  const std::string printed = PrintConfig(Load(kSecrets));
  INFO(printed);
  const LoadedConfig again = Load(printed);
  for (const Diagnostic& error : again.diagnostics.errors()) {
    UNSCOPED_INFO(ToString(again.file, error));
  }
  REQUIRE(again.config.has_value());
  CHECK(PrintConfig(again) == printed);
}

TEST_CASE("each sink's guarantee is told above it") {
  const std::string printed = PrintConfig(Load(kSecrets));
  CHECK(printed.find("# at least once: acknowledged by all in-sync replicas (acks=all, idempotent "
                     "producer)\n  - name: lake\n") != std::string::npos);
  CHECK(printed.find("# best effort: handed to the network, UDP acknowledges nothing\n"
                     "  - name: siem\n") != std::string::npos);
  CHECK(printed.find("# at least once: written and synced\n  - name: out\n") != std::string::npos);
}

TEST_CASE("a sink's guarantee follows from its settings") {
  struct Row {
    SinkConfig sink;
    const char* guarantee;
  };
  SyslogConfig tls, relp, udp, nothing_kept;
  tls.addresses = nothing_kept.addresses = {"tls://siem"};
  relp.addresses = {"relps://siem"};
  udp.addresses = {"udp://siem"};
  relp.resend_bytes = nothing_kept.resend_bytes = 0;
  for (const Row& row :
       std::vector<Row>{{{"a", Format::kRaw, FileConfig{"-", true}}, "best effort: "},
                        {{"a", Format::kRaw, FileConfig{"/var/log/a", false}}, "best effort: "},
                        {{"a", Format::kRaw, FileConfig{"/var/log/a", true}}, "at least once: "},
                        {{"a", Format::kRaw, tls}, "at least once: "},
                        {{"a", Format::kRaw, nothing_kept}, "best effort: "},
                        {{"a", Format::kRaw, relp}, "at least once: "},
                        {{"a", Format::kRaw, udp}, "best effort: "},
                        {{"a", Format::kRaw, KafkaConfig{}}, "at least once: "}}) {
    CHECK(GuaranteeText(row.sink, StateConfig()).starts_with(row.guarantee));
  }
  CHECK(GuaranteeText(DeadLetterConfig{"/var/dead", "", ""}, StateConfig()) ==
        "at least once: written and synced");
  CHECK(GuaranteeText(DeadLetterConfig{"", "lake", "dlq"}, StateConfig())
            .starts_with("at least once: acknowledged"));
}

TEST_CASE("exactly once is what is committed with a state in Kafka, and nothing else") {
  StateConfig state;
  state.sink = "lake";
  state.topic = "state";
  const SinkConfig lake{"lake", Format::kRaw, KafkaConfig{}};
  const SinkConfig pond{"pond", Format::kRaw, KafkaConfig{}};
  CHECK(GuaranteeText(lake, state).starts_with("exactly once: "));
  CHECK(GuaranteeText(pond, state).starts_with("at least once: "));
  CHECK(GuaranteeText(DeadLetterConfig{"", "lake", "dlq"}, state).starts_with("exactly once: "));
  CHECK(GuaranteeText(DeadLetterConfig{"", "pond", "dlq"}, state).starts_with("at least once: "));
  CHECK(GuaranteeText(DeadLetterConfig{"/var/dead", "", ""}, state).starts_with("at least once: "));
}

}  // namespace
}  // namespace nsf::test
