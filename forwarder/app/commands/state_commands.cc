// SPDX-License-Identifier: Apache-2.0
// The state for people, for a backup, and back.
#include "app/commands/state_commands.h"

#include <charconv>
#include <future>
#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include "adapters/sqlite/owner_lock.h"
#include "app/commands/open_state.h"
#include "app/commands/state_streams.h"
#include "app/config/json_writer.h"
#include "app/config/parse_time.h"
#include "app/exit_codes.h"
#include "core/event/page.h"
#include "core/event/row.h"
#include "core/event/text.h"
#include "core/format/base64.h"
#include "core/format/json_text.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

// Ids are millions of bytes that say nothing to people.
constexpr std::string_view kIds = "ids/";
constexpr std::string_view kIteratorIds = "iterator/ids/";
constexpr std::string_view kWindows = "window/";
constexpr std::int64_t kNone = -1;

int Fail(const Error& error, const CommandContext& context) {
  context.err << error.message << '\n';
  return kExitState;
}

bool IsPrintable(std::string_view text) {
  return IsUtf8(text) && text.find('\0') == std::string_view::npos;
}

bool IsTime(std::string_view name) {
  constexpr std::string_view kTimes[] = {
      "first_start", "open", "closing_end",      "delivered_until", "start", "end",
      "due",         "at",   "delivered_before", "created",         "from",  "to",
      "begin",       "mark"};
  for (const std::string_view time : kTimes) {
    if (name == time) return true;
  }
  return false;
}

// One line of "kind/version name=number …", as core/state/state_text.h writes it.
struct StateLine {
  std::string_view kind;
  std::int64_t version = 0;
  std::vector<std::pair<std::string_view, std::int64_t>> values;
};

