// SPDX-License-Identifier: Apache-2.0
// The command line: which command does what, what goes to which stream, and the exit codes.
#include <catch2/catch.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands/command_line.h"
#include "app/config/json_writer.h"
#include "unit/config/surroundings.h"

namespace nsf::test {
namespace {

constexpr const char* kGood =
    "tenants: [{name: acme, token_file: /run/secrets/acme}]\n"
    "sinks: [{name: out, type: file, path: \"-\"}]\n";
constexpr const char* kBad = "tenants: [{name: acme}]\nsink: []\n";

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
  std::optional<RunOptions> run;
  std::optional<bool> wrote;  // a live check was made; with a test message
  std::string file;           // that `run` was given
};

// Calls the program with `arguments`; `run` answers 42.
// A live check finds `findings`.
Outcome Call(std::vector<const char*> arguments, World world = {},
             const std::vector<Finding>& findings = {}) {
  world.files.emplace("good.yaml", kGood);
  world.files.emplace("bad.yaml", kBad);
  const Surroundings surroundings = world.surroundings();
  std::ostringstream out;
  std::ostringstream err;
  Outcome outcome;
  arguments.insert(arguments.begin(), "netskope-forwarder");
  const auto run = [&outcome](const Config& config, const RunOptions& options) {
    outcome.run = options;
    outcome.file = config.file;
    return 42;
  };
  outcome.code = RunCommandLine(
      static_cast<int>(arguments.size()), arguments.data(),
      {surroundings, out, err, run, [&](const Config&, const LiveCheckOptions& options) {
         outcome.wrote = options.write;
         return findings;
       }});
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

TEST_CASE("a mistake of usage ends with 2 and says so on stderr") {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"walk"},
                                             {"run", "--twice"},
                                             {"run", "-c"},
                                             {"run", "extra"},
                                             {"config"},
                                             {"config", "show"},
                                             {"config", "schema", "-c", "good.yaml"},
                                             {"state"},
                                             {"state", "reset", "-c", "good.yaml"},
                                             {"dead-letter", "mend"},
                                             {"replay", "-c", "good.yaml"},
                                             {"replay", "--from", "2026-03-01"},
                                             {"job", "follow"}}) {
    const Outcome outcome = Call(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_FALSE(outcome.err.empty());
    CHECK_FALSE(outcome.run.has_value());
  }
}

TEST_CASE("help and version are answers, on stdout, with 0") {
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {"--help"}, {"run", "--help"}, {"config", "print", "-h"}, {"--version"}, {"version"}}) {
    const Outcome outcome = Call(arguments);
    CHECK(outcome.code == 0);
    CHECK_FALSE(outcome.out.empty());
    CHECK(outcome.err.empty());
  }
  const std::string version = Call({"version"}).out;
  CHECK(version == Call({"--version"}).out);
  for (const char* part :
       {"netskope-forwarder ", "libcurl ", "librdkafka ", "OpenSSL ", "SQLite "}) {
    CHECK(version.find(part) != std::string::npos);
  }
}

TEST_CASE("run hands the configuration and its options on, and returns what comes back") {
  const Outcome plain = Call({"run", "-c", "good.yaml"});
  CHECK(plain.code == 42);
  REQUIRE(plain.run.has_value());
  CHECK_FALSE(plain.run->once);
  CHECK_FALSE(plain.run->progress);
  const Outcome once = Call({"run", "--once", "--progress", "-c", "good.yaml"});
  REQUIRE(once.run.has_value());
  CHECK(once.run->once);
  CHECK(once.run->progress);
}

TEST_CASE("run with a broken file tells every error, runs nothing and ends with 2") {
  const Outcome outcome = Call({"run", "-c", "bad.yaml"});
  CHECK(outcome.code == 2);
  CHECK_FALSE(outcome.run.has_value());
  CHECK(outcome.out.empty());
  CHECK(outcome.err ==
        "bad.yaml:1:1: the key `sinks` is missing; add it, `netskope-forwarder config example` "
        "shows how\n"
        "bad.yaml:1:11: this tenant has no token; set token_file to a file that holds it, or "
        "token to ${NETSKOPE_TOKEN}\n"
        "bad.yaml:2:1: unknown key \"sink\"; did you mean `sinks`?\n");
}

