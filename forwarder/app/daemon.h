// SPDX-License-Identifier: Apache-2.0
// The daemon's parts, wired: built in the order in which they need one another, and taken down in
// the reverse of it, so that no callback finds its receiver gone.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adapters/curl/curl_client.h"
#include "adapters/curl/curl_engine.h"
#include "adapters/http_server/http_server.h"
#include "adapters/prometheus/prometheus_telemetry.h"
#include "adapters/system/service_manager.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"
#include "app/config/config.h"
#include "app/identity/identity_desk.h"
#include "app/idle_memory.h"
#include "app/jobs/job_board.h"
#include "app/jobs/loop_calls.h"
#include "app/jobs/rewalk_work.h"
#include "app/log.h"
#include "app/loop.h"
#include "app/notice_log.h"
#include "app/progress.h"
#include "app/reload/config_change.h"
#include "app/run.h"
#include "app/shared_state.h"
#include "app/status/status_desk.h"
#include "app/status/stream_board.h"
#include "core/answer/budget.h"
#include "pipeline/destination/in_order.h"
#include "pipeline/replay/dead_letter_batch.h"
#include "ports/secret_source.h"
#include "ports/sink.h"
#include "ports/state_store.h"

namespace nsf {

class Daemon : private LoopObserver {
 public:
  // `log` outlives the daemon.
  Daemon(const Config& config, const RunOptions& options, const Log& log);
  ~Daemon() override;

  // Opens the state, makes sinks, clients and streams, binds the port. kConfiguration: the file
  // must be changed; kStop: the state is owned by another process, or cannot be used.
  Result<void> Build();

  // Runs until Stop(), or, with `once`, until everything is delivered or nothing more can be. The
  // exit code of the program.
  int Run();

  // From any thread, at any time: end in order, because of `signal`.
  void Stop(int signal);
  // From any thread, at any time: files are closed and opened again (log rotation), and the
  // configuration is read again. What changed in it begins anew; the rest is not touched.
  void Reload();

 private:
  // A tenant's client, and what it stands on.
  struct Tenant {
    std::unique_ptr<SecretSource> token;
    std::unique_ptr<CurlClient> client;
    std::unique_ptr<Budget> budget;
  };

  Result<void> OpenState();
  StateStore& state() { return shared_ ? shared_->store() : *store_; }
  Result<void> BuildSinks();
  Result<std::unique_ptr<Sink>> BuildSink(const SinkConfig& config);
  Result<void> BuildTenants();
  Result<void> BuildTenant(const TenantConfig& config, Tenant* parts);
  // All streams, where the state is this instance's alone.
  Result<void> BuildStreams(const Now& now);
  // With `once` streams do not begin before it is known who users are, where that is to be learned
  // soon.
  bool AwaitsPictures(const Now& now);
  // Those that have waited begin.
  void StepStart(const Now& now);
  Result<void> BuildStreamsOf(const TenantConfig& tenant, Tenant* parts);
  Result<void> AddStream(const TenantConfig& tenant, const std::string& event_type, Tenant* parts);
  // Seen from outside from now on.
  void Watch(const TenantConfig& tenant, const std::string& event_type);
  // Looks after a state that is shared (daemon_ownership.cc): streams begin and come to rest as
  // slots are given to this instance and asked back.
  void StepOwnership(const Now& now);
  void StepStream(const Now& now, const TenantConfig& tenant, const std::string& stream);
  Result<void> BeginIdentities(const TenantConfig& tenant);
  Result<void> AddOwned(const Now& now, const TenantConfig& tenant, const std::string& stream);
  // Streams that are to come to rest, and have, go.
  void StepResting();
  // Its streams may run here.
  bool IsHere(const std::string& tenant) const;
  // What `--once` waits for is not all begun.
  bool AwaitsStreams(const Now& now) const;
  // What is kept of dead letters is sent again so.
  Result<DeadLetterForms> FormsOfDeadLetters();
  Result<std::unique_ptr<class EventStream>> MakeStream(const TenantConfig& tenant,
                                                        const std::string& event_type,
                                                        Tenant* parts);
  Result<void> BuildServer();
  // What was asked for on the command line stands in the state, and is found there.
  Result<void> PutJobs();
  void BuildJobBoard();
  Result<std::unique_ptr<JobWork>> BeginJob(const Job& job, const JobProgress& progress);
  Result<std::unique_ptr<JobWork>> BeginRewalk(const Job& job, const JobProgress& progress);
  using MakeRewalk =
      std::function<Result<std::unique_ptr<class Stream>>(const StreamSettings& settings)>;
  Result<std::unique_ptr<JobWork>> BeginReconcile(const Job& job, const RewalkParts& parts,
                                                  const StreamSettings& live,
                                                  const MakeRewalk& make);
  // A parked stream begins anew from what state and configuration hold now. False: its slot is
  // being read again, try again later.
  bool RenewStream(const std::string& tenant, const std::string& stream, const std::string& why);
  // Metrics, board and status page follow the configuration.
  void ShowConfiguration();

