// SPDX-License-Identifier: Apache-2.0
#include "app/commands/check_command.h"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "app/config/guarantee.h"
#include "app/config/json_writer.h"
#include "app/exit_codes.h"

namespace nsf {
namespace {

void WriteDiagnostics(JsonWriter& json, const std::vector<Diagnostic>& diagnostics) {
  json.BeginArray();
  for (const Diagnostic& diagnostic : diagnostics) {
    json.BeginObject();
    json.Key("line").Number(diagnostic.where.line);
    json.Key("column").Number(diagnostic.where.column);
    json.Key("message").Text(diagnostic.message);
    json.End();
  }
  json.End();
}

std::string_view LevelName(Finding::Level level) {
  switch (level) {
    case Finding::Level::kGood:
      return "good";
    case Finding::Level::kWarning:
      return "warning";
    case Finding::Level::kWrong:
      return "wrong";
  }
  return "wrong";
}

bool AnyWrong(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.level == Finding::Level::kWrong;
  });
}

void WriteFindings(JsonWriter& json, const std::vector<Finding>& findings) {
  json.BeginArray();
  for (const Finding& finding : findings) {
    json.BeginObject();
    json.Key("level").Text(LevelName(finding.level));
    json.Key("subject").Text(finding.subject);
    json.Key("what").Text(finding.what);
    json.Key("why").Text(finding.why);
    json.Key("mend").Text(finding.mend);
    json.End();
  }
  json.End();
}

std::string Json(const LoadedConfig& loaded, const std::vector<Finding>& findings) {
  JsonWriter json;
  json.BeginObject();
  json.Key("schema").Number(1);
  json.Key("file").Text(loaded.file);
  json.Key("ok").Bool(loaded.config.has_value() && !AnyWrong(findings));
  json.Key("errors");
  WriteDiagnostics(json, loaded.diagnostics.errors());
  json.Key("warnings");
  WriteDiagnostics(json, loaded.diagnostics.warnings());
  json.Key("sinks").BeginArray();
  if (loaded.config) {
    for (const SinkConfig& sink : loaded.config->sinks) {
      json.BeginObject().Key("name").Text(sink.name);
      json.Key("guarantee").Text(GuaranteeText(sink, loaded.config->state)).End();
    }
  }
  json.End();
  if (loaded.config) {
    json.Key("dead_letter").BeginObject();
    json.Key("guarantee")
        .Text(GuaranteeText(loaded.config->dead_letter, loaded.config->state))
        .End();
  }
  json.Key("findings");
  WriteFindings(json, findings);
  json.End();
  return json.Take();
}

std::string Count(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

void TellPeople(const LoadedConfig& loaded, std::ostream& out, std::ostream& err) {
  for (const Diagnostic& warning : loaded.diagnostics.warnings()) {
    err << ToString(loaded.file, {warning.where, "warning: " + warning.message}) << '\n';
  }
  for (const Diagnostic& error : loaded.diagnostics.errors()) {
    err << ToString(loaded.file, error) << '\n';
  }
  if (!loaded.config) {
    err << Count(loaded.diagnostics.errors().size(), "error", "errors") << '\n';
    return;
  }
  out << loaded.file << ": valid, " << Count(loaded.config->tenants.size(), "tenant", "tenants")
      << ", " << Count(loaded.config->sinks.size(), "sink", "sinks") << '\n';
  for (const SinkConfig& sink : loaded.config->sinks) {
    out << "  sink " << sink.name << ": " << GuaranteeText(sink, loaded.config->state) << '\n';
  }
  out << "  dead letter: " << GuaranteeText(loaded.config->dead_letter, loaded.config->state)
      << '\n';
}

void TellFindings(const std::vector<Finding>& findings, std::ostream& out) {
  for (const Finding& finding : findings) {
    out << (finding.level == Finding::Level::kGood      ? "  ok      "
            : finding.level == Finding::Level::kWarning ? "  warning "
                                                        : "  WRONG   ")
        << finding.subject << ": " << finding.what << '\n';
    if (!finding.why.empty()) out << "            why:  " << finding.why << '\n';
    if (!finding.mend.empty()) out << "            mend: " << finding.mend << '\n';
  }
}

}  // namespace

int CheckCommand(const LoadedConfig& loaded, const std::vector<Finding>& findings,
                 const CheckOptions& options, std::ostream& out, std::ostream& err) {
  if (options.json) {
    out << Json(loaded, findings);
  } else {
    TellPeople(loaded, out, err);
    TellFindings(findings, out);
  }
  if (!loaded.config) return kExitUsage;
  return AnyWrong(findings) ? kExitFound : kExitDone;
}

}  // namespace nsf
