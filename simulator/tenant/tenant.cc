// SPDX-License-Identifier: Apache-2.0
// The way of a request through the gateway (limits, route, method, faults, token) to a page of
// rows.
#include "tenant/tenant.h"

#include <algorithm>
#include <span>

#include "scim/api.h"
#include "tenant/audit_rows.h"
#include "tenant/envelope.h"
#include "tenant/fault_answers.h"
#include "tenant/listing.h"

namespace nsf_simulator {
namespace {

std::string RequestId(std::uint64_t count) { return "simulated-" + std::to_string(count); }

Settings Changed(const Settings& settings) {
  Settings changed = settings;
  // It was tried when it was set; were it wrong, the tenant would stay as it is.
  ApplyChange(settings.changes_to, &changed);
  return changed;
}

// A request that cannot be answered as it was asked. Some tenants hide that behind a 200.
void RefuseQuery(const Refusal& refusal, const Settings& settings, Answer* answer) {
  Refuse(refusal.status, refusal.message, answer);
  if (settings.refusals == Refusals::kAs400) return;
  answer->status = 200;
  answer->body = R"({"status":"error","message":")" + refusal.message + "\"}";
}

// The list of one more type: as large as the audit list, with rows of its own. What is limited over
// all paths is counted where they branch off.
Settings OfType(const Settings& settings, const std::string& type) {
  Settings own = settings;
  own.event_type = type;
  own.event_types.clear();
  own.echo_percent = 0;
  own.global_limit = 0;
  own.scim_users = own.scim_groups = 0;  // users are the audit list's alone: changes show there
  for (const char c : type) own.seed = Scatter(own.seed, static_cast<unsigned char>(c));
  return own;
}

// It may have gone wrong before the request was taken up, or behind that.
bool HidesWhatWasDone(Fault fault) {
  switch (fault) {
    case Fault::k500:
    case Fault::k500Html:
    case Fault::k502:
    case Fault::k502Html:
    case Fault::k503:
    case Fault::k503Html:
    case Fault::k504:
    case Fault::k504Html:
    case Fault::kReset:
    case Fault::kHang:
      return true;
    default:
      return false;
  }
}

constexpr std::string_view kAudit = "audit";
constexpr std::string_view kConnection = "connection";
constexpr std::string_view kIncident = "incident";
constexpr std::string_view kInfrastructure = "infrastructure";
constexpr std::uint64_t kSearchLimit = 10'000;

}  // namespace

Tenant::Tenant(const Settings& settings, Time anchor)
    : settings_(settings),
      changed_(Changed(settings)),
      start_(anchor + settings.clock_offset),
      pool_(settings),
      source_(settings, start_),
      history_(pool_, settings.sort_by),
      gateway_(settings, start_),
      chance_(Scatter(settings.seed, 0xfa17U)),
      directory_(settings) {
  history_.Reserve(static_cast<std::size_t>(settings.events));
  for (const std::string& type : settings.event_types) {
    if (type != kAudit) {
      others_.push_back(std::make_unique<Tenant>(OfType(settings, type), anchor));
    }
  }
}

void Tenant::set_rest_token(const std::string& token) {
  gateway_.set_rest_token(token);
  for (const auto& other : others_) other->set_rest_token(token);
}

void Tenant::Advance(Time now) {
  constexpr std::size_t kBatch = 65536;  // millions of events come in without a second copy
  do {
    source_.TakeVisible(Clock(now), kBatch, &fresh_);
    history_.Append(fresh_);
  } while (fresh_.size() >= kBatch);
  for (const auto& other : others_) other->Advance(now);
}

const Settings& Tenant::SettingsAt(Time now) const {
  const auto passed = Clock(now) - start_;
  const bool changed = !settings_.changes_to.empty() && passed >= settings_.changes_after &&
                       (settings_.changes_for.count() == 0 ||
                        passed < settings_.changes_after + settings_.changes_for);
  return changed ? changed_ : settings_;
}

Answer Tenant::Handle(const Request& request, Time now, std::string buffer) {
  Advance(now);
  Answer answer;
  answer.body = std::move(buffer);
  answer.body.clear();
  ++statistics_.requests;
  answer.headers = {{"Date", HttpDate(Clock(now))},
                    {"Content-Type", "application/json"},
                    {"X-Request-Id", RequestId(statistics_.requests)}};
  Decide(request, now, &answer);
  if (answer.delivery == Delivery::kHang) {
    ++statistics_.hung;
    return answer;
  }
  if (answer.delivery == Delivery::kReset) return answer;
  ++statistics_.by_status[answer.status];
  if (answer.delivery == Delivery::kCut) {
    ++statistics_.cut;
  } else {
    statistics_.rows += answer.rows;
  }
  return answer;
}

