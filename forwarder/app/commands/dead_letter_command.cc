// SPDX-License-Identifier: Apache-2.0
// Reading the dead letter.
#include "app/commands/dead_letter_command.h"

#include <fmt/core.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <system_error>
#include <vector>

#include "app/commands/state_streams.h"
#include "app/config/json_writer.h"
#include "app/exit_codes.h"
#include "core/format/dead_letter.h"

namespace nsf {
namespace {

struct Listed {
  std::vector<DeadLetter> letters;
  std::map<std::string, std::int64_t> reasons;
  std::int64_t unreadable = 0;  // lines
};

Result<Listed> List(const std::string& path, const JobOptions& options) {
  Listed listed;
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return listed;  // nothing was refused yet
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{ErrorKind::kConfiguration, "cannot read " + path + ": " +
                                                std::generic_category().message(errno) +
                                                "; run this as the user of the forwarder"};
  }
  std::string line;
  while (std::getline(file, line)) {
    auto letter = ReadDeadLetter(line);
    if (!letter) {
      ++listed.unreadable;
      continue;
    }
    const bool of_sink = options.sink.empty() || options.sink == letter->sink;
    if (!of_sink || !Matches({letter->tenant, letter->stream}, options.tenant, options.stream)) {
      continue;
    }
    ++listed.reasons[letter->reason];
    letter->raw = std::to_string(letter->raw.size());  // its size is all that is told
    listed.letters.push_back(*std::move(letter));
  }
  return listed;
}

std::string Json(const std::string& path, const Listed& listed) {
  JsonWriter json;
  json.BeginObject().Key("schema").Number(1);
  json.Key("file").Text(path);
  json.Key("records").BeginArray();
  for (const DeadLetter& letter : listed.letters) {
    json.BeginObject().Key("time").Text(letter.time);
    json.Key("tenant").Text(letter.tenant);
    json.Key("stream").Text(letter.stream);
    json.Key("sink").Text(letter.sink);
    json.Key("event_id").Text(letter.event_id);
    json.Key("reason").Text(letter.reason);
    json.Key("detail").Text(letter.detail);
    json.Key("bytes").Raw(letter.raw).End();
  }
  json.End().Key("reasons").BeginObject();
  for (const auto& [reason, count] : listed.reasons) json.Key(reason).Number(count);
  json.End().Key("unreadable").Number(listed.unreadable).End();
  return json.Take();
}

// What came from outside stays on its line, whatever it holds.
std::string Printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text;
}

std::string Table(const std::string& path, const Listed& listed) {
  std::string text;
  if (!listed.letters.empty()) {
    text += fmt::format("{:24}  {:20}  {:12}  {:14}  {:>9}  {}\n", "TIME", "STREAM", "SINK",
                        "REASON", "BYTES", "EVENT");
  }
  for (const DeadLetter& letter : listed.letters) {
    text += fmt::format("{:24}  {:20}  {:12}  {:14}  {:>9}  {}\n", Printable(letter.time),
                        Printable(letter.tenant + '/' + letter.stream), Printable(letter.sink),
                        Printable(letter.reason), letter.raw, Printable(letter.event_id));
  }
  text += fmt::format("{}: {} records", path, listed.letters.size());
  for (const auto& [reason, count] : listed.reasons) {
    text += fmt::format(", {} {}", count, Printable(reason));
  }
  text += '\n';
  if (listed.unreadable > 0) text += fmt::format("{} lines are none of ours\n", listed.unreadable);
  return text;
}

}  // namespace

int DeadLetterListCommand(const Config& config, const JobOptions& options, bool json,
                          const CommandContext& context) {
  const std::string& path = config.dead_letter.path;
  const auto listed = config.dead_letter.sink.empty()
                          ? List(path, options)
                          : Result<Listed>(DeadLetterIsATopic(config.dead_letter));
  if (!listed) {
    context.err << listed.error().message << '\n';
    return kExitUsage;
  }
  return Say(json ? Json(path, *listed) : Table(path, *listed), context, kExitDone);
}

}  // namespace nsf
