// SPDX-License-Identifier: Apache-2.0
// Requests to the model of the tenant, and what becomes of its answers on the way.
#include "simulation/origin.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "tenant/tokens.h"

namespace nsf::simulation {
namespace {

namespace model = nsf_simulator;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// There are rows, and the answer says that there is none.
bool Hides(model::Fault fault) {
  return fault == model::Fault::kEmptyList || fault == model::Fault::kNoContent ||
         fault == model::Fault::kResultNull || fault == model::Fault::kResultObject;
}

std::string_view FailureName(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::kNone:
      return "";
    case HttpFailure::kSecret:
      return "no token";
    case HttpFailure::kResolve:
      return "no such host";
    case HttpFailure::kConnect:
      return "connection refused";
    case HttpFailure::kTls:
      return "certificate";
    case HttpFailure::kTimeout:
      return "timeout";
    case HttpFailure::kBroken:
      return "connection broken";
    case HttpFailure::kBodyTooLarge:
      return "body too large";
    case HttpFailure::kCancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace

Origin::Origin(const StreamScenario& scenario, std::uint64_t seed, Timeline& timeline,
               std::function<void()> lied, Note note)
    : late_(seed ^ 0x1a7eU),
      scenario_(scenario),
      dice_(seed),
      timeline_(timeline),
      lied_(std::move(lied)),
      note_(std::move(note)),
      tenant_(scenario.tenant, TrueTime(timeline.now())) {
  tenant_.set_rest_token(std::string(model::kDefaultRestToken));
}

const Trouble* Origin::DrawTrouble() {
  const auto elapsed = std::chrono::floor<milliseconds>(timeline_.now() - kBegin);
  for (const Trouble& trouble : scenario_.troubles) {
    if (trouble.span.Contains(elapsed) && dice_.Permille(trouble.permille)) return &trouble;
  }
  return nullptr;
}

void Origin::Start(HttpRequest request, Done done) {
  const milliseconds there = scenario_.latency.Draw(&dice_) / 2;
  const auto shared = std::make_shared<const HttpRequest>(std::move(request));
  const std::uint64_t number = ++last_sent_;
  if (scenario_.stream.iterator) sent_[number] = shared->target;
  timeline_.After(there, [this, shared, number, done = std::move(done)] {
    sent_.erase(number);
    milliseconds takes = scenario_.latency.Draw(&dice_) / 2;
    const Trouble* const trouble = DrawTrouble();
    HttpAnswer answer;
    if (trouble != nullptr && !trouble->failures.empty() &&
        (trouble->faults.empty() || dice_.Permille(500))) {
      answer = Fail(dice_.Pick(trouble->failures), *shared, &takes);
    } else {
      const auto fault = trouble == nullptr ? model::Fault::kNone : dice_.Pick(trouble->faults);
      answer = Ask(*shared, fault, &takes);
    }
    if (note_) Write(*shared, answer, takes);
    const auto kept = std::make_shared<HttpAnswer>(std::move(answer));
    timeline_.After(takes, [kept, done] { done(std::move(*kept)); });
  });
}

void Origin::Crash() {
  constexpr milliseconds kLatest{8000};
  for (const auto& [number, target] : std::exchange(sent_, {})) {
    if (late_.Permille(500)) continue;
    HttpRequest request;
    request.target = target;
    timeline_.After(late_.Within(milliseconds(0), kLatest), [this, request] {
      milliseconds takes{0};
      const HttpAnswer answer = Ask(request, model::Fault::kNone, &takes);
      if (note_) Write(request, answer, takes);
    });
  }
}

HttpAnswer Origin::Fail(HttpFailure failure, const HttpRequest& request, milliseconds* takes) {
  if (failure == HttpFailure::kTimeout) *takes = request.timeout;
  HttpAnswer answer;
  answer.failure = failure;
  answer.failure_text = FailureName(failure);
  if (failure == HttpFailure::kBodyTooLarge) answer.status = 200;
  return answer;
}

HttpAnswer Origin::Ask(const HttpRequest& request, model::Fault fault, milliseconds* takes) {
  tenant_.Stage(fault, std::nullopt);
  if (Hides(fault)) lied_();
  model::Answer said = tenant_.Handle(
      {"GET", request.target, {{"Netskope-Api-Token", std::string(model::kDefaultRestToken)}}},
      TrueTime(timeline_.now()));
  *takes += said.delay;
  switch (said.delivery) {
    case model::Delivery::kHang:
      return Fail(HttpFailure::kTimeout, request, takes);
    case model::Delivery::kReset:
    case model::Delivery::kCut:
      return Fail(HttpFailure::kBroken, request, takes);
    case model::Delivery::kDrip:
      *takes += said.drip;
      break;
    case model::Delivery::kWhole:
      break;
  }
  if (*takes >= request.timeout) return Fail(HttpFailure::kTimeout, request, takes);
  if (std::max<std::uint64_t>(said.inflates_to, said.body.size()) > request.max_body_bytes) {
    return Fail(HttpFailure::kBodyTooLarge, request, takes);
  }
  HttpAnswer answer;
  answer.status = said.status;
  for (auto& [name, value] : said.headers) {
    answer.headers.emplace_back(LowerCase(std::move(name)), std::move(value));
  }
  answer.wire_bytes = said.body.size();
  answer.body = std::move(said.body);
  return answer;
}

void Origin::Write(const HttpRequest& request, const HttpAnswer& answer, milliseconds takes) const {
  constexpr std::size_t kHead = 240;
  const auto elapsed = std::chrono::floor<milliseconds>(timeline_.now() - kBegin);
  std::string line = std::to_string(elapsed.count()) + " ms " + scenario_.stream.tenant + '/' +
                     scenario_.stream.stream + " GET " + request.target + " -> ";
  line += answer.failure == HttpFailure::kNone ? std::to_string(answer.status)
                                               : std::string(FailureName(answer.failure));
  line += " after " + std::to_string(takes.count()) + " ms, " + std::to_string(answer.body.size()) +
          " bytes: " + answer.body.substr(0, kHead);
  std::replace(line.begin(), line.end(), '\n', ' ');
  note_(line);
}

}  // namespace nsf::simulation
