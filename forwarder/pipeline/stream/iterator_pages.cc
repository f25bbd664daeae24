// SPDX-License-Identifier: Apache-2.0
// What a stream that reads an iterator does with answers, and with the rows of its page.
#include <algorithm>
#include <utility>

#include "core/event/audit_event.h"
#include "core/event/salvage.h"
#include "pipeline/stream/iterator_stream.h"

namespace nsf {
namespace {

// What a tenant may state for a wait: a stream that is silent for longer is taken to be stalled.
constexpr std::chrono::seconds kLongestWait{240};
// Marks that are no epoch seconds are not believed.
constexpr std::uint64_t kYear10000 = 253'402'300'800;
// So often a page that does not parse is shown again before all its rows are taken for one broken
// row, which the dead letter keeps.
constexpr int kShownBeforeSplit = 2;
constexpr int kShownBeforeOne = 6;
constexpr std::size_t kMostRows = 10'000;  // of a page, as the vendor says

// The tenant refused to do anything, or never heard of it. A gateway's 5xx says neither.
bool MovedNothing(const HttpAnswer& answer) {
  switch (answer.failure) {
    case HttpFailure::kNone:
      return answer.status >= 300 && answer.status < 500 && answer.status != 408;
    case HttpFailure::kSecret:
    case HttpFailure::kResolve:
    case HttpFailure::kConnect:
    case HttpFailure::kTls:
      return true;
    case HttpFailure::kTimeout:
    case HttpFailure::kBroken:
    case HttpFailure::kBodyTooLarge:
    case HttpFailure::kCancelled:
      return false;
  }
  return false;
}

std::optional<std::int64_t> MarkOf(const Page& page) {
  const auto mark = page.high_water();
  if (!mark || *mark >= kYear10000) return std::nullopt;
  return static_cast<std::int64_t>(*mark);
}

std::optional<WallSeconds> FirstSeen(const AuditEvent& event) {
  return event.insertion ? event.insertion : event.timestamp;
}

}  // namespace

void IteratorStream::OnAnswer(const Now& now, HttpAnswer answer, StepOutput* out) {
  patience_.Look(answer, now.monotonic);
  const bool moved_nothing = MovedNothing(answer);
  std::optional<Page> page;
  if (answer.failure == HttpFailure::kNone && answer.status == 200) {
    page = Page::Parse(answer.ShareBody(), Page::kMostDepth, std::exchange(spare_, {}));
  }
  const Verdict verdict =
      Judge(answer, page ? &*page : nullptr,
            {settings_.iterator->path, settings_.token_reference, 0, false, index_});
  if (verdict.action == Action::kAccept) {
    return OnPage(now, {page ? std::move(*page) : Page::Parse("[]"), {}, {}}, out);
  }
  if (verdict.reason == "conflict") ++*snapshot_.index_conflicts;
  if (verdict.action == Action::kRetry && page && page->status() == PageStatus::kMalformed) {
    return OnMalformed(now, *page, verdict, out);
  }
  turn_->OnNoPage(moved_nothing, now.monotonic);
  switch (verdict.action) {
    case Action::kThrottled:
      return patience_.OnThrottled(answer, TenantNow(now), now.monotonic, out);
    case Action::kShrinkPage:
      return patience_.OnBlocked(
          {Action::kBlocked, "refused",
           "the page is larger than max_page_bytes, and an iterator gives no "
           "smaller ones: raise tenants[].max_page_bytes"},
          TenantPatience::kProbePause, now.monotonic, out);
    case Action::kBlocked:
      return patience_.OnBlocked(verdict, TenantPatience::kProbePause, now.monotonic, out);
    case Action::kRetry:
    case Action::kAccept:
      return patience_.OnRetry(verdict, now.monotonic, out);
  }
}

void IteratorStream::OnMalformed(const Now& now, const Page& page, const Verdict& verdict,
                                 StepOutput* out) {
  ++malformed_;
  if (malformed_ > kShownBeforeSplit) {
    auto salvaged = Salvage(page, malformed_ > kShownBeforeOne ? 1 : kMostRows);
    // A body that was cut behind a bracket looks like a whole one, but for its end.
    const bool is_cut = salvaged && states_marks_ && !salvaged->page.high_water();
    if (salvaged && !is_cut) {
      if (!salvaged->broken.empty()) patience_.TellBrokenRows(*salvaged, page.message(), out);
      return OnPage(now, *std::move(salvaged), out);
    }
  }
  turn_->OnNoPage(false, now.monotonic);
  patience_.OnRetry(verdict, now.monotonic, out);
}

std::vector<ShownRows::Row> IteratorStream::RowsOf(const ReceivedPage& page) const {
  std::vector<ShownRows::Row> rows;
  rows.reserve(page.received());
  DerivedIds derived;
  RowReader reader;
  auto broken = page.broken.begin();
  for (const RawRow& row : page.page.rows()) {
    for (; broken != page.broken.end() && broken->position == rows.size(); ++broken) {
      rows.push_back({HashId(derived.Next(broken->raw)), true});
    }
    const AuditEvent event = Normalize(reader.Read(row));
    const bool is_derived = event.id.empty();
    rows.push_back({is_derived ? HashId(derived.Next(row.raw)) : HashId(event.id), is_derived});
  }
  for (; broken != page.broken.end(); ++broken) {
    rows.push_back({HashId(derived.Next(broken->raw)), true});
  }
  return rows;
}

void IteratorStream::OnPage(const Now& now, ReceivedPage page, StepOutput* out) {
  patience_.OnSuccess(outbox_.commits().failing(), out);
  malformed_ = 0;
  if (!caught_up_at_) caught_up_at_ = TenantNow(now);
  const std::vector<ShownRows::Row> rows = RowsOf(page);
  PagePrint print;
  for (const ShownRows::Row& row : rows) print.Add(row.id);
  NoteConflict(page.page, print, out);
  print_ = print;
  const auto mark = MarkOf(page.page);
  states_marks_ = states_marks_ || mark.has_value();
  const bool may_be_shown_again = ask_.operation != IteratorOperation::kNext;
  ShownRows::Compared compared = shown_.Take(rows, may_be_shown_again, mark == place_.mark);
  const bool has_news =
      std::find(compared.known.begin(), compared.known.end(), false) != compared.known.end();
  snapshot_.received += rows.size();
  turn_->OnPage(has_news, NextAt(now, page.page));
  if (!has_news) {
    snapshot_.deduplicated += rows.size();
    spare_ = {};  // pages to come are short
    if (ask_.operation != IteratorOperation::kResend) OnNothingNew(now, out);
    return;
  }
  snapshot_.pending += rows.size();
  if (!compared.is_same_page) drops_chunks_ = true;
  place_.mark = mark;
  place_.begun = true;  // with the first of its rows: from then on it can be shown again
  derived_ = DerivedIds();
  held_.emplace(HeldPage{std::move(page), std::move(compared.known), 0, 0, std::nullopt});
}

void IteratorStream::NoteConflict(const Page& page, const PagePrint& print, StepOutput* out) {
  const auto mark = MarkOf(page);
  std::string sign;
  if (ask_.is_look && print_ && print != *print_) {
    sign = "the last page that was read with it is not the one that this stream read";
  } else if (ask_.operation == IteratorOperation::kNext && mark && place_.mark &&
             *mark < *place_.mark) {
    sign = "it was set back";
  }
  if (sign.empty()) return;
  ++*snapshot_.index_conflicts;
  patience_.Tell(Notice::Level::kError,
                 "somebody else uses the index " + index_ + " (" + sign +
                     "): what they read is missing here, and the other way round. Give each "
                     "consumer an index of its own (tenants[].iterator.index)",
                 out);
}

void IteratorStream::OnNothingNew(const Now& now, StepOutput* out) {
  BatchProgress progress;
  progress.caught_up = true;
  progress.covered_until = std::max(snapshot_.delivered_until.value_or(asked_at_), asked_at_);
  // Before the tenant's first answer the time was our own.
  progress.covered_until = std::min(*progress.covered_until, TenantNow(now));
  outbox_.Show(progress, clock_.At(now), out);
}

MonotonicTime IteratorStream::NextAt(const Now& now, const Page& page) const {
  using std::chrono::nanoseconds;
  const bool is_resend = ask_.operation == IteratorOperation::kResend;
  const nanoseconds poll = is_resend ? nanoseconds(0) : settings_.poll_interval;
  nanoseconds wait = poll;
  if (page.wait_time()) {
    const auto most = static_cast<std::uint64_t>(kLongestWait.count());
    wait = std::chrono::seconds(std::min(*page.wait_time(), most));
  }
  if (page.rows().empty()) wait = std::max(wait, poll);
  return now.monotonic + wait;
}

void IteratorStream::Absorb(const Now& now, StepOutput* out) {
  if (!held_) return;
  const std::size_t rows = held_->page.received();
  while (held_->next_row < rows && !outbox_.builder().full()) AbsorbNext(now, out);
  if (held_->next_row == rows) EndPage(now);
}

void IteratorStream::AbsorbNext(const Now& now, StepOutput* out) {
  const std::size_t at = held_->next_row++;
  const auto& broken = held_->page.broken;
  const WallSeconds mark{std::chrono::seconds(place_.mark.value_or(0))};
  if (held_->next_broken < broken.size() && broken[held_->next_broken].position == at) {
    const BrokenRow& row = broken[held_->next_broken++];
    const std::string id = derived_.Next(row.raw);
    if (held_->known[at]) return outbox_.SkipRow();
    added_.push_back({mark, false, HashId(id), HashContent(row.raw)});
    outbox_.builder().AddBroken(row.raw, row.reason, {id, mark, held_->page.body}, now.monotonic);
    return;
  }
  const RawRow& row = held_->page.page.rows()[at - held_->next_broken];
  AuditEvent event = Normalize(reader_.Read(row));
  const std::string id = event.id.empty() ? derived_.Next(row.raw) : std::string(event.id);
  if (held_->known[at]) return outbox_.SkipRow();
  const auto seen = FirstSeen(event);
  added_.push_back({seen.value_or(mark), seen.has_value(), HashId(id), HashContent(row.raw)});
  const BatchBuilder::PageBody& body = held_->page.page.body();
  if (outbox_.Add(&event, {id, seen.value_or(mark), body}, now, out) && seen) {
    held_->newest = std::max(held_->newest.value_or(*seen), *seen);
    if (snapshot_.caught_up) ++progress_.live[*seen];
  }
}

void IteratorStream::EndPage(const Now& now) {
  outbox_.builder().EndPage(held_->page.page.body());
  std::optional<WallSeconds> until = held_->newest;
  if (place_.mark) until = WallSeconds(std::chrono::seconds(*place_.mark));
  if (until) {
    until = std::min(*until, TenantNow(now));
    place_.delivered_until = std::max(place_.delivered_until.value_or(*until), *until);
    progress_.caught_up = caught_up_at_ && *until >= *caught_up_at_;
  }
  place_is_due_ = page_is_whole_ = true;
  spare_ = std::move(held_->page.page).TakeMemory();
  held_.reset();
}

}  // namespace nsf