  // Reading the configuration again (daemon_reload.cc).
  struct Renewed;
  void ReadConfigAgain();
  Result<Renewed> BuildRenewed(const Config& next, const ConfigChange& change);
  void TakeUp(const Config& next, const ConfigChange& change, Renewed renewed);
  void TakeUpTenant(const TenantConfig& tenant, std::set<std::string> streams_before);
  void RefuseConfig(const std::string& why);
  // Streams that were parked, and are, begin anew or go.
  void StepRenewals();
  void EndRenewals();
  bool IsBeingReset(const std::string& tenant, const std::string& stream) const;
  const TenantConfig* FindTenant(const std::string& name) const;

  void OnNotice(const class EventStream& stream, const Notice& notice) override;
  void OnStep(const class EventStream& stream) override;

  void WakeUp();
  // Tells of sinks that begin to be, or are no longer, in trouble while a publish is under way.
  void WatchSinks(const Now& now);
  // Watches one, the dead letter or the state: true when trouble begins.
  bool FellIntoTrouble(const Now& now, const std::string& name,
                       const std::optional<Error>& trouble);

  // Gives memory that is not in use back now and then, when much was received.
  void WatchMemory(const Now& now);

  // Whether the run is over, and with which exit code.
  std::optional<int> Ended(const Now& now) const;
  std::optional<int> EndedOnce(const Now& now) const;

  Config config_;
  const RunOptions options_;
  const Log& log_;
  NoticeLog notices_;
  SystemClock clock_;
  SystemRandom random_;
  StreamBoard board_;
  StatusDesk desk_{board_, clock_};
  ServiceManager service_manager_;
  IdleMemory idle_memory_;
  std::atomic<int> stopped_by_{0};  // a signal
  std::atomic<bool> reloading_{false};
  std::atomic<Loop*> running_{nullptr};  // once it is

  // Destroyed from the last to the first: what still reports back goes before whom it reports to.
  std::unique_ptr<PrometheusTelemetry> telemetry_;
  std::map<std::string, Tenant> tenants_;
  // Of tenants that were changed: exchanges and jobs may still be under way.
  std::vector<Tenant> retired_;
  std::set<std::pair<std::string, std::string>> renewals_;  // streams that are being parked
  std::set<std::string> sinks_to_go_;
  std::unique_ptr<Loop> loop_;
  LoopCalls job_calls_{[this] { WakeUp(); }};
  std::unique_ptr<JobBoard> jobs_;
  std::unique_ptr<IdentityDesk> identities_;
  std::unique_ptr<InOrderDestination> destination_;
  std::unique_ptr<InOrderDestination> job_destination_;  // what jobs send again
  std::unique_ptr<StateStore> store_;
  std::function<std::size_t()> state_bytes_;
  std::unique_ptr<SharedState> shared_;  // in its place, where the state is a topic
  std::set<std::pair<std::string, std::string>> resting_;  // streams whose slot is not ours
  // Looking at who has what is work for every tenant, and not for every event.
  std::atomic<bool> ownership_changed_{false};
  bool ownership_moves_ = true;  // a stream is not where it belongs
  MonotonicTime look_at_ownership_ = MonotonicTime::min();
  bool streaming_ = false;                       // streams were made: of a state of its own
  std::optional<MonotonicTime> pictures_until_;  // absent: nobody waited for them yet
  std::optional<Error> state_error_;             // nothing can be done any more
  std::optional<KafkaSinkConfig> dead_letter_connection_;  // where it is a topic
  std::unique_ptr<Sink> dead_letter_;
  std::map<std::string, std::unique_ptr<Sink>> sinks_;
  std::unique_ptr<CurlEngine> engine_;
  std::map<std::string, Now> troubled_since_;          // by sink
  std::map<std::string, std::set<std::string>> told_;  // of that trouble, without numbers
  std::unique_ptr<Progress> progress_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace nsf
