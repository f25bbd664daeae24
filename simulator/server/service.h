// SPDX-License-Identifier: Apache-2.0
// The tenant as many connections share it: one lock around the model, its ledger, its token file
// and the pages under /_simulator/.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/ledger_file.h"
#include "server/token_file.h"
#include "tenant/tenant.h"

namespace nsf_simulator {

class Service {
 public:
  // `now`: the tenant starts then. `ledger` may be closed; `token_file` may be absent.
  Service(const Settings& settings, Time now, std::unique_ptr<LedgerFile> ledger,
          std::optional<TokenFile> token_file);

  void set_rest_token(std::string token);

  // Lets time pass; the server calls it a few times a second.
  void Tick(Time now);

  // From any thread. `buffer` becomes the body.
  Answer Handle(const Request& request, Time now, std::string buffer);

  // A request that hangs is let go when this is false.
  bool Hangs(Time now) const;

  // The ledger could not be written: what the tenant shows has no ground truth any more.
  bool ledger_broken() const;

 private:
  Answer Administer(const Request& request, Time now);
  Answer StageFault(const Request& request, Time now);
  std::string StatisticsJson(Time now) const;

  mutable std::mutex mutex_;
  Tenant tenant_;
  std::unique_ptr<LedgerFile> ledger_;
  std::optional<TokenFile> token_file_;
  bool ledger_broken_ = false;
};

}  // namespace nsf_simulator
