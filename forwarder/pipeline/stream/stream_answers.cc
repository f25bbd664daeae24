// SPDX-License-Identifier: Apache-2.0
// What a stream does with the tenant's answers.
#include <algorithm>
#include <utility>

#include "core/event/salvage.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

// To find out anew what the tenant honours costs a dozen requests.
constexpr std::chrono::seconds kDiscoveryPause{60};

}  // namespace

void Stream::OnAnswer(const Now& now, PageAnswer received, StepOutput* out) {
  HttpAnswer& answer = received.http;
  const std::uint64_t ticket = received.ticket;
  --requests_;
  patience_.Look(answer, now.monotonic);
  const bool body_is_page = answer.failure == HttpFailure::kNone && answer.status == 200;
  std::optional<Page> page;
  if (body_is_page) {
    page = Page::Parse(answer.ShareBody(), Page::kMostDepth, std::exchange(spare_, {}));
  }
  const bool is_probe = discovery_ && ticket == 0;
  const auto ask = course_ && !is_probe ? course_->AskOf(ticket) : std::nullopt;
  const std::uint64_t skip = is_probe ? discovery_->probe().skip : ask ? ask->skip : 0;
  const Verdict verdict =
      Judge(answer, page ? &*page : nullptr, {settings_.path, settings_.token_reference, skip});
  if (page && page->status() == PageStatus::kRows) states_totals_ = page->total().has_value();
  if (is_probe) {
    const bool refused = verdict.action == Action::kBlocked && verdict.reason == "refused";
    if (refused && !refusal_) refusal_ = verdict;
    if (verdict.action == Action::kAccept) {
      NoteSuccess(out);
      largest_answered_ = std::max(largest_answered_, discovery_->probe().limit);
    }
    // A page that does not parse is a page all the same; what is wrong with it is seen when it is
    // walked.
    const std::uint32_t limit = discovery_->probe().limit;
    const bool rows =
        page && page->status() == PageStatus::kMalformed && (limit > 1 || Salvage(*page, limit));
    if (rows) return OnProbe(now, ProbeAnswer::kRowsInside, out);
    if (refused) return OnProbe(now, ProbeAnswer::kRefused, out);
    if (verdict.action == Action::kAccept) return OnProbe(now, AnswerOf(page), out);
  }
  switch (verdict.action) {
    case Action::kAccept:
      return OnPage(now, ticket, {page ? std::move(*page) : Page::Parse("[]"), {}, {}}, out);
    case Action::kThrottled:
      patience_.OnThrottled(answer, TenantNow(now), now.monotonic, out);
      break;
    case Action::kRetry:
      if (page && page->status() == PageStatus::kMalformed) {
        // Of the first contact only the date matters; its one row may be broken for ever.
        if (!course_ && !discovery_ && Salvage(*page, 1)) return OnContact(now);
        return OnMalformed(now, ticket, *page, verdict, out);
      }
      patience_.OnRetry(verdict, now.monotonic, out);
      break;
    case Action::kShrinkPage:
      OnShrink(now, ticket, verdict, out);
      break;
    case Action::kBlocked:
      OnRefused(now, ticket, verdict, out);
      break;
  }
  if (course_) course_->Fail(ticket);
}

void Stream::NoteSuccess(StepOutput* out) {
  if (!dialect_failed_) patience_.OnSuccess(commits_.failing(), out);
}

void Stream::OnPage(const Now& now, std::uint64_t ticket, ReceivedPage page, StepOutput* out) {
  NoteSuccess(out);
  if (!course_) return OnContact(now);
  limit_ = std::min(settings_.page_size, limit_ * 2);
  AdaptLookahead(now);
  course_->Receive(ticket, std::move(page));
}

void Stream::OnMalformed(const Now& now, std::uint64_t ticket, const Page& page,
                         const Verdict& verdict, StepOutput* out) {
  const auto ask = course_ ? course_->AskOf(ticket) : std::nullopt;
  const bool again = ask && malformed_skip_ == ask->skip;
  // A part of a page that is being halved was asked for twice already.
  const bool is_part = ask && ask->skip < malformed_end_;
  malformed_skip_ = ask ? std::optional(ask->skip) : std::nullopt;
  if (again) {
    auto salvaged = Salvage(page, ask->limit);
    // A body that was cut behind a bracket looks like one with a broken row, but for its end.
    const bool cut = salvaged && ask->limit == 1 && states_totals_ && !salvaged->page.total();
    if (salvaged && !cut) {
      malformed_skip_.reset();
      if (!salvaged->broken.empty()) {
        patience_.TellBrokenRows(*salvaged, page.message(), out);
        return OnPage(now, ticket, *std::move(salvaged), out);
      }
    }
  }
  // Smaller pages are asked for at once: the row that cannot be split off is told from the others.
  if ((again || is_part) && ask->limit > 1) {
    malformed_end_ = std::max(malformed_end_, ask->skip + ask->limit);
    limit_ = ask->limit / 2;
    course_->Fail(ticket);
    return;
  }
  patience_.OnRetry(verdict, now.monotonic, out);
  if (course_) course_->Fail(ticket);
}

