// SPDX-License-Identifier: Apache-2.0
// netskope-simulator: wires flags, tenant and server, and waits for a signal.
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <system_error>

#include "server/command_line.h"
#include "server/http_server.h"
#include "server/ledger_file.h"
#include "server/listener.h"
#include "server/service.h"

namespace nsf_simulator {
namespace {

constexpr const char* kTokenVariable = "NETSKOPE_SIMULATOR_TOKEN";
constexpr timespec kTick{.tv_sec = 0, .tv_nsec = 50'000'000};

int Fail(const std::string& what) {
  std::cerr << "netskope-simulator: " << what << '\n';
  return 2;
}

Time WallNow() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Blocked before any thread starts, so that only the main thread hears them.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Until a signal comes. Events become visible, and stand in the ledger, though nobody asks.
int TickUntilSignal(const sigset_t& signals, Service* service, const std::function<Time()>& clock) {
  while (sigtimedwait(&signals, nullptr, &kTick) < 0) {
    service->Tick(clock());
    if (service->ledger_broken()) {
      std::cerr << "netskope-simulator: the ledger cannot be written; is the disk full?\n";
      return 1;
    }
  }
  return 0;
}

int Run(const CommandLine& line) {
  const sigset_t signals = BlockEndSignals();
  std::string fault;
  SslContext context;
  if (!line.tls_cert.empty()) {
    context = MakeServerContext(line.tls_cert, line.tls_key, &fault);
    if (!context) return Fail(fault);
  }
  auto ledger = std::make_unique<LedgerFile>();
  if (!line.ledger.empty() && !ledger->Open(line.ledger)) {
    return Fail("cannot write the ledger " + line.ledger + ": " +
                std::generic_category().message(errno));
  }
  Listener listener = Listen(line.listen);
  if (!listener.socket.valid()) return Fail(listener.fault);

  const auto start = std::chrono::steady_clock::now();
  const Time anchor = line.start_time ? Time(std::chrono::seconds(*line.start_time)) : WallNow();
  if (!TimesFit(line.settings, anchor)) {
    return Fail(
        "the events would lie before 2001 or after 2283: change --start-time, --span or a "
        "scenario's clock_offset or late_by");
  }
  // Monotonic from the anchor on: a jump of this machine's clock is not the tenant's.
  const auto clock = [start, anchor] {
    return anchor +
           std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  };
  std::optional<TokenFile> token_file;
  if (!line.token_file.empty()) token_file.emplace(line.token_file);
  Service service(line.settings, anchor, std::move(ledger), std::move(token_file));
  if (!line.ledger.empty() && !service.OpenOtherLedgers(line.ledger)) {
    return Fail("cannot write the ledgers beside " + line.ledger + ": " +
                std::generic_category().message(errno));
  }
  // There is no other thread yet.
  const char* token = std::getenv(kTokenVariable);  // NOLINT(concurrency-mt-unsafe)
  if (token != nullptr && *token != '\0') service.set_rest_token(token);
  const bool tls = context != nullptr;
  const HttpServer server(std::move(listener.socket), std::move(context), service, clock);
  std::cout << "listening on " << (tls ? "https://" : "http://") << listener.address << std::endl;
  return TickUntilSignal(signals, &service, clock);
}

}  // namespace
}  // namespace nsf_simulator

int main(int argc, char** argv) {
  const auto parsed = nsf_simulator::ParseCommandLine(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  return nsf_simulator::Run(parsed.line);
}