bool ReadNumber(std::string_view text, std::int64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<StateLine> ReadLine(std::string_view text) {
  const auto cut = [&text](char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view head = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return head;
  };
  StateLine line;
  line.kind = cut('/');
  if (line.kind.empty() || !ReadNumber(cut(' '), &line.version)) return std::nullopt;
  while (!text.empty()) {
    const std::string_view pair = cut(' ');
    const std::size_t equals = pair.find('=');
    std::int64_t number = 0;
    if (equals == std::string_view::npos || !ReadNumber(pair.substr(equals + 1), &number)) {
      return std::nullopt;
    }
    line.values.emplace_back(pair.substr(0, equals), number);
  }
  return line;
}

void WriteValue(std::string_view value, JsonWriter* json) {
  const auto line = ReadLine(value);
  if (!line) {
    const bool text = IsPrintable(value);
    json->BeginObject()
        .Key(text ? "text" : "base64")
        .Text(text ? std::string(value) : ToBase64(value));
    json->End();
    return;
  }
  json->BeginObject().Key("version").Number(line->version);
  for (const auto& [name, number] : line->values) {
    json->Key(name);
    if (!IsTime(name)) {
      json->Number(number);
    } else if (number == kNone) {
      json->Raw("null");
    } else {
      json->Text(TimeText(WallSeconds(std::chrono::seconds(number))));
    }
  }
  json->End();
}

bool IsWhole(std::string_view window) { return window.find(" whole=1 ") != window.npos; }

// Of the windows, the sum and those that are not proven.
void WriteWindows(const std::vector<StateEntry>& windows, JsonWriter* json) {
  json->BeginObject().Key("known").Number(static_cast<std::int64_t>(windows.size()));
  json->Key("not_whole").BeginArray();
  for (const StateEntry& window : windows) {
    if (!IsWhole(window.value)) WriteValue(window.value, json);
  }
  json->End().End();
}

Result<void> WriteStream(const StateReader& state, const StreamName& name, bool orphan,
                         JsonWriter* json) {
  const std::string prefix = StreamPrefix(name.tenant, name.stream);
  const auto keys = state.Keys(prefix);
  if (!keys) return keys.error();
  const auto windows = state.Scan(prefix + std::string(kWindows));
  if (!windows) return windows.error();
  json->BeginObject().Key("tenant").Text(name.tenant);
  json->Key("stream").Text(name.stream);
  json->Key("orphan").Bool(orphan);
  std::int64_t ids = 0;
  for (const std::string& key : *keys) {
    const std::string_view part = std::string_view(key).substr(prefix.size());
    const bool holds_ids = part.starts_with(kIds) || part.starts_with(kIteratorIds);
    if (holds_ids) ++ids;
    if (holds_ids || part.starts_with(kWindows)) continue;
    const auto entries = state.Scan(key);
    if (!entries) return entries.error();
    for (const StateEntry& entry : *entries) {
      if (entry.key != key) continue;
      json->Key(part);
      WriteValue(entry.value, json);
    }
  }
  json->Key("windows");
  WriteWindows(*windows, json);
  json->Key("id_chunks").Number(ids).End();
  return {};
}

Result<std::string> Shown(const Config& config, const std::string& tenant,
                          const std::string& stream) {
  const auto opened = OpenStateReader(config);
  if (!opened) return opened.error();
  const StateReader& state = **opened;
  const auto streams = KnownStreams(state);
  if (!streams) return streams.error();
  const auto entries = state.Scan(kJobPrefix);
  if (!entries) return entries.error();
  const auto jobs = ReadJobs(*entries);
  if (!jobs) return jobs.error();
  const std::set<StreamName> configured = ConfiguredStreams(config);
  // Who owns a topic's partitions, its instances tell.
  const std::string owner = config.state.sink.empty() ? OwnerOf(config.state.path) : "";
  JsonWriter json;
  json.BeginObject().Key("schema").Number(1);
  json.Key("state").Text(StateName(config.state));
  json.Key("owner");
  owner.empty() ? json.Raw("null") : json.Text(owner);
  json.Key("streams").BeginArray();
  for (const StreamName& name : *streams) {
    if (!Matches(name, tenant, stream)) continue;
    const auto written = WriteStream(state, name, !configured.contains(name), &json);
    if (!written) return written.error();
  }
  json.End().Key("jobs").BeginArray();
  for (const KnownJob& known : *jobs) {
    if (Matches({known.job.tenant, known.job.stream}, tenant, stream)) WriteJob(known, &json);
  }
  json.End().End();
  return json.Take();
}

// One line of an export.
std::string ExportLine(const StateEntry& entry) {
  TextBuffer line;
  line += "{\"key\":";
  AppendJsonString(entry.key, &line);
  const bool text = IsUtf8(entry.value);
  line += text ? ",\"value\":" : ",\"base64\":";
  AppendJsonString(text ? entry.value : ToBase64(entry.value), &line);
  line += "}\n";
  return line.str();
}

std::string ExportHead(const std::string& tenant, const std::string& stream, std::size_t entries) {
  TextBuffer head;
  head += "{\"netskope-forwarder-state\":1,\"tenant\":";
  AppendJsonString(tenant, &head);
  head += ",\"stream\":";
  AppendJsonString(stream, &head);
  head += ",\"entries\":";
  head += std::to_string(entries);
  head += "}\n";
  return head.str();
}

// What an export covers: all entries, or those of the streams it names.
bool Covers(const std::string& tenant, const std::string& stream, std::string_view key) {
  if (tenant.empty() && stream.empty()) return true;
  const StreamName name = StreamOfKey(key);
  return !name.tenant.empty() && Matches(name, tenant, stream);
}

struct Exported {
  std::string tenant;
  std::string stream;
  std::int64_t entries = kNone;
  std::vector<StateEntry> content;
};

Error NotAnExport(std::size_t line, const std::string& why) {
  return {ErrorKind::kStop, "line " + std::to_string(line) + " of the export: " + why +
                                "; nothing was changed; use what `state export` wrote, unchanged"};
}

// The members of the one object that the line is, by name and text; false: it is none.
bool ReadMembers(const std::string& line, std::map<std::string, std::string>* members) {
  const Page page = Page::Parse('[' + line + ']');
  if (page.status() != PageStatus::kRows || page.rows().size() != 1) return false;
  RowReader reader;
  for (const Field& field : reader.Read(page.rows().front()).fields) {
    members->emplace(field.name, field.text);
  }
  return !members->empty();
}

Result<void> ReadHead(const std::string& line, Exported* exported) {
  std::map<std::string, std::string> head;
  std::int64_t version = 0;
  if (!ReadMembers(line, &head) || !ReadNumber(head["netskope-forwarder-state"], &version)) {
    return NotAnExport(1, "it is not the head of one");
  }
  if (version != 1) return NotAnExport(1, "it was written by a newer version");
  if (!ReadNumber(head["entries"], &exported->entries)) return NotAnExport(1, "it has no count");
  exported->tenant = head["tenant"];
  exported->stream = head["stream"];
  return {};
}

Result<Exported> ReadExport(std::istream& input) {
  Exported exported;
  std::string line;
  for (std::size_t number = 1; std::getline(input, line); ++number) {
    if (number == 1) {
      if (const auto head = ReadHead(line, &exported); !head) return head.error();
      continue;
    }
    std::map<std::string, std::string> members;
    if (!ReadMembers(line, &members) || members["key"].empty()) {
      return NotAnExport(number, "it is no entry");
    }
    if (!Covers(exported.tenant, exported.stream, members["key"])) {
      return NotAnExport(number, "its key is not of what the head says");
    }
    std::optional<std::string> value;
    if (members.contains("value")) value = members["value"];
    if (members.contains("base64")) value = FromBase64(members["base64"]);
    if (!value) return NotAnExport(number, "it has no value");
    exported.content.push_back({members["key"], *std::move(value)});
  }
  if (exported.entries != static_cast<std::int64_t>(exported.content.size())) {
    return NotAnExport(exported.content.size() + 1, "the end is missing");
  }
  return exported;
}

}  // namespace

