// SPDX-License-Identifier: Apache-2.0
// What a stream does with the tenant's answers.
#include <algorithm>

#include "core/answer/backoff.h"
#include "core/answer/rate_headers.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

constexpr BackoffSettings kFailureBackoff{std::chrono::milliseconds(500),
                                          std::chrono::milliseconds(60'000)};
constexpr BackoffSettings kThrottleBackoff{std::chrono::milliseconds(2'000),
                                           std::chrono::milliseconds(60'000)};
// An operator must act: asking more often would only fill the tenant's logs.
constexpr std::chrono::seconds kProbePause{10};

std::string CodeLabel(const HttpAnswer& answer) {
  // A status whose body never came whole is no answer.
  if (answer.failure != HttpFailure::kNone) return "error";
  if (answer.status < 100 || answer.status > 999) return "other";
  return std::to_string(answer.status);
}

}  // namespace

void Stream::OnAnswer(const Now& now, HttpAnswer answer, StepOutput* out) {
  requesting_ = false;
  snapshot_.tried = true;
  ++snapshot_.requests[CodeLabel(answer)];
  snapshot_.response_bytes += answer.body.size();

  std::optional<WallSeconds> date;
  if (const auto text = FindHeader(answer, "date")) date = ParseHttpDate(*text);
  if (date) clock_.Observe(*date, now);
  const RateHeaders stated = ReadRateHeaders(answer, date);
  if (stated.remaining) budget_.OnStated(now.monotonic, stated.remaining, stated.wait);

  const bool body_is_page = answer.failure == HttpFailure::kNone && answer.status == 200;
  std::optional<Page> page;
  if (body_is_page) page = Page::Parse(std::move(answer.body));
  const Verdict verdict =
      Judge(answer, page ? &*page : nullptr, {settings_.path, settings_.token_reference});
  switch (verdict.action) {
    case Action::kAccept:
      return OnPage(now, page ? std::move(*page) : Page::Parse("[]"), out);
    case Action::kThrottled:
      return OnThrottled(now, answer, out);
    case Action::kRetry:
      return OnRetry(now, verdict, out);
    case Action::kShrinkPage:
      return OnShrink(now, verdict, out);
    case Action::kBlocked:
      return OnBlocked(now, verdict, out);
  }
}

void Stream::OnPage(const Now& now, Page page, StepOutput* out) {
  if (!snapshot_.up.value_or(true)) {
    out->notices.push_back({Notice::Level::kInfo, "the tenant answers again"});
  }
  failures_ = throttles_ = 0;
  token_retried_ = false;
  snapshot_.up = true;
  snapshot_.blocked_reason.clear();
  if (!retry_) snapshot_.last_error.clear();

  if (!course_) return OnContact(now);

  PageFacts facts;
  facts.rows = page.rows().size();
  facts.limit = limit_;
  facts.total = page.total();
  if (facts.rows > 0) {
    facts.first_row = HashContent(page.rows().front().raw);
    facts.last_row = HashContent(page.rows().back().raw);
  }
  limit_ = std::min(settings_.page_size, limit_ * 2);

  const std::uint64_t first_skip = course_->walk().skip();
  const WalkStep step = course_->Take(facts);
  if (step == WalkStep::kRepeated) return OnRepeated(now, first_skip, out);
  snapshot_.received += facts.rows;
  snapshot_.pending += facts.rows;
  page_.emplace(PendingPage{std::move(page), 0, first_skip, step, {}});
}

void Stream::OnContact(const Now& now) {
  Cursor cursor;
  if (stored_) {
    cursor = *stored_;
  } else {
    const auto tenant_now = std::chrono::floor<std::chrono::seconds>(clock_.At(now));
    cursor.first_start = FirstStart(settings_, tenant_now);
    cursor.open = cursor.closing_end = cursor.first_start;
    cursor.span = settings_.windows.length;
  }
  saved_ = cursor;
  course_.emplace(CourseSettings{settings_.dialect.window, settings_.windows, settings_.page_size,
                                 settings_.poll_interval},
                  cursor);
}

void Stream::OnRepeated(const Now& now, std::uint64_t skip, StepOutput* out) {
  const bool offset = settings_.dialect.parameter == PageParameter::kOffset;
  const std::string sent = offset ? "offset" : "skip";
  course_->Abandon();
  OnBlocked(now,
            {Action::kBlocked, "paging",
             "the page asked for with " + sent + "=" + std::to_string(skip) +
                 " is the page before it again: the tenant ignores `" + sent +
                 "`. Set tenants[].paging.parameter to " + (offset ? "skip" : "offset") +
                 " and start again; nothing is lost"},
            out);
}

void Stream::OnThrottled(const Now& now, const HttpAnswer& answer, StepOutput* out) {
  ++snapshot_.rate_limited;
  const auto stated =
      ReadRateHeaders(answer, std::chrono::floor<std::chrono::seconds>(clock_.At(now))).wait;
  const auto wait = stated.value_or(BackoffDelay(throttles_, kThrottleBackoff, random_));
  budget_.OnThrottled(now.monotonic, wait);
  if (throttles_++ == 0) {
    out->notices.push_back({Notice::Level::kWarning, "the tenant limits the rate (429): waiting " +
                                                         std::to_string(wait.count()) +
                                                         " ms; nothing is lost"});
  }
}

void Stream::OnRetry(const Now& now, const Verdict& verdict, StepOutput* out) {
  ask_at_ = now.monotonic + BackoffDelay(failures_++, kFailureBackoff, random_);
  if (snapshot_.last_error != verdict.message) {
    out->notices.push_back(
        {Notice::Level::kWarning, verdict.message + "; trying again, nothing is lost"});
  }
  snapshot_.up = false;
  snapshot_.blocked_reason.clear();
  snapshot_.last_error = verdict.message;
}

void Stream::OnShrink(const Now& now, const Verdict& verdict, StepOutput* out) {
  if (limit_ == 1) {
    return OnBlocked(
        now,
        {Action::kBlocked, "refused",
         "one row alone is larger than max_page_bytes: raise tenants[].max_page_bytes"},
        out);
  }
  limit_ /= 2;
  out->notices.push_back(
      {Notice::Level::kWarning, verdict.message + " (" + std::to_string(limit_) + " a page)"});
}

void Stream::OnBlocked(const Now& now, const Verdict& verdict, StepOutput* out) {
  // The token is read anew for each request: perhaps it has just been rotated.
  if (verdict.reason == "unauthorized" && !token_retried_) {
    token_retried_ = true;
    return;
  }
  if (snapshot_.last_error != verdict.message) {
    out->notices.push_back({Notice::Level::kError, verdict.message});
  }
  ask_at_ =
      now.monotonic + std::max<std::chrono::nanoseconds>(settings_.poll_interval, kProbePause);
  snapshot_.up = false;
  snapshot_.blocked_reason = verdict.reason;
  snapshot_.last_error = verdict.message;
}

}  // namespace nsf