void Stream::OnContact(const Now& now) {
  Cursor cursor;
  if (stored_) {
    cursor = *stored_;
  } else {
    cursor.first_start = FirstStart(settings_, TenantNow(now));
    cursor.open = cursor.closing_end = cursor.first_start;
    cursor.span = settings_.windows.length;
  }
  saved_ = cursor;
  BeginCourse(cursor);
  // The configuration may pin another window than the one walked so far.
  const WindowKind walked = learned_->dialect.window;
  if (settings_.pins.parameter) learned_->dialect.parameter = *settings_.pins.parameter;
  if (settings_.pins.window && *settings_.pins.window != walked) {
    learned_->dialect.window = *settings_.pins.window;
    Migrate(walked, TenantNow(now));
  }
}

void Stream::BeginCourse(const Cursor& cursor) {
  WindowSettings windows = settings_.windows;
  if (learned_->dialect.window != WindowKind::kInsertion)
    windows.settle = settings_.settle_by_event;
  if (settings_.rewalk) windows.end = settings_.rewalk->end;
  course_.emplace(CourseSettings{learned_->dialect.window, settings_.pins.order, windows,
                                 settings_.page_size, settings_.poll_interval},
                  cursor, closed_);
}

// A window that is too deep for the tenant is an answer like any other: it is halved. Deep is what
// no page has answered yet.
void Stream::OnRefused(const Now& now, std::uint64_t ticket, const Verdict& verdict,
                       StepOutput* out) {
  const auto ask = course_ ? course_->AskOf(ticket) : std::nullopt;
  const std::uint64_t skip = ask ? ask->skip : 0;
  // A limit that was never answered is doubted first; and no list is made smaller.
  const bool deep = skip >= settings_.page_size && skip > deepest_answered_ &&
                    ask->limit <= largest_answered_ &&
                    learned_->dialect.window != WindowKind::kNone;
  if (verdict.reason != "refused") return OnBlocked(now, verdict, out);
  if (!deep) {
    // What is refused at first contact may have been honoured before a restart.
    if (!course_ && !discovery_) {
      refusal_ = verdict;
      return DiscoverWindow(now);
    }
    if (!ask) return OnBlocked(now, verdict, out);
    return DoubtAfter(now, verdict, *ask, course_->WindowOf(ticket));
  }
  course_->RefuseDepth(ticket);
  course_->LearnDepth(skip);
  // More rows than before: of rows that do not show the time asked for, all of the list, perhaps.
  window_is_verified_ = false;
  patience_.Tell(Notice::Level::kInfo,
                 "the tenant refuses rows from " + std::to_string(skip) +
                     " on; windows are made smaller: " + verdict.message,
                 out);
}

void Stream::OnShrink(const Now& now, std::uint64_t ticket, const Verdict& verdict,
                      StepOutput* out) {
  const auto ask = course_ ? course_->AskOf(ticket) : std::nullopt;
  const std::uint32_t asked = ask ? ask->limit : limit_;
  if (asked <= 1) {
    return OnBlocked(
        now,
        {Action::kBlocked, "refused",
         "one row alone is larger than max_page_bytes: raise tenants[].max_page_bytes"},
        out);
  }
  if (limit_ <= asked / 2) return;  // another page of this size told so before
  limit_ = asked / 2;
  patience_.Tell(Notice::Level::kWarning,
                 verdict.message + " (" + std::to_string(limit_) + " a page)", out);
}

void Stream::OnBlocked(const Now& now, const Verdict& verdict, StepOutput* out) {
  const auto pause = dialect_failed_ ? kDiscoveryPause : TenantPatience::kProbePause;
  patience_.OnBlocked(verdict, pause, now.monotonic, out);
}

}  // namespace nsf