int StateShowCommand(const Config& config, const std::string& tenant, const std::string& stream,
                     const CommandContext& context) {
  const auto shown = Shown(config, tenant, stream);
  return shown ? Say(*shown, context, kExitDone) : Fail(shown.error(), context);
}

int StateExportCommand(const Config& config, const std::string& tenant, const std::string& stream,
                       const CommandContext& context) {
  const auto state = OpenStateReader(config);
  if (!state) return Fail(state.error(), context);
  auto entries = (*state)->Scan("");  // one read: the state as it was at one moment
  if (!entries) return Fail(entries.error(), context);
  std::erase_if(*entries, [&](const StateEntry& e) { return !Covers(tenant, stream, e.key); });
  context.out << ExportHead(tenant, stream, entries->size());
  for (const StateEntry& entry : *entries) context.out << ExportLine(entry);
  return Say("", context, kExitDone);
}

int StateImportCommand(const Config& config, std::istream& exported,
                       const CommandContext& context) {
  const auto read = ReadExport(exported);
  if (!read) return Fail(read.error(), context);
  const auto store = OpenStateStore(config);
  if (!store) return Fail(store.error(), context);
  const auto keys = (*store)->Keys("");
  if (!keys) return Fail(keys.error(), context);
  std::vector<StateChange> changes;
  for (const std::string& key : *keys) {
    if (Covers(read->tenant, read->stream, key)) changes.push_back({key, std::nullopt});
  }
  const std::size_t replaced = changes.size();
  for (const StateEntry& entry : read->content) changes.push_back({entry.key, entry.value});
  std::promise<Result<void>> committed;
  (*store)->Commit(std::move(changes),
                   [&committed](Result<void> result) { committed.set_value(std::move(result)); });
  if (const auto result = committed.get_future().get(); !result) {
    return Fail(result.error(), context);
  }
  return Say(std::to_string(replaced) + " entries replaced by " +
                 std::to_string(read->content.size()) + "\n",
             context, kExitDone);
}

}  // namespace nsf
