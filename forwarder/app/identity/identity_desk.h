// SPDX-License-Identifier: Apache-2.0
// The pictures of all tenants' users: drives one refresh a tenant, each with a token, a client and
// a budget of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/curl/curl_client.h"
#include "adapters/curl/curl_engine.h"
#include "app/config/config.h"
#include "app/jobs/loop_calls.h"
#include "app/notice_log.h"
#include "app/status/status_desk.h"
#include "core/answer/budget.h"
#include "pipeline/identity/identity_refresh.h"
#include "ports/random.h"
#include "ports/secret_source.h"
#include "ports/state_store.h"
#include "ports/telemetry.h"

namespace nsf {

// For the loop's thread. Destroyed after the store and the curl engine, which report back to it.
class IdentityDesk {
 public:
  // What it stands on; outlives it. `wake` makes the loop look around soon; from any thread.
  struct Parts {
    StateStore& store;
    Random& random;
    Telemetry& telemetry;
    StatusDesk& status;
    NoticeLog& notices;
    std::function<void()> wake;
  };

  explicit IdentityDesk(Parts parts);

  // The tenant's people are asked for from now on, as `tenant` says; anew, if they were before.
  // What the state has kept is shown at once. Nothing happens where `tenant` does not ask for it.
  Result<void> Begin(const TenantConfig& tenant, CurlEngine& engine);
  void End(const std::string& tenant);

  // Null: nobody of this tenant is asked for.
  std::shared_ptr<const Directory> DirectoryOf(const std::string& tenant) const;

  // Steps what has something to do. When to be called again, if nothing wakes the loop before.
  MonotonicTime Step(const Now& now);
  void Drain();

  // As IdentityRefresh's, of any tenant.
  bool IsAwaiting(const Now& now) const;
  bool IsKeeping() const;

 private:
  struct Lane {
    std::unique_ptr<SecretSource> token;
    std::unique_ptr<CurlClient> client;
    std::unique_ptr<Budget> budget;
    std::unique_ptr<IdentityRefresh> refresh;
    IdentityCompletions completions;
    bool completed = false;
    MonotonicTime wake_at = MonotonicTime::min();
  };

  void StepLane(const std::shared_ptr<Lane>& lane, const Now& now);

  const Parts parts_;
  LoopCalls calls_;
  std::map<std::string, std::shared_ptr<Lane>> lanes_;
  std::vector<std::shared_ptr<Lane>> retired_;  // a request may still be under way
};

}  // namespace nsf
