// SPDX-License-Identifier: Apache-2.0
// Routes between the tenant and its stage hands.
#include "server/service.h"

#include <charconv>
#include <chrono>

#include "server/gzip.h"
#include "server/http_message.h"

namespace nsf_simulator {
namespace {

constexpr std::string_view kAdminPrefix = "/_simulator/";

Answer JsonAnswer(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.headers = {{"Content-Type", "application/json"}};
  answer.body = std::move(body);
  return answer;
}

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

// Nothing changes if the packing failed.
void SetPacked(std::string packed, Answer* answer) {
  if (packed.empty()) return;
  answer->body = std::move(packed);
  answer->headers.emplace_back("Content-Encoding", "gzip");
}

// A member of an object of counts.
void AppendCount(std::string_view name, std::uint64_t count, std::string* members) {
  if (!members->empty()) members->push_back(',');
  members->append("\"").append(name).append("\":").append(std::to_string(count));
}

// 1 … 86400; nothing else is a time to stage a fault for.
std::optional<std::chrono::seconds> ParseSeconds(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 1 || value > 86400) return std::nullopt;
  return std::chrono::seconds(value);
}

}  // namespace

Service::Service(const Settings& settings, Time now, std::unique_ptr<LedgerFile> ledger,
                 std::optional<TokenFile> token_file)
    : tenant_(settings, now), ledger_(std::move(ledger)), token_file_(std::move(token_file)) {
  Tick(now);
}

void Service::set_rest_token(const std::string& token) {
  const std::lock_guard lock(mutex_);
  tenant_.set_rest_token(token);
}

void Service::Tick(Time now) {
  const std::lock_guard lock(mutex_);
  tenant_.Advance(now);
  FollowAll();
}

bool Service::OpenOtherLedgers(const std::string& ledger) {
  const std::lock_guard lock(mutex_);
  for (const auto& other : tenant_.others()) {
    other_ledgers_.push_back(std::make_unique<LedgerFile>());
    if (!other_ledgers_.back()->Open(ledger + "." + other->event_type())) return false;
  }
  FollowAll();
  return true;
}

void Service::FollowAll() {
  if (!ledger_->Follow(tenant_)) ledger_broken_ = true;
  for (std::size_t i = 0; i < other_ledgers_.size(); ++i) {
    if (!other_ledgers_[i]->Follow(*tenant_.others()[i])) ledger_broken_ = true;
  }
}

Answer Service::Handle(const Request& request, Time now, std::string buffer) {
  if (PathOf(request.target).starts_with(kAdminPrefix)) return Administer(request, now);
  Answer answer;
  bool gzip = false;
  {
    const std::lock_guard lock(mutex_);
    if (token_file_) {
      if (auto token = token_file_->ReadIfChanged()) tenant_.set_rest_token(*token);
    }
    tenant_.Advance(now);
    FollowAll();
    answer = tenant_.Handle(request, now, std::move(buffer));
    gzip = tenant_.SettingsAt(now).gzip;
  }
  if (answer.inflates_to != 0) {
    SetPacked(GzipBomb(answer.inflates_to), &answer);
  } else if (gzip && !answer.body.empty() && AcceptsGzip(request)) {
    SetPacked(Gzip(answer.body), &answer);
  }
  return answer;
}

bool Service::Hangs(Time now) const {
  const std::lock_guard lock(mutex_);
  return tenant_.HangsAt(now);
}

bool Service::ledger_broken() const {
  const std::lock_guard lock(mutex_);
  return ledger_broken_;
}

Answer Service::Administer(const Request& request, Time now) {
  const std::lock_guard lock(mutex_);
  const auto page = PathOf(request.target).substr(kAdminPrefix.size());
  if (page == "stats" && request.method == "GET") return JsonAnswer(200, StatisticsJson(now));
  if (page == "fault" && request.method == "POST") return StageFault(request, now);
  return JsonAnswer(404, R"({"message":"GET stats and POST fault are all there is here"})");
}

Answer Service::StageFault(const Request& request, Time now) {
  const std::string_view target = request.target;
  const auto question = target.find('?');
  std::optional<Fault> fault;
  std::optional<Time> until;
  bool broken = question == std::string_view::npos;
  bool of_scim = false;
  for (const auto& [name, value] : ParseQueryString(broken ? "" : target.substr(question + 1))) {
    if (name == "mode") {
      fault = FaultByName(value);
    } else if (name == "on" && value == "scim") {
      of_scim = true;
    } else if (const auto length = ParseSeconds(value); name == "seconds" && length) {
      until = now + *length;
    } else {
      broken = true;
    }
  }
  if (broken || !fault) {
    return JsonAnswer(
        400, R"({"message":"mode=FAULT, none for an end; seconds=1..86400 if it may end itself; )"
             R"(on=scim if it is of users and groups"})");
  }
  if (of_scim) {
    tenant_.StageScim(*fault, until);
  } else {
    tenant_.Stage(*fault, until);
  }
  return JsonAnswer(200, R"({"fault":")" + std::string(FaultName(*fault)) + "\"}");
}

std::string Service::StatisticsJson(Time now) const {
  const Statistics& s = tenant_.statistics();
  std::string statuses;
  for (const auto& [status, count] : s.by_status) {
    AppendCount(std::to_string(status), count, &statuses);
  }
  std::string faults;
  for (std::size_t i = 1; i < kFaultCount; ++i) {
    if (s.faults[i] != 0) AppendCount(FaultName(static_cast<Fault>(i)), s.faults[i], &faults);
  }
  std::string types;
  for (const auto& other : tenant_.others()) {
    if (!types.empty()) types += ',';
    types += '"' + other->event_type() + R"(":{"requests":)" +
             std::to_string(other->statistics().requests) + R"(,"events_visible":)" +
             std::to_string(other->visible()) + '}';
  }
  return R"({"requests":)" + std::to_string(s.requests) + R"(,"scim_requests":)" +
         std::to_string(s.scim_requests) + R"(,"status":{)" + statuses + R"(},"rows":)" +
         std::to_string(s.rows) + R"(,"rate_limited":)" + std::to_string(tenant_.rate_limited()) +
         R"(,"faults":{)" + faults + '}' + R"(,"cut":)" + std::to_string(s.cut) + R"(,"hung":)" +
         std::to_string(s.hung) + R"(,"most_per_second":)" +
         std::to_string(tenant_.most_per_second()) + R"(,"most_per_minute":)" +
         std::to_string(tenant_.most_per_minute()) + R"(,"events_visible":)" +
         std::to_string(tenant_.visible()) + R"(,"event_types":{)" + types + R"(},"fault":")" +
         std::string(FaultName(tenant_.StagedAt(now))) + "\"}";
}

}  // namespace nsf_simulator
