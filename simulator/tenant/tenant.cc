// SPDX-License-Identifier: Apache-2.0
// The way of a request through the gateway (route, method, faults, token, rate) to a page of rows.
#include "tenant/tenant.h"

#include <algorithm>
#include <span>

#include "tenant/listing.h"

namespace nsf_simulator {
namespace {

constexpr std::pair<std::string_view, Fault> kFaultNames[] = {
    {"none", Fault::kNone}, {"429", Fault::k429}, {"500", Fault::k500},
    {"503", Fault::k503},   {"cut", Fault::kCut}, {"hang", Fault::kHang}};

// `message` holds nothing that JSON would have to escape.
void Refuse(int status, std::string_view message, Answer* answer) {
  answer->status = status;
  answer->body.assign(R"({"message":")").append(message).append("\"}");
}

// An answer that a staged or drawn fault gives instead of the page; false if it gives none.
bool FailsAtOnce(Fault fault, bool rate_headers, Answer* answer) {
  switch (fault) {
    case Fault::k429:
      Refuse(429, "API rate limit exceeded", answer);
      if (rate_headers) answer->headers.emplace_back("Retry-After", "1");
      return true;
    case Fault::k500:
      Refuse(500, "An unexpected error occurred", answer);
      return true;
    case Fault::k503:
      Refuse(503, "The upstream server is not available", answer);
      return true;
    case Fault::kHang:
      answer->delivery = Delivery::kHang;
      return true;
    case Fault::kCut:
    case Fault::kNone:
      return false;
  }
  return false;
}

std::string RequestId(std::uint64_t count) { return "simulated-" + std::to_string(count); }

}  // namespace

std::optional<Fault> FaultByName(std::string_view name) {
  for (const auto& [text, fault] : kFaultNames) {
    if (text == name) return fault;
  }
  return std::nullopt;
}

std::string_view FaultName(Fault fault) {
  for (const auto& [text, value] : kFaultNames) {
    if (value == fault) return text;
  }
  return "none";
}

Tenant::Tenant(const Settings& settings, Time anchor)
    : settings_(settings),
      pool_(settings),
      source_(settings, anchor + settings.clock_offset),
      history_(pool_, settings.sort_by),
      limiter_(settings.rate_limit, settings.rate_period),
      chance_(Scatter(settings.seed, 0xfa17U)) {
  history_.Reserve(static_cast<std::size_t>(settings.events));
}

void Tenant::Advance(Time now) {
  constexpr std::size_t kBatch = 65536;  // millions of events come in without a second copy
  do {
    source_.TakeVisible(Clock(now), kBatch, &fresh_);
    history_.Append(fresh_);
  } while (fresh_.size() == kBatch);
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
  ++statistics_.by_status[answer.status];
  if (answer.delivery == Delivery::kCut) {
    ++statistics_.cut;
  } else {
    statistics_.rows += answer.rows;
  }
  return answer;
}

void Tenant::Decide(const Request& request, Time now, Answer* answer) {
  const std::string_view target = request.target;
  const auto question = target.find('?');
  if (target.substr(0, question) != kAuditPath) {
    return Refuse(404, "no Route matched with those values", answer);
  }
  answer->delay = settings_.delay;
  if (request.method != "GET") {
    answer->headers.emplace_back("Allow", "GET");
    return Refuse(405, "Method not allowed", answer);
  }
  second_.Note(now);
  minute_.Note(now);
  const Fault fault = DrawFault(now);
  if (FailsAtOnce(fault, settings_.rate_headers, answer)) return;
  if (!PassesGate(request, now, answer)) return;
  const auto parameters = ParseQueryString(
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1));
  const auto query = ParsePageQuery(parameters, settings_);
  if (const auto* refusal = std::get_if<Refusal>(&query)) {
    return Refuse(refusal->status, refusal->message, answer);
  }
  AnswerPage(std::get<PageQuery>(query), now, answer);
  if (fault == Fault::kCut) answer->delivery = Delivery::kCut;
}