void Tenant::Decide(const Request& request, Time now, Answer* answer) {
  const Settings& settings = SettingsAt(now);
  const std::string_view target = request.target;
  const auto question = std::min(target.find('?'), target.size());
  if (!gateway_.PassesGlobalLimit(settings, Clock(now), answer)) return;
  const std::string_view path = target.substr(0, question);
  if (path == scim::kPrefix || path.starts_with(std::string(scim::kPrefix) + '/')) {
    return AnswerScimRequest(request, settings, now, answer);
  }
  if (path.starts_with(scim::kManagementPrefix)) {
    if (!gateway_.PassesToken(request, settings, Clock(now), answer)) return;
    return scim::AnswerManagement(request, Clock(now), directory_, answer);
  }
  if (Tenant* const other = OtherAt(path)) {
    second_.Note(now);
    minute_.Note(now);
    ++other->statistics_.requests;
    return other->Decide(request, now, answer);
  }
  if (!HasPath(path)) return Refuse(404, "no Route matched with those values", answer);
  answer->delay = settings.delay;
  answer->chunked = settings.chunked;
  if (request.method != "GET") {
    answer->headers.emplace_back("Allow", "GET");
    return Refuse(405, "Method not allowed", answer);
  }
  second_.Note(now);
  minute_.Note(now);
  const Fault fault = DrawFault(settings, now);
  ++statistics_.faults[static_cast<std::size_t>(fault)];
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  // An iterator may have moved on all the same.
  if (path.starts_with(kExportPath) && HidesWhatWasDone(fault) && chance_.Percent(50)) {
    Answer lost;
    AnswerIterator(query, settings, now, &lost);
  }
  if (AnswersInstead(fault, settings, answer)) return;
  if (!gateway_.PassesToken(request, settings, Clock(now), answer)) return;
  if (!gateway_.PassesRateLimit(settings, Clock(now), answer)) return;
  AnswerType(path, query, settings, now, answer);
  SpoilPage(fault, settings, answer);
}

void Tenant::AnswerType(std::string_view path, std::string_view query, const Settings& settings,
                        Time now, Answer* answer) {
  const std::string_view type = settings.event_type.empty() ? kAudit : settings.event_type;
  const auto& refused = settings.refused_types;
  if (std::find(refused.begin(), refused.end(), type) != refused.end()) {
    return Refuse(403, "You cannot consume this service", answer);
  }
  if (path.starts_with(kExportPath)) return AnswerIterator(query, settings, now, answer);
  if (!path.starts_with(kSearchPath)) return AnswerAudit(query, settings, now, answer);
  Settings search = settings;
  search.window_pairs = WindowPairs::kEvent;
  search.limit_max = std::max(search.limit_max, kSearchLimit);
  AnswerAudit(query, search, now, answer);
}

Tenant* Tenant::OtherAt(std::string_view path) const {
  for (const auto& other : others_) {
    if (other->HasPath(path)) return other.get();
  }
  return nullptr;
}

bool Tenant::HasPath(std::string_view path) const {
  const std::string_view type = settings_.event_type.empty() ? kAudit : settings_.event_type;
  if (path.starts_with(kDataPath))
    return path.substr(kDataPath.size()) == type && type != kIncident;
  if (path.starts_with(kExportPath)) return path.substr(kExportPath.size()) == type;
  // Of these there is no search.
  if (type == kAudit || type == kInfrastructure || type == kConnection) return false;
  return path.starts_with(kSearchPath) && path.substr(kSearchPath.size()) == type;
}

void Tenant::AnswerScimRequest(const Request& request, const Settings& settings, Time now,
                               Answer* answer) {
  ++statistics_.scim_requests;
  answer->delay = settings.scim_delay;
  const auto& [staged, until] = staged_scim_;
  const bool is_staged = staged != Fault::kNone && (!until || now < *until);
  const Fault fault = is_staged ? staged : DrawFault(settings.scim_faults);
  ++statistics_.faults[static_cast<std::size_t>(fault)];
  if (AnswersInstead(fault, settings, answer)) return;
  if (!gateway_.PassesScim(request, settings, Clock(now), answer)) return;
  scim::AnswerScim(request, settings, Clock(now), &directory_, answer);
  for (const scim::AuditNote& note : directory_.TakeNotes()) {
    std::string values;
    for (const std::string& value : note.values) {
      values += (values.empty() ? "" : ",") + scim::QuotedJson(value);
    }
    const auto row = pool_.AddRow(MakeChangeRow(settings, note.text, note.data_type, values));
    source_.AddChange(row, Clock(now), settings.scim_audit_lag);
  }
  SpoilPage(fault, settings, answer);
}

// What is staged comes first; else each kind of fault has its share of a thousand.
Fault Tenant::DrawFault(const Settings& settings, Time now) {
  if (const Fault staged = StagedAt(now); staged != Fault::kNone) return staged;
  return DrawFault(settings.faults);
}

