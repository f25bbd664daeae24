// SPDX-License-Identifier: Apache-2.0
// What a stream does to find out, and find out again, what its tenant honours.
#include <algorithm>
#include <utility>

#include "core/answer/backoff.h"
#include "core/dialect/page_target.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

// A limit may have been refused for another reason: after some pages a larger one is tried, and
// after at most so many when that was refused again and again.
constexpr std::uint32_t kMostPagesBeforeLarger = 128;

constexpr std::size_t kRowsSampled = 32;
// Rows that come in fast, or in another order each time, make pages come again; a name that is
// honoured no more does so for ever. So belief grows with each doubt that proves wrong: a walk of
// many pages gets to its end, and what changed is noticed at twice the cost.
constexpr int kPagesBelieved = 4;
constexpr int kMostPagesBelieved = 4096;
// Before what was refused is asked for again.
constexpr BackoffSettings kRefusalBackoff{std::chrono::milliseconds(2'000),
                                          std::chrono::milliseconds(2'000)};

// The second of each row by the time that windows of `kind` select by.
std::optional<WallSeconds> TimeOf(const AuditEvent& event, WindowKind kind) {
  switch (kind) {
    case WindowKind::kInsertion:
      return event.insertion;
    case WindowKind::kEvent:
      return event.timestamp;
    case WindowKind::kNone:
      return event.insertion ? event.insertion : event.timestamp;
  }
  return std::nullopt;
}

}  // namespace

std::optional<WallSeconds> Stream::OwnTime(const AuditEvent& event) const {
  return TimeOf(event, learned_->dialect.window);
}

bool Stream::MostlyUntold(const Page& page) const {
  if (learned_->dialect.window == WindowKind::kNone) return false;
  RowReader reader;
  const auto is_untold = [&](const RawRow& row) { return !OwnTime(Normalize(reader.Read(row))); };
  const auto rows = page.rows().first(std::min(page.rows().size(), kRowsSampled));
  return 2 * std::count_if(rows.begin(), rows.end(), is_untold) > std::ssize(rows);
}

bool Stream::MostlyOutside(const Page& page, const Window& window) const {
  if (learned_ && learned_->dialect.window == WindowKind::kNone) return false;
  const WindowKind kind =
      discovery_ ? discovery_->probe().dialect.window : learned_->dialect.window;
  const AskedBounds asked = BoundsAsked(window);
  // A sample tells as much as all rows.
  const std::size_t step = std::max<std::size_t>(page.rows().size() / kRowsSampled, 1);
  RowReader reader;
  std::size_t outside = 0;
  std::size_t looked_at = 0;
  for (std::size_t i = 0; i < page.rows().size(); i += step, ++looked_at) {
    const auto own = TimeOf(Normalize(reader.Read(page.rows()[i])), kind);
    if (own && !asked.Contains(*own)) ++outside;
  }
  return outside * 2 > looked_at;
}

void Stream::DiscoverWindow(const Now& now) {
  const Dialect known =
      learned_ ? learned_->dialect
               : Dialect{settings_.pins.parameter.value_or(PageParameter::kOffset),
                         WindowKind::kInsertion, settings_.pins.order.value_or(ListOrder::kNeither),
                         UINT32_MAX};
  discovery_ = Discovery::OfWindow(known, settings_.pins, TenantNow(now));
}

void Stream::DoubtWindow(const Now& now) {
  DiscoverWindow(now);
  doubt_ = Doubt::kWindow;
  AbandonWalks();
}

bool Stream::WindowIsDoubtful(StepOutput* out) {
  const Walk& walk = course_->current().walk;
  const Page& page = walk.Next().page;
  // Of a tenant without rows every window looks honoured; rows that do not say otherwise prove
  // nothing, so it is asked again when it has some.
  if (!window_is_verified_ && MostlyUntold(page)) return true;
  if (window_is_believed_ || !MostlyOutside(page, walk.plan().window)) return false;
  NoteRowsOutside(out);
  return true;
}

void Stream::NoteRowsOutside(StepOutput* out) {
  out->notices.push_back({Notice::Level::kWarning,
                          "rows outside the time asked for: the tenant seems to ignore the "
                          "window; they are not taken, finding out"});
}

// In a window that holds rows.
void Stream::DiscoverParameter() {
  doubt_ = Doubt::kParameter;
  discovery_ = Discovery::OfParameter(learned_->dialect, settings_.pins,
                                      course_->current().walk.plan().window);
}

void Stream::DoubtParameter(StepOutput* out) {
  DiscoverParameter();
  out->notices.push_back({Notice::Level::kWarning,
                          "a page came twice: the tenant seems to ignore the parameter that turns "
                          "it; finding out"});
}

void Stream::DoubtAfter(const Now& now, const Verdict& refusal, const PageAsk& refused,
                        const Window& window) {
  refusal_ = refusal;
  discovery_ = Discovery::OfRefusal(learned_->dialect, settings_.pins, window, refused.limit,
                                    TenantNow(now));
}

bool Stream::AskProbe(const Now& now, StepOutput* out) {
  if (const auto free = AttemptRequest(now)) {
    Wake(*free, out);
    return false;
  }
  ++requests_;
  const Probe& probe = discovery_->probe();
  out->requests.push_back({0, RequestFor(probe.dialect, probe.window, probe.skip, probe.limit)});
  return true;
}

ProbeAnswer Stream::AnswerOf(const std::optional<Page>& page) const {
  if (!page || page->rows().empty()) return ProbeAnswer::kEmpty;
  const bool outside = MostlyOutside(*page, discovery_->probe().window);
  return outside ? ProbeAnswer::kRowsOutside : ProbeAnswer::kRowsInside;
}

void Stream::OnProbe(const Now& now, ProbeAnswer answer, StepOutput* out) {
  if (!discovery_->Take(answer)) {
    if (discovery_->repeats())
      patience_.WaitUntil(now.monotonic + BackoffDelay(0, kRefusalBackoff, random_));
    return;
  }
  const Discovery asked = *std::exchange(discovery_, std::nullopt);
  if (asked.chance()) refusal_.reset();
  if (asked.dialect()) return Adopt(now, *asked.dialect(), out);
  dialect_failed_ = rediscover_ = true;
  doubt_ = Doubt::kNone;
  if (const auto refusal = std::exchange(refusal_, std::nullopt)) {
    return OnBlocked(now, *refusal, out);
  }
  OnBlocked(now,
            {Action::kBlocked, "paging",
             asked.why() + "; set tenants[].paging (window, parameter) to what this tenant "
                           "honours, nothing is lost"},
            out);
}

void Stream::Adopt(const Now& now, const Dialect& dialect, StepOutput* out) {
  if (dialect.window == WindowKind::kNone && dialect.parameter == PageParameter::kNeither) {
    // It turned no page within windows; without them it has to.
    discovery_ = Discovery::OfParameter(dialect, settings_.pins, {});
    return;
  }
  rediscover_ = false;
  const auto refusal = std::exchange(refusal_, std::nullopt);
  const Doubt doubt = std::exchange(doubt_, Doubt::kNone);
  if (doubt == Doubt::kWindow) window_is_verified_ = true;
  if (learned_ && learned_->dialect == dialect && course_) {
    // It is as it was: what looked wrong has another reason.
    if (refusal && doubt == Doubt::kNone) return OnBlocked(now, *refusal, out);
    window_is_believed_ = doubt == Doubt::kWindow;
    pages_believed_ = 0;
    if (doubt == Doubt::kParameter) {
      pages_believed_ = std::max(next_belief_, kPagesBelieved);
      next_belief_ = std::min(pages_believed_ * 2, kMostPagesBelieved);
    }
    return;
  }
  window_is_believed_ = false;
  pages_believed_ = next_belief_ = 0;
  if (!learned_ || learned_->dialect != dialect) {
    dialect_changed_ = true;
    out->notices.push_back({Notice::Level::kInfo, "the tenant honours: " + Describe(dialect)});
  }
  if (!learned_) learned_ = LearnedDialect{dialect, std::nullopt};
  if (dialect.page_limit < learned_->dialect.page_limit) {
    pages_at_limit_ = 0;
    pages_before_larger_ = std::min(pages_before_larger_ * 2, kMostPagesBeforeLarger);
  }
  const WindowKind from = std::exchange(learned_->dialect, dialect).window;
  if (!course_) OnContact(now);
  if (dialect.parameter == PageParameter::kNeither) course_->LearnDepth(settings_.page_size - 1);
  if (from != dialect.window) Migrate(from, TenantNow(now));
}

void Stream::TryLargerPages(std::uint32_t limit) {
  Dialect& dialect = learned_->dialect;
  if (limit != dialect.page_limit || ++pages_at_limit_ < pages_before_larger_) return;
  pages_at_limit_ = 0;
  const std::uint32_t larger = limit * 2;
  dialect.page_limit = larger >= settings_.page_size ? UINT32_MAX : larger;
  dialect_changed_ = true;
}

void Stream::Migrate(WindowKind from, WallSeconds at) {
  Cursor cursor = course_->cursor();
  const WallSeconds kept = std::min(cursor.open, closed_.kept_from());
  // What was closed by this time before the last change stays closed.
  WallSeconds first = cursor.first_start;
  const auto& before = learned_->migration;
  if (before && before->from == learned_->dialect.window) {
    first = std::max(first, before->delivered_before);
  }
  learned_->migration = Migration{from, kept, at};
  // A row that is late by the old time may be early by the new one, and what the old windows did
  // not hold yet may have happened before their end.
  auto back = settings_.settle_by_event + settings_.windows.length;
  if (!settings_.revisit.empty()) back = std::max(back, settings_.revisit.back());
  cursor.open = cursor.closing_end = std::max(first, kept - back);
  cursor.delivered_until.reset();
  cursor.skip = 0;
  cursor.span = settings_.windows.length;
  closed_.Clear();
  dialect_changed_ = true;
  BeginCourse(cursor);
}

void Stream::EndMigration() {
  if (!learned_->migration) return;
  // No window that was shown by the old time is walked again, nor the edge as it was then.
  const auto last = settings_.revisit.empty() ? std::chrono::seconds(0) : settings_.revisit.back();
  const auto shown = std::max(last + std::chrono::hours(1), settings_.windows.ahead);
  const WallSeconds over = learned_->migration->at + shown + last;
  if (course_->cursor().open < over) return;
  learned_->migration.reset();
  dialect_changed_ = true;
}

bool Stream::DeliveredBefore(const AuditEvent& event) const {
  const auto& migration = learned_->migration;
  if (!migration || (event.insertion && *event.insertion >= migration->at)) return false;
  const auto old = TimeOf(event, migration->from);
  return old && *old < migration->delivered_before;
}

}  // namespace nsf