TEST_CASE("the file is that of -c, else of the variable, else of the package") {
  World world;
  const std::string package = "/etc/netskope-forwarder/config.yaml";
  CHECK(Call({"run"}, world).err.starts_with(package + ": cannot be read"));
  world.files[package] = kGood;
  CHECK(Call({"run"}, world).file == package);
  world.variables["NETSKOPE_FORWARDER_CONFIG"] = "";
  CHECK(Call({"run"}, world).file == package);
  world.variables["NETSKOPE_FORWARDER_CONFIG"] = "named.yaml";
  CHECK(Call({"run"}, world).err.starts_with("named.yaml: cannot be read"));
  world.files["named.yaml"] = kGood;
  CHECK(Call({"run"}, world).file == "named.yaml");
  CHECK(Call({"run", "-c", "good.yaml"}, world).file == "good.yaml");
}

TEST_CASE("check --offline tells people what is wrong, or what is guaranteed") {
  const Outcome good = Call({"check", "--offline", "-c", "good.yaml"});
  CHECK(good.code == 0);
  CHECK(good.err.empty());
  CHECK(good.out ==
        "good.yaml: valid, 1 tenant, 1 sink\n"
        "  sink out: best effort: handed to the reader of stdout\n"
        "  dead letter: at least once: written and synced\n");
  const Outcome bad = Call({"check", "--offline", "-c", "bad.yaml"});
  CHECK(bad.code == 2);
  CHECK(bad.out.empty());
  CHECK(bad.err.ends_with("3 errors\n"));
}

TEST_CASE("check --json tells programs the same") {
  const Outcome good = Call({"check", "--offline", "--json", "-c", "good.yaml"});
  CHECK(good.code == 0);
  CHECK(good.out ==
        "{\n"
        "  \"schema\": 1,\n"
        "  \"file\": \"good.yaml\",\n"
        "  \"ok\": true,\n"
        "  \"errors\": [],\n"
        "  \"warnings\": [],\n"
        "  \"sinks\": [\n"
        "    {\n"
        "      \"name\": \"out\",\n"
        "      \"guarantee\": \"best effort: handed to the reader of stdout\"\n"
        "    }\n"
        "  ],\n"
        "  \"dead_letter\": {\n"
        "    \"guarantee\": \"at least once: written and synced\"\n"
        "  },\n"
        "  \"findings\": []\n"
        "}\n");
  const Outcome bad = Call({"check", "--offline", "--json", "-c", "bad.yaml"});
  CHECK(bad.code == 2);
  CHECK(bad.err.empty());
  CHECK(bad.out.find("\"ok\": false") != std::string::npos);
  CHECK(bad.out.find("\"line\": 2,\n      \"column\": 1,\n      \"message\": \"unknown key "
                     "\\\"sink\\\"; did you mean `sinks`?\"") != std::string::npos);
}

TEST_CASE("a live check tells what it finds, and ends with 1 when something is wrong") {
  const Finding good{Finding::Level::kGood, "sink out", "it can be reached", "", ""};
  const Finding warning{Finding::Level::kWarning, "tenant acme", "slow", "far away", "move"};
  const Finding wrong{Finding::Level::kWrong, "state", "not writable", "must be", "chmod"};
  const Outcome fine = Call({"check", "-c", "good.yaml"}, {}, {good, warning});
  CHECK(fine.code == 0);
  CHECK(fine.wrote == false);
  CHECK(fine.out.find("ok      sink out: it can be reached\n") != std::string::npos);
  CHECK(fine.out.find("mend: move\n") != std::string::npos);
  const Outcome bad = Call({"check", "--write", "--json", "-c", "good.yaml"}, {}, {good, wrong});
  CHECK(bad.code == 1);
  CHECK(bad.wrote == true);
  CHECK(bad.out.find("\"ok\": false") != std::string::npos);
  CHECK(bad.out.find("\"level\": \"wrong\",\n      \"subject\": \"state\"") != std::string::npos);
  CHECK_FALSE(Call({"check", "--offline", "-c", "good.yaml"}, {}, {wrong}).wrote.has_value());
  CHECK_FALSE(Call({"check", "-c", "bad.yaml"}, {}, {wrong}).wrote.has_value());
}