// What is staged comes first; else each kind of fault has its share of a thousand.
Fault Tenant::DrawFault(Time now) {
  if (const Fault staged = StagedAt(now); staged != Fault::kNone) return staged;
  std::uint64_t drawn = chance_.Below(1000);
  const std::pair<Fault, std::uint64_t> shares[] = {{Fault::k429, settings_.fault_429_permille},
                                                    {Fault::k500, settings_.fault_500_permille},
                                                    {Fault::k503, settings_.fault_503_permille},
                                                    {Fault::kCut, settings_.fault_cut_permille},
                                                    {Fault::kHang, settings_.fault_hang_permille}};
  for (const auto& [fault, share] : shares) {
    if (drawn < share) return fault;
    drawn -= share;
  }
  return Fault::kNone;
}

bool Tenant::PassesGate(const Request& request, Time now, Answer* answer) {
  switch (CheckAccess(request, rest_token_)) {
    case Access::kMissing:
      Refuse(401, "No API token found in request", answer);
      return false;
    case Access::kUnknown:
      Refuse(401, "Unauthorized", answer);
      return false;
    case Access::kWrongScope:
      Refuse(403, "You cannot consume this service", answer);
      return false;
    case Access::kGranted:
      break;
  }
  return PassesRateLimit(now, answer);
}

bool Tenant::PassesRateLimit(Time now, Answer* answer) {
  if (settings_.rate_limit == 0) return true;
  const RateVerdict verdict = limiter_.Take(Clock(now));
  const std::string reset = std::to_string(verdict.reset.count());
  if (settings_.rate_headers) {
    answer->headers.emplace_back("RateLimit-Limit", std::to_string(settings_.rate_limit));
    answer->headers.emplace_back("RateLimit-Remaining", std::to_string(verdict.remaining));
    answer->headers.emplace_back("RateLimit-Reset", reset);
  }
  if (verdict.allowed) return true;
  ++statistics_.rate_limited;
  if (settings_.rate_headers) answer->headers.emplace_back("Retry-After", reset);
  Refuse(429, "API rate limit exceeded", answer);
  return false;
}

void Tenant::Stage(Fault fault, std::optional<Time> until) {
  staged_ = fault;
  staged_until_ = until;
}

Fault Tenant::StagedAt(Time now) const {
  return staged_until_ && now >= *staged_until_ ? Fault::kNone : staged_;
}

void Tenant::AnswerPage(const PageQuery& query, Time now, Answer* answer) {
  Filter filter = query.filter;
  if (settings_.retention.count() > 0) {
    const auto second = std::chrono::floor<std::chrono::seconds>(Clock(now));
    filter.oldest_timestamp = (second - settings_.retention).time_since_epoch().count();
  }
  const auto selected = history_.Select(filter);
  std::uint64_t limit = query.limit;
  if (settings_.short_page_percent != 0 && chance_.Percent(settings_.short_page_percent)) {
    limit = 1 + chance_.Below(limit);
  }
  const bool too_deep = settings_.deep_offset != 0 && query.offset > settings_.deep_offset;
  const auto page = CutPage(history_, selected, settings_, query.offset, too_deep ? 0 : limit,
                            statistics_.requests);
  std::uint64_t total = settings_.total_says == TotalSays::kPage ? page.size() : selected.size();
  if (settings_.total_cap != 0) total = std::min(total, settings_.total_cap);
  answer->rows = page.size();
  Render(page, total, &answer->body);
}

void Tenant::Render(const std::vector<EventNumber>& page, std::uint64_t total,
                    std::string* body) const {
  std::size_t size = 128;
  for (const EventNumber number : page) size += pool_.SizeOf(number) + 1;
  body->reserve(size);
  body->append(R"({"ok":1,")").append(settings_.rows_key).append("\":[");
  for (const EventNumber number : page) {
    pool_.Append(number, history_.at(number), body);
    body->push_back(',');
  }
  if (!page.empty()) body->pop_back();
  body->push_back(']');
  if (settings_.total_key == "status.total") {
    body->append(R"(,"status":{"total":)").append(std::to_string(total)).append("}");
  } else if (settings_.total_key != "none") {
    body->append(",\"").append(settings_.total_key).append("\":").append(std::to_string(total));
  }
  body->push_back('}');
}

}  // namespace nsf_simulator
