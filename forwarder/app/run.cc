// SPDX-License-Identifier: Apache-2.0
// Start, signals, end.
#include "app/run.h"

#include <csignal>

#include "adapters/system/process.h"
#include "adapters/system/signal_watcher.h"
#include "app/daemon.h"
#include "app/exit_codes.h"
#include "app/log.h"
#include "app/version.h"

namespace nsf {
namespace {

int ExitCodeOf(const Error& error) {
  return error.kind == ErrorKind::kConfiguration ? kExitUsage : kExitState;
}

}  // namespace

int RunForwarder(const Config& config, const RunOptions& options) {
  IgnoreSigpipe();
  KeepMemorySmall();
  const Log log(config.log);
  log.Info(std::string("netskope-forwarder ") + kVersion + " (" + kCommit + ") with " +
           config.file);
  if (options.allow_core) {
    log.Warn(
        "--allow-core: a core file or a debugger would hold the tokens; keep what is written "
        "from others, delete it when it has been read, and start without --allow-core again");
  }

  Daemon daemon(config, options, log);
  // Before any other thread is started, so that signals reach the watcher alone.
  auto watcher = SignalWatcher::Start({SIGTERM, SIGINT, SIGHUP}, [&daemon](int signal) {
    if (signal == SIGHUP) {
      daemon.ReopenFiles();
    } else {
      daemon.Stop(signal);
    }
  });
  if (!watcher) {
    log.Error(watcher.error().message);
    return kExitState;
  }
  if (const auto outcome = daemon.Build(); !outcome) {
    log.Error(outcome.error().message);
    return ExitCodeOf(outcome.error());
  }
  const int code = daemon.Run();
  if (code < kExitCutShort && code != kExitState) log.Info("stopped; the state is committed");
  return code;
}

}  // namespace nsf