TEST_CASE("commands that act own the state where nobody does, and mean what the options say") {
  World world;
  world.files["good.yaml"] =
      std::string(kGood) + "state: {type: sqlite, path: /nonexistent/nsf-state}\n";
  const auto jobs = [&world](std::vector<const char*> arguments) {
    arguments.insert(arguments.end(), {"-c", "good.yaml"});
    const Outcome outcome = Call(arguments, world);
    CHECK(outcome.code == 42);
    REQUIRE(outcome.run.has_value());
    return outcome.run->jobs;
  };
  const auto replay = jobs({"replay", "--from", "2026-03-01", "--to", "2026-03-01T06:00:00Z",
                            "--tenant", "acme", "--sink", "out", "--dry-run"});
  REQUIRE(replay.size() == 1);
  CHECK(JobKey(replay[0]) == "job/acme/audit/" + replay[0].id);
  CHECK(replay[0].kind == JobKind::kReplay);
  CHECK(*replay[0].to - *replay[0].from == std::chrono::hours(6));
  CHECK(replay[0].sink == "out");
  CHECK(replay[0].dry_run);
  const auto reconcile = jobs({"reconcile", "--mend"});
  REQUIRE(reconcile.size() == 1);
  CHECK(reconcile[0].kind == JobKind::kReconcile);
  CHECK(reconcile[0].mend);
  CHECK_FALSE(reconcile[0].from.has_value());
  CHECK(jobs({"state", "reset", "--tenant", "acme"})[0].kind == JobKind::kStateReset);
  const auto dead = jobs({"dead-letter", "replay", "--stream", "audit"});
  CHECK(JobKey(dead[0]) == "job/*/audit/" + dead[0].id);
}

TEST_CASE("options of acting commands that mean nothing end with 2 and do nothing") {
  for (std::vector<const char*> arguments : std::vector<std::vector<const char*>>{
           {"replay", "--from", "2026-03-02", "--to", "2026-03-01"},
           {"replay", "--from", "yesterday", "--to", "2026-03-01"},
           {"replay", "--from", "2026-03-01", "--to", "2999-01-01"},
           {"replay", "--from", "2026-03-01", "--to", "2026-03-02", "--sink", "none"},
           {"replay", "--from", "2026-03-01", "--to", "2026-03-02", "--tenant", "none"},
           {"reconcile", "--stream", "none"},
           {"dead-letter", "replay", "--sink", "none"},
           {"state", "reset", "--tenant", "none"},
           {"state", "reset", "--tenant", "acme", "--to", "2999-01-01"}}) {
    arguments.insert(arguments.end(), {"-c", "good.yaml"});
    const Outcome outcome = Call(arguments);
    CHECK(outcome.code == 2);
    CHECK_FALSE(outcome.err.empty());
    CHECK_FALSE(outcome.run.has_value());
  }
}

TEST_CASE("config prints, and with a broken file only its errors") {
  CHECK(Call({"config", "schema"}).out.starts_with("{\n  \"$schema\""));
  CHECK(Call({"config", "example"}).out.find("tenants:\n") != std::string::npos);
  CHECK(Call({"config", "reference"}).out.find("| `name` |") != std::string::npos);
  const Outcome print = Call({"config", "print", "-c", "good.yaml"});
  CHECK(print.code == 0);
  CHECK(print.out.find("  - name: acme\n") != std::string::npos);
  const Outcome bad = Call({"config", "print", "-c", "bad.yaml"});
  CHECK(bad.code == 2);
  CHECK(bad.out.empty());
  CHECK_FALSE(bad.err.empty());
}

// A stream whose every write fails.
class FullBuffer : public std::streambuf {};

TEST_CASE("what could not be written is not done") {
  World world;
  world.files["good.yaml"] = kGood;
  const Surroundings surroundings = world.surroundings();
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {"netskope-forwarder", "config", "schema"},
           {"netskope-forwarder", "version"},
           {"netskope-forwarder", "check", "--offline", "-c", "good.yaml"}}) {
    FullBuffer full;
    std::ostream out(&full);
    std::ostringstream err;
    CHECK(RunCommandLine(static_cast<int>(arguments.size()), arguments.data(),
                         {surroundings, out, err, nullptr, nullptr}) == 1);
    CHECK(err.str().starts_with("stdout cannot be written"));
  }
}

TEST_CASE("JSON text is escaped") {
  JsonWriter json;
  json.BeginArray().Text("a\"b\\c\n\x01").BeginObject().End().Number(-1).Bool(false).End();
  CHECK(json.Take() == "[\n  \"a\\\"b\\\\c\\u000a\\u0001\",\n  {},\n  -1,\n  false\n]\n");
}

}  // namespace
}  // namespace nsf::test
