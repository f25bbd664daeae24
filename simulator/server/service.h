// SPDX-License-Identifier: Apache-2.0
// The tenant as many connections share it: one lock around the model, its ledger, its token file
// and the pages under /_simulator/.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/ledger_file.h"
#include "server/token_file.h"
#include "tenant/tenant.h"

namespace nsf_simulator {

class Service {
 public:
  // `now`: the tenant starts then. `ledger` may be closed; `token_file` may be absent. The other
  // event types have ledgers beside it: see OpenOtherLedgers.
  Service(const Settings& settings, Time now, std::unique_ptr<LedgerFile> ledger,
          std::optional<TokenFile> token_file);

  // The file FILE.TYPE for each other event type, where `ledger` is FILE. False: errno says why.
  bool OpenOtherLedgers(const std::string& ledger);

  void set_rest_token(const std::string& token);

  // Lets time pass; the server calls it a few times a second.
  void Tick(Time now);

  // From any thread. `buffer` becomes the body.
  Answer Handle(const Request& request, Time now, std::string buffer);

  // A request that hangs is let go when this is false.
  bool Hangs(Time now) const;

  // The ledger could not be written: what the tenant shows has no ground truth any more.
  bool ledger_broken() const;

 private:
  void FollowAll();
  Answer Administer(const Request& request, Time now);
  Answer StageFault(const Request& request, Time now);
  std::string StatisticsJson(Time now) const;

  mutable std::mutex mutex_;
  Tenant tenant_;
  std::unique_ptr<LedgerFile> ledger_;
  std::vector<std::unique_ptr<LedgerFile>> other_ledgers_;  // of tenant_.others()
  std::optional<TokenFile> token_file_;
  bool ledger_broken_ = false;
};

}  // namespace nsf_simulator
