// SPDX-License-Identifier: Apache-2.0
// The simulated tenant: requests in, answers out, time as a value. No I/O, clock or thread: the
// server runs it in real time and a simulation runs it in virtual time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenant/answer.h"
#include "tenant/event_source.h"
#include "tenant/history.h"
#include "tenant/page_query.h"
#include "tenant/random.h"
#include "tenant/rate_limiter.h"
#include "tenant/row_pool.h"
#include "tenant/settings.h"
#include "tenant/tokens.h"

namespace nsf_simulator {

inline constexpr std::string_view kAuditPath = "/api/v2/events/data/audit";

enum class Fault { kNone, k429, k500, k503, kCut, kHang };

// "429", "500", "503", "cut", "hang", "none".
std::optional<Fault> FaultByName(std::string_view name);
std::string_view FaultName(Fault fault);

struct Statistics {
  std::uint64_t requests = 0;
  std::map<int, std::uint64_t> by_status;
  std::uint64_t cut = 0;
  std::uint64_t hung = 0;
  std::uint64_t rows = 0;          // sent, in pages not cut
  std::uint64_t rate_limited = 0;  // 429 because of the limit, not of a staged fault
};

class Tenant {
 public:
  // `anchor` is the moment it starts; the backlog is made by the first Advance.
  Tenant(const Settings& settings, Time anchor);

  // Lets events appear. Handle does so too; time never goes back.
  void Advance(Time now);

  // `buffer` becomes the body; only its capacity matters.
  Answer Handle(const Request& request, Time now, std::string buffer = {});

  void set_rest_token(std::string token) { rest_token_ = std::move(token); }

  // Each answer fails so until `until`; nullopt: until told otherwise.
  void Stage(Fault fault, std::optional<Time> until);
  Fault StagedAt(Time now) const;

  // Ground truth: events 0 … size-1 have been visible, in this order.
  std::size_t visible() const { return history_.size(); }
  const Event& event(EventNumber number) const { return history_.at(number); }
  std::string IdOf(EventNumber number) const { return pool_.IdOf(number); }

  const Statistics& statistics() const { return statistics_; }
  std::uint64_t most_per_second() const { return second_.most(); }
  std::uint64_t most_per_minute() const { return minute_.most(); }
  const Settings& settings() const { return settings_; }
  // The tenant's own clock, when ours says `now`.
  Time Clock(Time now) const { return now + settings_.clock_offset; }

 private:
  void Decide(const Request& request, Time now, Answer* answer);
  bool PassesGate(const Request& request, Time now, Answer* answer);
  bool PassesRateLimit(Time now, Answer* answer);
  Fault DrawFault(Time now);
  void AnswerPage(const PageQuery& query, Time now, Answer* answer);
  void Render(const std::vector<EventNumber>& page, std::uint64_t total, std::string* body) const;

  Settings settings_;
  RowPool pool_;
  EventSource source_;
  History history_;
  RateLimiter limiter_;
  DensestStretch second_{std::chrono::seconds(1)};
  DensestStretch minute_{std::chrono::minutes(1)};
  Random chance_;
  std::string rest_token_{kDefaultRestToken};
  Fault staged_ = Fault::kNone;
  std::optional<Time> staged_until_;
  Statistics statistics_;
  std::vector<Event> fresh_;
};

}  // namespace nsf_simulator
