// SPDX-License-Identifier: Apache-2.0
// Jobs as text: a line of numbers as of every state value, then a line each for what is text.
#include "core/state/job.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 5> kJobNames = {"from", "to", "dry_run", "mend", "created"};
constexpr StateForm kJobForm{"job", 1, kJobNames};
constexpr std::array<std::string_view, 7> kProgressNames = {
    "position", "end", "rows", "delivered", "missing", "whole", "no_longer_held"};
constexpr StateForm kProgressForm{"progress", 1, kProgressNames};
constexpr std::int64_t kNone = -1;

constexpr std::array kKinds = {JobKind::kReplay, JobKind::kReconcile, JobKind::kDeadLetterReplay,
                               JobKind::kStateReset};
constexpr std::array kStates = {JobState::kWaiting, JobState::kRunning, JobState::kDone,
                                JobState::kFailed, JobState::kCancelled};

constexpr std::string_view kProgressSuffix = "/progress";
constexpr std::string_view kCancelSuffix = "/cancel";

std::int64_t Count(WallSeconds time) { return time.time_since_epoch().count(); }
std::int64_t Count(const std::optional<WallSeconds>& time) { return time ? Count(*time) : kNone; }
WallSeconds Time(std::int64_t seconds) { return WallSeconds(std::chrono::seconds(seconds)); }
std::optional<WallSeconds> OptionalTime(std::int64_t seconds) {
  return seconds == kNone ? std::nullopt : std::optional(Time(seconds));
}

void AppendLine(std::string_view name, std::string_view value, std::string* text) {
  *text += '\n';
  *text += name;
  *text += ' ';
  // A line is a line, whatever an error message holds.
  for (const char c : value) *text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
}

// Cuts off what stands before `separator`, and it; all of it where there is none.
std::string_view Cut(std::string_view* text, char separator) {
  const std::size_t at = text->find(separator);
  const std::string_view head = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return head;
}

template <typename Choices, typename Name, typename Value>
bool Choose(const Choices& choices, Name name_of, std::string_view name, Value* value) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](auto choice) { return name_of(choice) == name; });
  if (found == choices.end()) return false;
  *value = *found;
  return true;
}

// "<start> <end> <missing>"
bool ReadHole(std::string_view text, std::vector<JobHole>* holes) {
  std::array<std::int64_t, 3> numbers{};
  for (std::int64_t& number : numbers) {
    const std::string_view digits = Cut(&text, ' ');
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) return false;
  }
  if (!AreStateTimes({numbers[0], numbers[1]}) || numbers[2] < 0) return false;
  holes->push_back({Time(numbers[0]), Time(numbers[1]), static_cast<std::uint64_t>(numbers[2])});
  return true;
}

bool ReadProgressLine(std::string_view line, JobProgress* progress) {
  const std::string_view name = Cut(&line, ' ');
  if (name == "state") return Choose(kStates, JobStateName, line, &progress->state);
  if (name == "hole") return ReadHole(line, &progress->holes);
  if (name != "message") return false;
  progress->message = line;
  return true;
}

bool ReadJobLine(std::string_view line, Job* job) {
  const std::string_view name = Cut(&line, ' ');
  if (name == "kind") return Choose(kKinds, JobKindName, line, &job->kind);
  if (name != "sink") return false;
  job->sink = line;
  return true;
}

// "<tenant>/<stream>/<id>" after the prefix.
bool ReadKey(std::string_view key, Job* job) {
  if (!key.starts_with(kJobPrefix)) return false;
  key.remove_prefix(kJobPrefix.size());
  job->tenant = Cut(&key, '/');
  job->stream = Cut(&key, '/');
  job->id = key;
  return !job->tenant.empty() && !job->stream.empty() && !job->id.empty() &&
         key.find('/') == std::string_view::npos;
}

}  // namespace

std::string_view JobKindName(JobKind kind) {
  switch (kind) {
    case JobKind::kReplay:
      return "replay";
    case JobKind::kReconcile:
      return "reconcile";
    case JobKind::kDeadLetterReplay:
      return "dead-letter-replay";
    case JobKind::kStateReset:
      return "state-reset";
  }
  return "unknown";
}

