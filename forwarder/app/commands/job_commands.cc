// SPDX-License-Identifier: Apache-2.0
// Making jobs from options, having them done, and telling of their end.
#include "app/commands/job_commands.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include "adapters/sqlite/owner_lock.h"
#include "adapters/sqlite/sqlite_inbox.h"
#include "adapters/sqlite/sqlite_reader.h"
#include "adapters/system/signal_watcher.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"
#include "app/commands/job_display.h"
#include "app/commands/state_streams.h"
#include "app/config/json_writer.h"
#include "app/config/parse_time.h"
#include "app/exit_codes.h"

namespace nsf {
namespace {

constexpr std::chrono::milliseconds kLookEvery{500};

int Fail(const Error& error, const CommandContext& context) {
  context.err << error.message << '\n';
  return error.kind == ErrorKind::kConfiguration ? kExitUsage : kExitState;
}

Error Usage(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }

// "20260301T090000Z-5f1c": sorts by time; two made in one second still differ.
std::string NewId(WallSeconds now) {
  std::string time = TimeText(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  SystemRandom random;
  return time + fmt::format("-{:04x}", static_cast<unsigned>(random.Uniform() * 0x10000));
}

Job NewJob(JobKind kind, const StreamName& stream, const JobOptions& options) {
  Job job;
  job.kind = kind;
  job.tenant = stream.tenant;
  job.stream = stream.stream;
  job.sink = options.sink;
  job.dry_run = options.dry_run;
  job.mend = options.mend;
  job.created = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
  job.id = NewId(job.created);
  return job;
}

// An option that is a time which has come; absent where it was not given.
Result<std::optional<WallSeconds>> PastTime(const char* name, const std::string& text) {
  if (text.empty()) return std::optional<WallSeconds>();
  const auto time = ParseTime(text);
  if (!time) return Usage(std::string(name) + ": " + time.error().message);
  if (*time > SystemClock().Read().wall) return Usage(std::string(name) + " lies in the future");
  return std::optional(*time);
}

Result<void> CheckSink(const Config& config, const std::string& name) {
  const bool known =
      name.empty() || std::any_of(config.sinks.begin(), config.sinks.end(),
                                  [&](const auto& sink) { return sink.name == name; });
  if (known) return {};
  return Usage("there is no sink " + name + " in " + config.file);
}

// One job for each configured stream that the options name.
Result<std::vector<Job>> WalkJobs(JobKind kind, const Config& config, const JobOptions& options) {
  const auto from = PastTime("--from", options.from);
  if (!from) return from.error();
  const auto to = PastTime("--to", options.to);
  if (!to) return to.error();
  if (*from && *to && **from >= **to) return Usage("--from must lie before --to");
  if (const auto known = CheckSink(config, options.sink); !known) return known.error();
  std::vector<Job> jobs;
  for (const StreamName& stream : ConfiguredStreams(config)) {
    if (!Matches(stream, options.tenant, options.stream)) continue;
    Job job = NewJob(kind, stream, options);
    job.from = *from;
    job.to = *to;
    jobs.push_back(std::move(job));
  }
  if (jobs.empty()) return Usage("no stream of " + config.file + " is meant by these options");
  return jobs;
}

// Woken by a signal.
class Patience {
 public:
  Result<void> Start() {
    auto watcher = SignalWatcher::Start({SIGINT, SIGTERM}, [this](int signal) {
      const std::lock_guard lock(mutex_);
      signal_ = signal;
      woken_.notify_all();
    });
    if (!watcher) return watcher.error();
    watcher_ = *std::move(watcher);
    return {};
  }
  // The signal that came, or 0 after the pause.
  int Wait(std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, pause, [this] { return signal_ != 0; });
    return signal_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  int signal_ = 0;
  std::unique_ptr<SignalWatcher> watcher_;
};

// These jobs as the state has them; those that are gone are missing.
Result<std::vector<KnownJob>> Find(const Config& config, const std::vector<Job>& jobs) {
  const auto reader = SqliteReader::Open(config.state.path);
  if (!reader) return reader.error();
  const auto entries = (*reader)->Scan(kJobPrefix);
  if (!entries) return entries.error();
  auto all = ReadJobs(*entries);
  if (!all) return all;
  std::set<std::string> keys;
  for (const Job& job : jobs) keys.insert(JobKey(job));
  std::erase_if(*all, [&keys](const KnownJob& known) { return !keys.contains(JobKey(known.job)); });
  return all;
}

std::string Outcome(const KnownJob& known) {
  const JobProgress& progress = known.progress;
  std::string text = std::string(JobKindName(known.job.kind)) + ' ' + JobScope(known.job) + ": " +
                     std::string(JobStateName(progress.state));
  if (!progress.message.empty()) text += ": " + progress.message;
  text += '\n';
  const bool walked = known.job.kind == JobKind::kReplay || known.job.kind == JobKind::kReconcile;
  if (walked && progress.ended()) {
    text += fmt::format(
        "  {} rows, {} delivered, {} missing, {} windows whole, {} no longer held\n", progress.rows,
        progress.delivered, progress.missing, progress.whole, progress.no_longer_held);
  }
  for (const JobHole& hole : progress.holes) {
    text += fmt::format("  hole {} to {}: {} missing\n", TimeText(hole.start), TimeText(hole.end),
                        hole.missing);
  }
  return text;
}

bool Good(const KnownJob& known) {
  if (known.progress.state != JobState::kDone) return false;
  const bool mended = known.progress.delivered >= known.progress.missing && known.job.mend;
  return known.job.kind != JobKind::kReconcile || known.progress.holes.empty() || mended;
}

// How the jobs ended; what to do about those that have not.
int Conclude(const Config& config, const std::vector<Job>& jobs, int signal,
             const CommandContext& context) {
  const auto found = Find(config, jobs);
  if (!found) return Fail(found.error(), context);
  std::string text;
  int code = found->size() == jobs.size() ? kExitDone : kExitFound;
  bool left = false;
  for (const KnownJob& known : *found) {
    if (known.progress.ended()) {
      text += Outcome(known);
      if (!Good(known)) code = kExitFound;
      continue;
    }
    left = true;
    context.err << "job " << known.job.id << " stays; the owner of the state goes on with it. "
                << "Follow it: netskope-forwarder job follow " << known.job.id << "\n";
  }
  if (left) code = kExitCutShort + (signal == 0 ? SIGINT : signal);
  return Say(text, context, code);
}

// Until the jobs have ended, or a signal.
int Follow(const Config& config, const std::vector<Job>& jobs, const CommandContext& context) {
  Patience patience;
  if (const auto started = patience.Start(); !started) return Fail(started.error(), context);
  JobDisplay display(context.err, isatty(STDERR_FILENO) == 1);
  bool alone = false;
  int signal = 0;
  while (signal == 0) {
    const auto found = Find(config, jobs);
    if (!found && found.error().kind != ErrorKind::kRetry) return Fail(found.error(), context);
    if (found) {
      const bool ended = std::all_of(found->begin(), found->end(),
                                     [](const KnownJob& known) { return known.progress.ended(); });
      if (ended) break;
      display.Show(SystemClock().Read().monotonic, *found);
    }
    const bool nobody = OwnerOf(config.state.path).empty();
    if (nobody && !alone) {
      display.Finish();
      context.err << "nobody owns the state any more; waiting for its next owner\n";
    }
    alone = nobody;
    signal = patience.Wait(kLookEvery);
  }
  display.Finish();
  return Conclude(config, jobs, signal, context);
}

// This process owns the state until the jobs have ended.
int Own(const Config& config, const std::vector<Job>& jobs, const CommandContext& context) {
  JobDisplay display(context.err, isatty(STDERR_FILENO) == 1);
  RunOptions options;
  options.jobs = jobs;
  options.on_jobs = [&display](const std::vector<KnownJob>& known) {
    display.Show(SystemClock().Read().monotonic, known);
  };
  const int code = context.run(config, options);
  display.Finish();
  if (code != kExitDone && code < kExitCutShort) return code;
  return Conclude(config, jobs, code < kExitCutShort ? 0 : code - kExitCutShort, context);
}

int CarryOut(const Config& config, const Result<std::vector<Job>>& jobs,
             const CommandContext& context) {
  if (!config.state.sink.empty()) return Fail(StateIsATopic(config.state), context);
  if (!jobs) return Fail(jobs.error(), context);
  const std::string owner = OwnerOf(config.state.path);
  if (owner.empty()) return Own(config, *jobs, context);
  const auto inbox = SqliteInbox::Open(config.state.path, std::string(kJobPrefix));
  if (!inbox) return Fail(inbox.error(), context);
  std::vector<StateEntry> entries;
  for (const Job& job : *jobs) entries.push_back({JobKey(job), EncodeJob(job)});
  if (const auto put = (*inbox)->Put(entries); !put) return Fail(put.error(), context);
  for (const Job& job : *jobs) {
    context.err << "job " << job.id << " (" << JobScope(job) << ") is left to " << owner << '\n';
  }
  return Follow(config, *jobs, context);
}

Result<std::vector<KnownJob>> AllJobs(const Config& config) {
  if (!config.state.sink.empty()) return StateIsATopic(config.state);
  const auto reader = SqliteReader::Open(config.state.path);
  if (!reader) return reader.error();
  const auto entries = (*reader)->Scan(kJobPrefix);
  if (!entries) return entries.error();
  return ReadJobs(*entries);
}

Result<KnownJob> JobOfId(const Config& config, const std::string& id) {
  const auto jobs = AllJobs(config);
  if (!jobs) return jobs.error();
  for (const KnownJob& known : *jobs) {
    if (known.job.id == id) return known;
  }
  return Usage("there is no job " + id + "; see netskope-forwarder job list");
}

}  // namespace

int ReplayCommand(const Config& config, const JobOptions& options, const CommandContext& context) {
  return CarryOut(config, WalkJobs(JobKind::kReplay, config, options), context);
}

int ReconcileCommand(const Config& config, const JobOptions& options,
                     const CommandContext& context) {
  return CarryOut(config, WalkJobs(JobKind::kReconcile, config, options), context);
}

int DeadLetterReplayCommand(const Config& config, const JobOptions& options,
                            const CommandContext& context) {
  if (!config.dead_letter.sink.empty()) {
    return Fail(DeadLetterIsATopic(config.dead_letter), context);
  }
  if (const auto known = CheckSink(config, options.sink); !known) {
    return Fail(known.error(), context);
  }
  const auto name = [](const std::string& given) {
    return given.empty() ? std::string(kEveryName) : given;
  };
  const StreamName stream{name(options.tenant), name(options.stream)};
  return CarryOut(config, std::vector{NewJob(JobKind::kDeadLetterReplay, stream, options)},
                  context);
}

int StateResetCommand(const Config& config, const JobOptions& options,
                      const CommandContext& context) {
  if (!config.state.sink.empty()) return Fail(StateIsATopic(config.state), context);
  const auto to = PastTime("--to", options.to);
  if (!to) return Fail(to.error(), context);
  std::set<StreamName> streams = ConfiguredStreams(config);
  if (const auto reader = SqliteReader::Open(config.state.path)) {
    const auto known = KnownStreams(**reader);
    if (!known) return Fail(known.error(), context);
    streams.insert(known->begin(), known->end());  // orphans too
  }
  std::vector<Job> jobs;
  for (const StreamName& stream : streams) {
    if (!Matches(stream, options.tenant, options.stream)) continue;
    jobs.push_back(NewJob(JobKind::kStateReset, stream, options));
    jobs.back().to = *to;
  }
  if (jobs.empty()) {
    return Fail(Usage("neither " + config.file + " nor the state has such a stream"), context);
  }
  return CarryOut(config, jobs, context);
}

int JobListCommand(const Config& config, bool json, const CommandContext& context) {
  const auto jobs = AllJobs(config);
  if (!jobs) return Fail(jobs.error(), context);
  std::string text;
  if (json) {
    JsonWriter writer;
    writer.BeginObject().Key("schema").Number(1);
    writer.Key("jobs").BeginArray();
    for (const KnownJob& known : *jobs) WriteJob(known, &writer);
    writer.End().End();
    text = writer.Take();
  } else {
    for (const KnownJob& known : *jobs) {
      text += known.job.id + "  " + TimeText(known.job.created) + "  " + Outcome(known);
    }
    if (jobs->empty()) text = "no jobs\n";
  }
  return Say(text, context, kExitDone);
}

int JobFollowCommand(const Config& config, const std::string& id, const CommandContext& context) {
  const auto known = JobOfId(config, id);
  if (!known) return Fail(known.error(), context);
  const std::vector<Job> jobs{known->job};
  const bool mine = !known->progress.ended() && OwnerOf(config.state.path).empty();
  return mine ? Own(config, jobs, context) : Follow(config, jobs, context);
}

int JobCancelCommand(const Config& config, const std::string& id, const CommandContext& context) {
  const auto known = JobOfId(config, id);
  if (!known) return Fail(known.error(), context);
  if (known->progress.ended()) return Conclude(config, {known->job}, 0, context);
  const auto inbox = SqliteInbox::Open(config.state.path, std::string(kJobPrefix));
  if (!inbox) return Fail(inbox.error(), context);
  if (const auto put = (*inbox)->Put({{JobCancelKey(known->job), ""}}); !put) {
    return Fail(put.error(), context);
  }
  if (!OwnerOf(config.state.path).empty()) {
    return Say("job " + id + ": the owner is told\n", context, kExitDone);
  }
  const int code = Own(config, {known->job}, context);  // puts in order what was half done
  return code == kExitFound ? kExitDone : code;
}

}  // namespace nsf
