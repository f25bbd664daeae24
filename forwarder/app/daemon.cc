// SPDX-License-Identifier: Apache-2.0
// Wiring, running and stopping.
#include "app/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <utility>
#include <variant>

#include "adapters/sqlite/sqlite_store.h"
#include "adapters/system/process.h"
#include "app/config/event_types_file.h"
#include "app/config/guarantee.h"
#include "app/config/kafka_connections.h"
#include "app/exit_codes.h"
#include "app/http_pages.h"
#include "app/identity/kept_directory.h"
#include "app/jobs/dead_letter_work.h"
#include "app/jobs/read_delivered.h"
#include "app/jobs/reconcile_work.h"
#include "app/jobs/replay_work.h"
#include "app/jobs/reset_work.h"
#include "app/sinks.h"
#include "app/stream_settings.h"
#include "app/tenant_parts.h"
#include "app/version.h"

namespace nsf {
namespace {

// SIGTERM ends within five seconds: four for a batch under way, the rest for taking down.
constexpr std::chrono::seconds kDrain{4};
// A sink that is away for longer ends `--once`: nobody is there to wait.
constexpr std::chrono::seconds kOncePatience{60};
// It begins at the latest so long after its start, whatever is known of users.
constexpr std::chrono::minutes kOncePicture{10};

std::string KindName(const SinkConfig& sink) {
  if (std::holds_alternative<KafkaConfig>(sink.kind)) return "kafka";
  return std::holds_alternative<SyslogConfig>(sink.kind) ? "syslog" : "file";
}

TelemetryPlan PlanOf(const Config& config) {
  TelemetryPlan plan;
  plan.version = kVersion;
  plan.commit = kCommit;
  for (const TenantConfig& tenant : config.tenants) {
    plan.tenants.push_back({tenant.name, tenant.events, tenant.sinks, tenant.token_expires,
                            !tenant.identities.token_file.empty()});
  }
  for (const SinkConfig& sink : config.sinks) plan.sinks.push_back(sink.name);
  return plan;
}

// Asks the tenant for rows.
bool Walks(const Job& job) {
  return job.kind == JobKind::kReplay || job.kind == JobKind::kReconcile;
}

// Of texts that only differ in how long something took.
std::string WithoutNumbers(std::string text) {
  std::erase_if(text, [](char letter) { return letter >= '0' && letter <= '9'; });
  return text;
}

}  // namespace

Daemon::Daemon(const Config& config, const RunOptions& options, const Log& log)
    : config_(config), options_(options), log_(log), notices_(log) {}

Daemon::~Daemon() = default;

Result<void> Daemon::Build() {
  if (auto opened = OpenState(); !opened) return opened;
  telemetry_ = std::make_unique<PrometheusTelemetry>(TelemetryPlan(), clock_);
  ShowConfiguration();

  if (auto built = BuildSinks(); !built) return built;
  std::map<std::string, Sink*> sinks;
  for (const auto& [name, sink] : sinks_) sinks[name] = sink.get();
  destination_ =
      std::make_unique<InOrderDestination>(sinks, *dead_letter_, state(), *telemetry_, clock_);
  job_destination_ =
      std::make_unique<InOrderDestination>(sinks, *dead_letter_, state(), *telemetry_, clock_);
  LoopObserver& observer = *this;
  loop_ = std::make_unique<Loop>(clock_, *telemetry_, *destination_, state(), observer);
  if (options_.progress)
    progress_ = std::make_unique<Progress>(isatty(STDERR_FILENO) == 1, clock_.Read());
  identities_ = std::make_unique<IdentityDesk>(
      IdentityDesk::Parts{state(), random_, *telemetry_, desk_, notices_, [this] { WakeUp(); }});
  BuildJobBoard();
  if (!options_.jobs.empty()) {
    if (auto put = PutJobs(); !put) return put;
    const bool walks = std::any_of(options_.jobs.begin(), options_.jobs.end(), Walks);
    return walks ? BuildTenants() : Result<void>();
  }
  if (auto built = BuildTenants(); !built) return built;
  return BuildServer();
}

void Daemon::ShowConfiguration() {
  TelemetryPlan plan = PlanOf(config_);
  plan.state_bytes = state_bytes_;
  plan.health = [this](const Now& now) { return board_.Health(now); };
  if (shared_) {
    plan.owns = [this](const std::string& tenant, const std::string& stream) {
      return board_.PlaceOf(tenant, stream) == StreamPlace::kHere;
    };
    plan.shows = [this](const std::string& tenant, const std::string& stream) {
      return board_.PlaceOf(tenant, stream) != StreamPlace::kElsewhere;
    };
  }
  telemetry_->Configure(std::move(plan));
  telemetry_->ConfigRead(true, clock_.Read().wall);
  std::vector<StatusTenant> tenants;
  for (const TenantConfig& tenant : config_.tenants) {
    tenants.push_back({tenant.name, WithoutUserInfo(tenant.url), tenant.requests_per_minute,
                       tenant.token_expires});
  }
  std::vector<StatusSink> sinks;
  for (const SinkConfig& sink : config_.sinks) {
    sinks.push_back({sink.name, KindName(sink), std::string(FormatName(sink.format)),
                     GuaranteeText(sink, config_.state)});
  }
  desk_.Configure(std::move(tenants), std::move(sinks), config_.file);
}

Result<void> Daemon::OpenState() {
  if (config_.state.sink.empty()) {
    auto store = SqliteStore::Open(config_.state.path);
    if (!store) return store.error();
    state_bytes_ = [state = store->get()] { return state->bytes(); };
    store_ = std::move(store).value();
    return {};
  }
  auto shared = SharedState::Join(KafkaStateSettings(config_), random_, log_, [this] {
    ownership_changed_ = true;
    WakeUp();
  });
  if (!shared) return shared.error();
  shared_ = std::move(shared).value();
  state_bytes_ = [this] { return shared_->bytes(); };
  return {};
}

Result<std::unique_ptr<Sink>> Daemon::BuildSink(const SinkConfig& config) {
  auto sink = MakeSink(config, log_);
  if (!sink) return sink.error();
  const Guarantee guarantee = (*sink)->guarantee();
  log_.Info("sink " + config.name + ": " +
            (guarantee.at_least_once ? "at least once; acknowledged means "
                                     : "best effort; acknowledged means only ") +
            guarantee.acknowledged);
  return sink;
}

Result<void> Daemon::BuildSinks() {
  for (const SinkConfig& config : config_.sinks) {
    if (config.name == config_.state.sink) {  // its records are part of the state's commits
      log_.Info("sink " + config.name + ": " + GuaranteeText(config, config_.state));
      continue;
    }
    auto sink = BuildSink(config);
    if (!sink) return sink.error();
    sinks_[config.name] = std::move(sink).value();
  }
  dead_letter_connection_ = DeadLetterConnection(config_);
  auto dead_letter = MakeDeadLetter(config_, dead_letter_connection_, log_);
  if (!dead_letter) return dead_letter.error();
  dead_letter_ = std::move(dead_letter).value();
  log_.Info("dead letter: " + GuaranteeText(config_.dead_letter, config_.state));
  return {};
}

Result<void> Daemon::BuildTenants() {
  auto engine = CurlEngine::Create();
  if (!engine) return engine.error();
  engine_ = std::move(engine).value();
  for (const TenantConfig& config : config_.tenants) {
    for (const std::string& event_type : config.events) Watch(config, event_type);
    Tenant& tenant = tenants_[config.name];
    if (auto built = BuildTenant(config, &tenant); !built) return built;
  }
  if (shared_) return {};
  for (const TenantConfig& tenant : config_.tenants) {
    if (auto begun = identities_->Begin(tenant, *engine_); !begun) return begun;
  }
  return BuildStreams(clock_.Read());
}

Result<void> Daemon::BuildStreams(const Now& now) {
  if (streaming_ || AwaitsPictures(now)) return {};
  for (const TenantConfig& tenant : config_.tenants) {
    if (auto built = BuildStreamsOf(tenant, &tenants_[tenant.name]); !built) return built;
  }
  streaming_ = true;
  return {};
}

void Daemon::StepStart(const Now& now) {
  if (shared_ || tenants_.empty() || state_error_) return;
  if (auto built = BuildStreams(now); !built) {
    log_.Error((state_error_ = built.error())->message);
  }
}

bool Daemon::AwaitsPictures(const Now& now) {
  if (!options_.once || !identities_->IsAwaiting(now)) return false;
  if (!pictures_until_) {
    pictures_until_ = now.monotonic + kOncePicture;
    log_.Info("identities: the run begins when it is known who the users are");
  }
  return now.monotonic < *pictures_until_;
}

Result<void> Daemon::BuildTenant(const TenantConfig& config, Tenant* parts) {
  parts->token = TokenOf(config);
  parts->budget =
      std::make_unique<Budget>(BudgetSettings{config.requests_per_minute, config.burst});
  auto client = CurlClient::Create(*engine_, CurlSettingsOf(config), *parts->token);
  if (!client) {
    return Error{client.error().kind, "tenant " + config.name + ": " + client.error().message};
  }
  parts->client = std::move(client).value();
  return {};
}

Result<void> Daemon::BuildStreamsOf(const TenantConfig& tenant, Tenant* parts) {
  for (const std::string& event_type : tenant.events) {
    if (auto added = AddStream(tenant, event_type, parts); !added) return added;
  }
  return {};
}

Result<void> Daemon::AddStream(const TenantConfig& tenant, const std::string& event_type,
                               Tenant* parts) {
  auto stream = MakeStream(tenant, event_type, parts);
  if (!stream) return stream.error();
  log_.Write(LogLevel::kInfo,
             ((*stream)->begins() ? "begins, from " : "goes on, from ") + tenant.url, tenant.name,
             event_type);
  Watch(tenant, event_type);
  loop_->Add(std::move(stream).value(), *parts->client, *parts->budget);
  return {};
}

void Daemon::Watch(const TenantConfig& tenant, const std::string& event_type) {
  board_.Watch({tenant.name, event_type, tenant.sinks, tenant.poll_interval, tenant.timeout},
               clock_.Read());
  if (shared_ && !loop_->Has(tenant.name, event_type)) {
    board_.SetPlace(tenant.name, event_type, StreamPlace::kAwaited);
  }
}

Result<std::unique_ptr<EventStream>> Daemon::MakeStream(const TenantConfig& tenant,
                                                        const std::string& event_type,
                                                        Tenant* parts) {
  if (auto begun = BeginIdentities(tenant); !begun) return begun.error();
  return MakeEventStream(StreamSettingsOf(config_, tenant, event_type, parts->token->Reference(),
                                          identities_->DirectoryOf(tenant.name)),
                         state(), *parts->budget, random_);
}

Result<void> Daemon::PutJobs() {
  std::vector<StateChange> changes;
  for (const Job& job : options_.jobs) changes.push_back({JobKey(job), EncodeJob(job)});
  std::promise<Result<void>> put;
  state().Commit(std::move(changes),
                 [&put](Result<void> result) { put.set_value(std::move(result)); });
  return put.get_future().get();
}

void Daemon::BuildJobBoard() {
  jobs_ = std::make_unique<JobBoard>(
      state(), job_calls_, log_,
      [this](const Job& job, const JobProgress& progress) { return BeginJob(job, progress); });
}

Result<std::unique_ptr<JobWork>> Daemon::BeginJob(const Job& job, const JobProgress& progress) {
  if (job.kind == JobKind::kStateReset) {
    return MakeResetWork(
        job, state(), job_calls_,
        {[this, job] { loop_->Park(job.tenant, job.stream); },
         [this, job] { return loop_->Parked(job.tenant, job.stream); },
         [this, job] { RenewStream(job.tenant, job.stream, "begins anew: its state was reset"); }});
  }
  if (job.kind == JobKind::kDeadLetterReplay && !config_.dead_letter.sink.empty()) {
    return DeadLetterIsATopic(config_.dead_letter);
  }
  if (job.kind == JobKind::kDeadLetterReplay) {
    auto forms = FormsOfDeadLetters();
    if (!forms) return forms.error();
    return MakeDeadLetterWork(job, progress,
                              {state(), *job_destination_, *dead_letter_, config_.dead_letter.path,
                               std::move(forms).value(), config_.batch.events, config_.batch.bytes,
                               job_calls_, *telemetry_, log_});
  }
  return BeginRewalk(job, progress);
}

Result<DeadLetterForms> Daemon::FormsOfDeadLetters() {
  DeadLetterForms forms{{}, config_.classification, &BuiltInEventTypes(), {}, {}};
  for (const SinkConfig& sink : config_.sinks) forms.formats[sink.name] = sink.format;
  for (const TenantConfig& tenant : config_.tenants) {
    if (tenant.redaction.any()) {
      forms.redactions[tenant.name] = tenant.redaction;
      continue;
    }
    auto directory = identities_->DirectoryOf(tenant.name);
    if (!directory) {
      auto kept = KeptDirectory(tenant, state());
      if (!kept) return kept.error();
      directory = std::move(kept).value();
    }
    if (directory) forms.directories[tenant.name] = std::move(directory);
  }
  return forms;
}

Result<std::unique_ptr<JobWork>> Daemon::BeginRewalk(const Job& job, const JobProgress& progress) {
  const TenantConfig* config = FindTenant(job.tenant);
  const auto parts = tenants_.find(job.tenant);
  if (parts == tenants_.end() || config == nullptr) {
    return Error{ErrorKind::kConfiguration,
                 "tenant " + job.tenant + " is not in the configuration of the state's owner"};
  }
  const RewalkParts base{state(),    *job_destination_, *parts->second.client,
                         job_calls_, *telemetry_,       log_};
  const StreamSettings live =
      StreamSettingsOf(config_, *config, job.stream, parts->second.token->Reference(),
                       identities_->DirectoryOf(job.tenant));
  const auto make = [this, &budget = *parts->second.budget](const StreamSettings& settings) {
    return Stream::Create(settings, state(), budget, random_);
  };
  if (job.kind == JobKind::kReconcile) return BeginReconcile(job, base, live, make);
  const StreamSettings settings = RewalkSettings(job, live);
  if (settings.sinks.empty()) {
    return Error{ErrorKind::kConfiguration, "sink " + job.sink + " is none of tenant " +
                                                job.tenant + "'s; add it to its `sinks`"};
  }
  auto stream = make(settings);
  if (!stream) return stream.error();
  return MakeReplayWork(job, progress, std::move(stream).value(), base);
}

Result<std::unique_ptr<JobWork>> Daemon::BeginReconcile(const Job& job, const RewalkParts& parts,
                                                        const StreamSettings& live,
                                                        const MakeRewalk& make) {
  const auto range = RangeOf(job, state());
  if (!range) return range.error();
  Job bounded = job;
  bounded.from = range->start;
  bounded.to = range->end;
  StreamSettings settings = RewalkSettings(bounded, live);
  settings.filter = {};  // the ledger has what is not delivered as well
  const auto name = [job](auto call) { return call(job.tenant, job.stream); };
  return MakeReconcileWork(
      job, parts,
      {[this, job, range = *range] { return ReadDelivered(job, range, state()); },
       [make, settings] { return make(settings); },
       [this, name](const Window& window) {
         return name([&](const auto&... who) { return loop_->WalkAgain(who..., window); });
       },
       [this, name, range = *range] {
         return name([&](const auto&... who) { return !loop_->IsWalkingAgain(who..., range); });
       }});
}

bool Daemon::RenewStream(const std::string& tenant, const std::string& stream,
                         const std::string& why) {
  destination_->Abandon(tenant, stream);
  const auto parts = tenants_.find(tenant);
  const TenantConfig* config = FindTenant(tenant);
  if (parts == tenants_.end() || config == nullptr) return true;
  auto fresh = MakeStream(*config, stream, &parts->second);
  if (!fresh && shared_ && fresh.error().kind == ErrorKind::kRetry) return false;
  if (!fresh) {
    log_.Write(LogLevel::kError, fresh.error().message + "; start the program again", tenant,
               stream);
    return true;
  }
  log_.Write(LogLevel::kInfo, why, tenant, stream);
  loop_->Replace(std::move(fresh).value(), *parts->second.client);
  return true;
}

Result<void> Daemon::BuildServer() {
  HttpServerSettings settings;
  settings.host = config_.server.host;
  settings.port = config_.server.port;
  settings.pages =
      HttpPages({*telemetry_, board_, desk_, clock_, [this] { return loop_->last_step(); }});
  auto server = HttpServer::Start(std::move(settings));
  if (!server) return server.error();
  server_ = std::move(server).value();
  log_.Info("metrics on " + config_.server.host + " port " + std::to_string(server_->port()));
  return {};
}

int Daemon::Run() {
  std::optional<int> code;
  running_ = loop_.get();
  service_manager_.Ready();
  loop_->Run([this, &code](const Now& now) {
    service_manager_.Alive(now.monotonic);
    if (renewals_.empty() && reloading_.exchange(false)) ReadConfigAgain();
    StepRenewals();
    board_.LookAround(now);
    notices_.WriteRepeats(now.monotonic);
    WatchSinks(now);
    StepStart(now);
    StepOwnership(now);
    WatchMemory(now);
    loop_->LookAround(identities_->Step(now));
    jobs_->Step(now);
    if (options_.on_jobs) options_.on_jobs(jobs_->jobs());
    if (progress_) {
      const auto& budget = *tenants_.begin()->second.budget;
      progress_->Show(now, loop_->streams(), budget.Snapshot(now.monotonic));
    }
    code = Ended(now);
    return code.has_value();
  });
  service_manager_.Stopping();
  identities_->Drain();
  const bool committed = loop_->Drain(clock_.Read().monotonic + kDrain);
  if (progress_) progress_->Finish(clock_.Read(), loop_->streams());
  if (committed || stopped_by_ == 0) return *code;
  log_.Warn("stopped while a batch was under way: it comes again at the next start");
  return kExitCutShort + stopped_by_;
}

void Daemon::WatchSinks(const Now& now) {
  for (const auto& [name, sink] : sinks_) {
    if (!FellIntoTrouble(now, name, sink->Trouble())) continue;
    telemetry_->Published(name, std::chrono::microseconds(0), "unavailable");
  }
  FellIntoTrouble(now, "dead_letter", dead_letter_->Trouble());
}

bool Daemon::FellIntoTrouble(const Now& now, const std::string& name,
                             const std::optional<Error>& trouble) {
  if (!trouble) {
    if (troubled_since_.erase(name) == 0) return false;
    told_.erase(name);
    log_.Info("sink " + name + ": goes on");
    board_.NoteSink(name, std::nullopt);
    return false;
  }
  const auto [since, began] = troubled_since_.try_emplace(name, now);
  // What it first looked like may not be what it is.
  if (told_[name].insert(WithoutNumbers(trouble->message)).second) {
    log_.Warn("sink " + name + ": " + trouble->message);
  }
  board_.NoteSink(name, SinkTrouble{trouble->message, since->second});
  return began;
}

void Daemon::WatchMemory(const Now& now) {
  std::uint64_t received = 0;
  for (const class EventStream* stream : loop_->streams())
    received += stream->snapshot().response_bytes;
  // A job alone asks no tenant.
  if (engine_ && idle_memory_.IsLookDue(now.monotonic)) engine_->DropUnusedMemory();
  if (idle_memory_.IsDue(received, now.monotonic)) GiveMemoryBack();
}

std::optional<int> Daemon::Ended(const Now& now) const {
  const auto streams = loop_->streams();
  const bool reader_gone =
      std::any_of(streams.begin(), streams.end(),
                  [](const class EventStream* stream) { return stream->reader_gone(); });
  if (stopped_by_ != 0 || reader_gone) return kExitDone;
  if (state_error_) return kExitState;
  if (!options_.jobs.empty() && jobs_->HaveEnded(options_.jobs)) return kExitDone;
  return options_.once ? EndedOnce(now) : std::nullopt;
}

std::optional<int> Daemon::EndedOnce(const Now& now) const {
  for (const auto& [name, since] : troubled_since_) {
    if (now.monotonic - since.monotonic < kOncePatience) continue;
    log_.Error("sink " + name + " is unreachable: giving up after a minute");
    return kExitSinkUnreachable;
  }
  if (AwaitsStreams(now)) return std::nullopt;
  bool blocked = false;
  for (const class EventStream* stream : loop_->streams()) {
    const auto failing = stream->failing_since();
    if (failing && now.monotonic - *failing >= kOncePatience) {
      log_.Error(stream->snapshot().last_error + ": giving up after a minute");
      return kExitSinkUnreachable;
    }
    if (!stream->snapshot().blocked_reason.empty() && !stream->committing()) {
      blocked = true;
    } else if (!stream->snapshot().caught_up) {
      return std::nullopt;
    }
  }
  // A picture that was taken in this run is there for the next one.
  if (identities_->IsKeeping()) return std::nullopt;
  return blocked ? kExitTenantRefuses : kExitDone;
}

void Daemon::Stop(int signal) {
  stopped_by_ = signal;
  WakeUp();
}

void Daemon::Reload() {
  reloading_ = true;
  WakeUp();
}

void Daemon::WakeUp() {
  if (Loop* loop = running_) loop->Wake();
}

void Daemon::OnNotice(const class EventStream& stream, const Notice& notice) {
  const StreamSettings& settings = stream.settings();
  notices_.Write(notice, settings.tenant, settings.stream, clock_.Read().monotonic);
}

void Daemon::OnStep(const class EventStream& stream) {
  const StreamSettings& settings = stream.settings();
  const Now now = clock_.Read();
  const auto tenant = tenants_.find(settings.tenant);
  if (tenant == tenants_.end()) return;
  board_.Note(settings.tenant, settings.stream,
              {std::make_shared<const StreamSnapshot>(stream.snapshot()),
               tenant->second.budget->Snapshot(now.monotonic), stream.failing_since()},
              now);
}

}  // namespace nsf
