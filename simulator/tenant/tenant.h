// SPDX-License-Identifier: Apache-2.0
// The simulated tenant: requests in, answers out, time as a value. No I/O, clock or thread: the
// server runs it in real time and a simulation runs it in virtual time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scim/directory.h"
#include "tenant/answer.h"
#include "tenant/event_source.h"
#include "tenant/fault.h"
#include "tenant/gateway.h"
#include "tenant/history.h"
#include "tenant/iterator.h"
#include "tenant/page_query.h"
#include "tenant/random.h"
#include "tenant/rate_limiter.h"
#include "tenant/row_pool.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// Before an event type. A search knows no time of insertion, and its pages are larger.
inline constexpr std::string_view kDataPath = "/api/v2/events/data/";
inline constexpr std::string_view kSearchPath = "/api/v2/events/datasearch/";
// The same by an iterator.
inline constexpr std::string_view kExportPath = "/api/v2/events/dataexport/events/";

struct Statistics {
  std::uint64_t requests = 0;
  std::uint64_t scim_requests = 0;  // of them
  std::map<int, std::uint64_t> by_status;
  std::uint64_t cut = 0;
  std::uint64_t hung = 0;
  std::uint64_t rows = 0;                           // sent, in pages not cut
  std::array<std::uint64_t, kFaultCount> faults{};  // staged or by chance
};

class Tenant {
 public:
  // `anchor` is the moment it starts; the backlog is made by the first Advance. Cheap enough to be
  // made by the thousand: about 4 µs for each of settings.row_variety, and 0.1 µs an event.
  Tenant(const Settings& settings, Time anchor);

  // Lets events appear. Handle does so too; time never goes back.
  void Advance(Time now);

  // `buffer` becomes the body; only its capacity matters.
  Answer Handle(const Request& request, Time now, std::string buffer = {});

  void set_rest_token(const std::string& token);

  // Each answer fails so until `until`; nullopt: until told otherwise.
  void Stage(Fault fault, std::optional<Time> until);
  Fault StagedAt(Time now) const;
  // The same of answers about users and groups.
  void StageScim(Fault fault, std::optional<Time> until) { staged_scim_ = {fault, until}; }

  // Whether a request of now might hang.
  bool HangsAt(Time now) const;

  // The lists of the other event types, as tenants of their own behind this one's gateway.
  const std::vector<std::unique_ptr<Tenant>>& others() const { return others_; }
  const std::string& event_type() const { return settings_.event_type; }

  // Ground truth: events 0 … size-1 have been visible, in this order.
  std::size_t visible() const { return history_.size(); }
  const Event& event(EventNumber number) const { return history_.at(number); }
  const RowPool& rows() const { return pool_; }
  std::string NameOf(EventNumber number) const { return pool_.NameOf(number, event(number)); }

  // The moment, by the tenant's clock, from which no answer shows the event any more; nullopt: it
  // stays.
  std::optional<Time> LeavesAt(EventNumber number) const;

  const Statistics& statistics() const { return statistics_; }
  const scim::Directory& directory() const { return directory_; }
  std::uint64_t most_per_second() const { return second_.most(); }
  std::uint64_t most_per_minute() const { return minute_.most(); }
  std::uint64_t rate_limited() const { return gateway_.rate_limited(); }
  // Those of the start, and those of the moment: a tenant may change its mind.
  const Settings& settings() const { return settings_; }
  const Settings& SettingsAt(Time now) const;
  // The moment it started, by its own clock.
  Time start() const { return start_; }
  // The tenant's own clock, when ours says `now`.
  Time Clock(Time now) const { return now + settings_.clock_offset; }

 private:
  void Decide(const Request& request, Time now, Answer* answer);
  Fault DrawFault(const Settings& settings, Time now);
  void AnswerType(std::string_view path, std::string_view query, const Settings& settings, Time now,
                  Answer* answer);
  Tenant* OtherAt(std::string_view path) const;
  bool HasPath(std::string_view path) const;
  Fault DrawFault(const FaultShares& shares);
  void AnswerScimRequest(const Request& request, const Settings& settings, Time now,
                         Answer* answer);
  void AnswerAudit(std::string_view query_string, const Settings& settings, Time now,
                   Answer* answer);
  void AnswerIterator(std::string_view query_string, const Settings& settings, Time now,
                      Answer* answer);
  void AnswerPage(const PageQuery& query, const Settings& settings, Time now, Answer* answer);
  std::uint64_t StatedTotal(const Settings& settings, std::uint64_t rows, std::uint64_t all) const;

  Settings settings_;
  Settings changed_;
  Time start_;  // by the tenant's clock
  RowPool pool_;
  EventSource source_;
  History history_;
  IteratorDesk iterators_;
  Gateway gateway_;
  DensestStretch second_{std::chrono::seconds(1)};
  DensestStretch minute_{std::chrono::minutes(1)};
  Random chance_;
  Fault staged_ = Fault::kNone;
  std::optional<Time> staged_until_;
  Statistics statistics_;
  std::vector<Event> fresh_;
  std::vector<std::unique_ptr<Tenant>> others_;
  scim::Directory directory_;
  std::pair<Fault, std::optional<Time>> staged_scim_{Fault::kNone, std::nullopt};
};

}  // namespace nsf_simulator