std::string_view JobStateName(JobState state) {
  switch (state) {
    case JobState::kWaiting:
      return "waiting";
    case JobState::kRunning:
      return "running";
    case JobState::kDone:
      return "done";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string JobKey(const Job& job) {
  return std::string(kJobPrefix) + job.tenant + '/' + job.stream + '/' + job.id;
}

std::string JobProgressKey(const Job& job) { return JobKey(job).append(kProgressSuffix); }

std::string JobCancelKey(const Job& job) { return JobKey(job).append(kCancelSuffix); }

std::string EncodeJob(const Job& job) {
  const std::array<std::int64_t, kJobNames.size()> values = {
      Count(job.from), Count(job.to), job.dry_run ? 1 : 0, job.mend ? 1 : 0, Count(job.created)};
  std::string text = EncodeStateText(kJobForm, values);
  AppendLine("kind", JobKindName(job.kind), &text);
  if (!job.sink.empty()) AppendLine("sink", job.sink, &text);
  return text;
}

Result<Job> DecodeJob(std::string_view key, std::string_view text) {
  std::string_view rest = text;
  const auto values = DecodeStateText(kJobForm, Cut(&rest, '\n'));
  if (!values) return values.error();
  const auto& v = *values;
  Job job;
  bool sane = ReadKey(key, &job) && AreStateTimes({v[0], v[1], v[4]});
  while (sane && !rest.empty()) sane = ReadJobLine(Cut(&rest, '\n'), &job);
  if (!sane) return DamagedState(kJobForm);
  job.from = OptionalTime(v[0]);
  job.to = OptionalTime(v[1]);
  job.dry_run = v[2] == 1;
  job.mend = v[3] == 1;
  job.created = Time(v[4]);
  // A value has one spelling.
  if (EncodeJob(job) != text) return DamagedState(kJobForm);
  return job;
}

std::string EncodeJobProgress(const JobProgress& progress) {
  const std::array<std::int64_t, kProgressNames.size()> values = {
      progress.position,
      progress.end,
      static_cast<std::int64_t>(progress.rows),
      static_cast<std::int64_t>(progress.delivered),
      static_cast<std::int64_t>(progress.missing),
      static_cast<std::int64_t>(progress.whole),
      static_cast<std::int64_t>(progress.no_longer_held)};
  std::string text = EncodeStateText(kProgressForm, values);
  AppendLine("state", JobStateName(progress.state), &text);
  for (const JobHole& hole : progress.holes) {
    AppendLine("hole",
               std::to_string(Count(hole.start)) + ' ' + std::to_string(Count(hole.end)) + ' ' +
                   std::to_string(hole.missing),
               &text);
  }
  if (!progress.message.empty()) AppendLine("message", progress.message, &text);
  return text;
}

Result<JobProgress> DecodeJobProgress(std::string_view text) {
  std::string_view rest = text;
  const auto values = DecodeStateText(kProgressForm, Cut(&rest, '\n'));
  if (!values) return values.error();
  const auto& v = *values;
  JobProgress progress;
  bool sane = std::all_of(v.begin() + 2, v.end(), [](std::int64_t n) { return n >= 0; });
  while (sane && !rest.empty()) sane = ReadProgressLine(Cut(&rest, '\n'), &progress);
  if (!sane) return DamagedState(kProgressForm);
  progress.position = v[0];
  progress.end = v[1];
  progress.rows = static_cast<std::uint64_t>(v[2]);
  progress.delivered = static_cast<std::uint64_t>(v[3]);
  progress.missing = static_cast<std::uint64_t>(v[4]);
  progress.whole = static_cast<std::uint64_t>(v[5]);
  progress.no_longer_held = static_cast<std::uint64_t>(v[6]);
  if (EncodeJobProgress(progress) != text) return DamagedState(kProgressForm);
  return progress;
}

Result<std::vector<KnownJob>> ReadJobs(const std::vector<StateEntry>& entries) {
  std::map<std::string_view, std::string_view> by_key;
  for (const StateEntry& entry : entries) by_key[entry.key] = entry.value;
  std::vector<KnownJob> jobs;
  for (const auto& [key, value] : by_key) {
    if (key.ends_with(kProgressSuffix) || key.ends_with(kCancelSuffix)) continue;
    const auto job = DecodeJob(key, value);
    if (!job) return Error{job.error().kind, std::string(key) + ": " + job.error().message};
    KnownJob known{*job, {}, by_key.contains(JobCancelKey(*job))};
    if (const auto found = by_key.find(JobProgressKey(*job)); found != by_key.end()) {
      const auto progress = DecodeJobProgress(found->second);
      if (!progress) {
        return Error{progress.error().kind,
                     std::string(found->first) + ": " + progress.error().message};
      }
      known.progress = *progress;
    }
    jobs.push_back(std::move(known));
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const KnownJob& a, const KnownJob& b) { return a.job.id < b.job.id; });
  return jobs;
}

}  // namespace nsf