Fault Tenant::DrawFault(const FaultShares& shares) {
  std::uint64_t drawn = chance_.Below(1000);
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    const std::uint64_t share = shares[i];
    if (drawn < share) return static_cast<Fault>(i);
    drawn -= share;
  }
  return Fault::kNone;
}

void Tenant::Stage(Fault fault, std::optional<Time> until) {
  staged_ = fault;
  staged_until_ = until;
  for (const auto& other : others_) other->Stage(fault, until);
}

Fault Tenant::StagedAt(Time now) const {
  return staged_until_ && now >= *staged_until_ ? Fault::kNone : staged_;
}

bool Tenant::HangsAt(Time now) const {
  const auto& [staged, until] = staged_scim_;
  const bool scim_hangs = staged == Fault::kHang && (!until || now < *until);
  return scim_hangs || StagedAt(now) == Fault::kHang ||
         SettingsAt(now).faults[static_cast<std::size_t>(Fault::kHang)] != 0;
}

void Tenant::AnswerAudit(std::string_view query_string, const Settings& settings, Time now,
                         Answer* answer) {
  const auto query = ParsePageQuery(ParseQueryString(query_string), settings);
  if (const auto* refusal = std::get_if<Refusal>(&query)) {
    RefuseQuery(*refusal, settings, answer);
  } else {
    AnswerPage(std::get<PageQuery>(query), settings, now, answer);
  }
  if (settings.echo_percent != 0 && chance_.Percent(settings.echo_percent)) {
    source_.AddEcho(Clock(now));
  }
}

void Tenant::AnswerIterator(std::string_view query_string, const Settings& settings, Time now,
                            Answer* answer) {
  const auto asked = iterators_.Ask(ParseQueryString(query_string), history_, settings, Clock(now));
  if (const auto* refusal = std::get_if<Refusal>(&asked)) {
    return Refuse(refusal->status, refusal->message, answer);
  }
  const auto& page = std::get<IteratorPage>(asked);
  std::string rows;
  for (EventNumber number = page.first; number < page.end; ++number) {
    if (const auto leaves = LeavesAt(number); leaves && *leaves <= Clock(now)) continue;
    if (!rows.empty()) rows += ',';
    pool_.Append(number, history_.at(number), Clock(now), &rows);
    ++answer->rows;
  }
  answer->body = IteratorBody(page, rows);
  if (settings.echo_percent != 0 && chance_.Percent(settings.echo_percent)) {
    source_.AddEcho(Clock(now));
  }
}

void Tenant::AnswerPage(const PageQuery& query, const Settings& settings, Time now,
                        Answer* answer) {
  Filter filter = query.filter;
  if (settings.retention.count() > 0) {
    const auto second = std::chrono::floor<std::chrono::seconds>(Clock(now));
    filter.oldest_timestamp = (second - settings.retention).time_since_epoch().count();
  }
  const auto selected = history_.Select(filter);
  std::uint64_t limit = query.limit;
  if (settings.short_page_percent != 0 && chance_.Percent(settings.short_page_percent)) {
    limit = 1 + chance_.Below(limit);
  }
  const bool too_deep = settings.deep_offset != 0 && query.offset > settings.deep_offset;
  const auto page = CutPage(history_, selected, settings, query.offset, too_deep ? 0 : limit,
                            statistics_.requests);
  const Envelope envelope =
      MakeEnvelope(settings, page.size(), StatedTotal(settings, page.size(), selected.size()));
  answer->status = envelope.status;
  answer->rows = page.size();
  std::size_t size = envelope.open.size() + envelope.close.size();
  for (const EventNumber number : page) size += pool_.SizeOf(history_.at(number)) + 1;
  std::string* const body = &answer->body;
  body->reserve(size);
  body->append(envelope.open);
  for (const EventNumber number : page) {
    pool_.Append(number, history_.at(number), Clock(now), body);
    body->push_back(',');
  }
  if (!page.empty()) body->pop_back();
  body->append(envelope.close);
}

std::uint64_t Tenant::StatedTotal(const Settings& settings, std::uint64_t rows,
                                  std::uint64_t all) const {
  constexpr std::uint64_t kTooMany = 1000;
  std::uint64_t total = all;
  switch (settings.total_says) {
    case TotalSays::kAll:
      break;
    case TotalSays::kPage:
      total = rows;
      break;
    case TotalSays::kFewer:
      total = all / 2;
      break;
    case TotalSays::kMore:
      total = all + kTooMany;
      break;
    case TotalSays::kZero:
      total = 0;
      break;
    case TotalSays::kChanging:
      total = Scatter(settings.seed, statistics_.requests) % (2 * all + 1);
      break;
  }
  return settings.total_cap != 0 ? std::min(total, settings.total_cap) : total;
}

std::optional<Time> Tenant::LeavesAt(EventNumber number) const {
  if (settings_.retention.count() == 0) return std::nullopt;
  return event(number).timestamp + settings_.retention + std::chrono::seconds(1);
}

}  // namespace nsf_simulator
