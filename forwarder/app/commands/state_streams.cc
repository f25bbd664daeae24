// SPDX-License-Identifier: Apache-2.0
#include "app/commands/state_streams.h"

#include "app/config/parse_time.h"

namespace nsf {
namespace {

constexpr std::string_view kStreams = "stream/";

void WriteTime(const char* name, const std::optional<WallSeconds>& time, JsonWriter* json) {
  if (time) json->Key(name).Text(TimeText(*time));
}

}  // namespace

std::set<StreamName> ConfiguredStreams(const Config& config) {
  std::set<StreamName> streams;
  for (const TenantConfig& tenant : config.tenants) {
    for (const std::string& stream : tenant.events) streams.insert({tenant.name, stream});
  }
  return streams;
}

StreamName StreamOfKey(std::string_view key) {
  if (!key.starts_with(kStreams)) return {};
  key.remove_prefix(kStreams.size());
  const std::size_t tenant = key.find('/');
  const std::size_t stream = key.find('/', tenant == std::string_view::npos ? tenant : tenant + 1);
  if (stream == std::string_view::npos) return {};
  return {std::string(key.substr(0, tenant)),
          std::string(key.substr(tenant + 1, stream - tenant - 1))};
}

Result<std::set<StreamName>> KnownStreams(const StateReader& state) {
  const auto keys = state.Keys(kStreams);
  if (!keys) return keys.error();
  std::set<StreamName> streams;
  for (const std::string& key : *keys) {
    if (StreamName name = StreamOfKey(key); !name.tenant.empty()) streams.insert(std::move(name));
  }
  return streams;
}

bool Matches(const StreamName& name, const std::string& tenant, const std::string& stream) {
  return (tenant.empty() || tenant == name.tenant) && (stream.empty() || stream == name.stream);
}

void WriteJob(const KnownJob& known, JsonWriter* json) {
  const Job& job = known.job;
  const JobProgress& progress = known.progress;
  const auto count = [json](const char* name, std::uint64_t number) {
    json->Key(name).Number(static_cast<std::int64_t>(number));
  };
  json->BeginObject().Key("id").Text(job.id);
  json->Key("kind").Text(JobKindName(job.kind));
  json->Key("tenant").Text(job.tenant);
  json->Key("stream").Text(job.stream);
  WriteTime("from", job.from, json);
  WriteTime("to", job.to, json);
  if (!job.sink.empty()) json->Key("sink").Text(job.sink);
  json->Key("dry_run").Bool(job.dry_run);
  json->Key("mend").Bool(job.mend);
  json->Key("created").Text(TimeText(job.created));
  json->Key("state").Text(JobStateName(progress.state));
  json->Key("cancelled").Bool(known.cancelled);
  json->Key("position").Number(progress.position);
  json->Key("end").Number(progress.end);
  count("rows", progress.rows);
  count("delivered", progress.delivered);
  count("missing", progress.missing);
  count("whole", progress.whole);
  count("no_longer_held", progress.no_longer_held);
  json->Key("holes").BeginArray();
  for (const JobHole& hole : progress.holes) {
    json->BeginObject().Key("start").Text(TimeText(hole.start));
    json->Key("end").Text(TimeText(hole.end));
    count("missing", hole.missing);
    json->End();
  }
  json->End();
  json->Key("message").Text(progress.message).End();
}

}  // namespace nsf
