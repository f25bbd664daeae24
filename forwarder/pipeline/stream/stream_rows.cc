// SPDX-License-Identifier: Apache-2.0
// What a stream does with pages: their rows go, in order, through the ledger into batches.
#include <algorithm>
#include <utility>

#include "core/dialect/page_target.h"
#include "core/state/keys.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

// So many pages of a walk that are small, and known, are rows that others pushed back.
constexpr int kMostSmallPagesAgain = 8;
// In the id of a row that only its window tells from an equal one.
constexpr char kOfWindow = '@';

}  // namespace

void Stream::Absorb(const Now& now, StepOutput* out) {
  while (page_ || TakePage(now, out)) {
    const std::size_t rows = page_->page.received();
    if (NeedsAllIds() && !LedgerIsHere(std::nullopt, out)) return;
    while (page_->next_row < rows && !builder_.full()) {
      if (!AbsorbNext(now, out)) break;
    }
    if (!page_) return;
    course_->Absorbed(page_->first_skip + page_->next_row);
    if (page_->next_row < rows || !AbsorbHeld(now, out)) return;
    EndPage(now, out);
  }
  // The page that was to follow is refused.
  if (course_ && course_->walking() && course_->current().walk.ended()) EndWalk(now);
}

bool Stream::TakePage(const Now& now, StepOutput* out) {
  if (!course_ || !course_->walking() || discovery_) return false;
  Walk& walk = course_->current().walk;
  if (!walk.HasNext()) return false;
  const auto needed = SecondsNeeded();
  // A long list passes through memory.
  if (needed && walk.list() != nullptr && walk.list()->order() != ListOrder::kNeither &&
      ledger_.size() > settings_.ids_in_memory) {
    ledger_.DropOutside(needed->first, needed->last);
  }
  if (!LedgerIsHere(needed, out)) return false;
  if (WindowIsDoubtful(out)) {
    DoubtWindow(now);
    return false;
  }
  const bool first = walk.pages() == 0;
  const bool from_begin = walk.rows() == 0;
  Walk::Taken taken = walk.TakeNext(Limits());
  if (first) {
    unkept_.clear();
    small_pages_again_ = 0;
    equal_rows_.BeginWalk(walk.plan().window, from_begin && walk.list() == nullptr);
  }
  const std::size_t rows = taken.page.received();
  snapshot_.received += rows;
  snapshot_.pending += rows;
  snapshot_.deduplicated += taken.repeats;
  snapshot_.pending -= taken.repeats;
  LearnFrom(taken);
  ++pages_taken_;
  if (first) first_page_of_walk_ = pages_taken_;
  const auto& broken = taken.page.broken;
  const auto new_broken =
      std::find_if(broken.begin(), broken.end(),
                   [&taken](const BrokenRow& row) { return row.position >= taken.repeats; });
  const auto broken_repeats = static_cast<std::size_t>(new_broken - broken.begin());
  page_.emplace(PendingPage{std::move(taken.page), taken.repeats, broken_repeats, taken.first_skip,
                            pages_taken_, taken.repeats, 0, 0, 0});
  // Equal rows count on where the page goes on from the one before.
  const ListWalk* list = walk.list();
  const bool goes_on = list != nullptr && (list->chained() || list->set_aside()) && !first;
  if (!goes_on) derived_ = DerivedIds();
  if (first || (list != nullptr && !goes_on)) first_page_of_chain_ = pages_taken_;
  if (goes_on && list->order() != ListOrder::kNeither) derived_.KeepLastSecond();
  return true;
}

void Stream::LearnFrom(const Walk::Taken& taken) {
  const auto rows = static_cast<std::uint32_t>(taken.page.received());
  if (rows == 0) return;
  TryLargerPages(taken.limit);
  largest_answered_ = std::max(largest_answered_, taken.limit);
  deepest_answered_ = std::max(deepest_answered_, taken.first_skip);
  course_->NoteDepth(taken.first_skip);
  largest_page_ = std::max(largest_page_, rows);
  if (clamp_ != UINT32_MAX) clamp_ = std::max(clamp_, rows);
  // A short page that others follow: the tenant puts no more into one.
  if (last_was_short_ && taken.first_skip > 0) clamp_ = largest_page_;
  last_was_short_ = rows < taken.limit;
}

void Stream::EndPage(const Now& now, StepOutput* out) {
  const std::size_t repeated = page_->repeated_rows;
  // Of a list one row is asked for twice.
  const std::size_t twice = repeated + page_->repeats - std::min<std::size_t>(page_->repeats, 1);
  Walk& walk = course_->current().walk;
  const ListWalk* list = walk.list();
  const bool set_aside = list != nullptr && list->set_aside();
  // One page may hold a row twice.
  const bool nothing_new = list == nullptr && page_->rows_again > 0 && page_->rows_first == 0;
  const bool mostly = !set_aside && (nothing_new || twice * 2 > page_->page.received());
  const BatchBuilder::PageBody body = page_->page.page.body();
  builder_.EndPage(body);
  page_before_ = body;
  spare_ = std::move(page_->page.page).TakeMemory();
  page_.reset();
  walk.NoteRowsAgain(repeated);
  const bool stuck = list != nullptr && list->stuck();
  if (stuck && --pages_believed_ < 0) DoubtParameter(out);
  if (walk.ended()) return EndWalk(now);
  // Rows that were pushed back by new ones are few.
  const bool first_once_more =
      mostly && (!walk.last_was_small() || ++small_pages_again_ > kMostSmallPagesAgain);
  if (first_once_more && --pages_believed_ < 0) {
    DoubtParameter(out);
    AbandonWalks();
    return;
  }
  // Rows that come in as fast as pages are turned push old ones back for ever: what is new stands
  // elsewhere, and the next poll finds it.
  if (mostly && walk.plan().kind == WalkKind::kEdge) {
    walk.EndWithRowsAgain();
    EndWalk(now);
  }
}

bool Stream::AbsorbNext(const Now& now, StepOutput* out) {
  const std::size_t at = page_->next_row;
  const auto& broken = page_->page.broken;
  if (page_->next_broken < broken.size() && broken[page_->next_broken].position == at) {
    const BrokenRow& row = broken[page_->next_broken];
    const bool older = StandsAmongOlder(at);
    if (!older && ledger_.has_traces() && !LedgerKnowsId(derived_.Peek(row.raw), out)) return false;
    ++page_->next_broken;
    older ? SkipRow() : AbsorbBroken(row, now);
  } else {
    const RawRow& row = page_->page.page.rows()[at - page_->next_broken];
    AuditEvent event = Normalize(reader_.Read(row));
    const auto own = OwnTime(event);
    const Walk& walk = course_->current().walk;
    const bool outside =
        own && walk.list() == nullptr && !BoundsAsked(walk.plan().window).Contains(*own);
    if (outside && !MayTakeOutside(*own, now, out)) return false;
    if (ledger_.has_traces() && !LedgerKnowsRow(event, out)) return false;
    AbsorbRow(&event, own, now, out);
  }
  ++page_->next_row;
  return true;
}

bool Stream::MayTakeOutside(WallSeconds own, const Now& now, StepOutput* out) {
  rows_lay_outside_ = true;
  if (own >= KeptFrom() || window_is_believed_) return LedgerIsHere(AskedBounds{own, own}, out);
  NoteRowsOutside(out);
  DropPage();
  DoubtWindow(now);
  return false;
}

void Stream::DropPage() {
  const BatchBuilder::PageBody body = page_->page.page.body();
  for (std::size_t rows = page_->page.received(); page_->next_row < rows; ++page_->next_row) {
    SkipRow();
  }
  builder_.EndPage(body);
  spare_ = std::move(page_->page.page).TakeMemory();
  page_.reset();
}

bool Stream::StandsAmongOlder(std::size_t at) const {
  const ListWalk* list = course_->current().walk.list();
  return list != nullptr && list->IsOlder(at);
}

// Known by its bytes, so that later walks do not keep it again.
void Stream::AbsorbBroken(const BrokenRow& row, const Now& now) {
  const std::string id = derived_.Next(row.raw);
  const WallSeconds second = LedgerSecond(std::nullopt, now);
  const Sighting sighting =
      ledger_.Observe({second, false, HashId(id), HashContent(row.raw)}, page_->number);
  NoteIfRepeated(sighting);
  if (sighting.seen != Seen::kNew) return SkipRow();
  builder_.AddBroken(row.raw, row.reason, {id, second, page_->page.body}, now.monotonic);
}

void Stream::AbsorbRow(AuditEvent* row, std::optional<WallSeconds> own, const Now& now,
                       StepOutput* out) {
  const AuditEvent& event = *row;
  equal_rows_.Note(event.row->raw);
  if (own && own != std::exchange(last_own_, own)) derived_.EndSecond();
  const Walk& walk = course_->current().walk;
  const WalkKind kind = walk.plan().kind;
  if (own && *own < course_->cursor().first_start) {
    ++snapshot_.out_of_window;
    --snapshot_.pending;
    if (kind != WalkKind::kList)
      NoteUnkept(event.id.empty() ? derived_.Next(event.row->raw) : std::string(event.id));
    return;
  }
  // The list shows more than is asked for; of what is older no ids may be left.
  const bool older =
      own ? *own < BoundsAsked(walk.plan().window).first : StandsAmongOlder(page_->next_row);
  if (kind == WalkKind::kList && older) return SkipRow();
  std::string derived;
  const auto id = EventId(event, &derived);
  if (!id || DeliveredBefore(event)) return SkipRow();
  if (event.id.empty() && IsHeld(event, *id, own)) return;
  const IdHash hash = HashId(*id);
  ledger_.Expect(hash);
  const WallSeconds second = LedgerSecond(own, now);
  const Sighting sighting =
      ledger_.Observe({second, own.has_value(), hash, HashContent(event.row->raw)}, page_->number);
  if (sighting.last_page < first_page_of_walk_) {
    if (Tally* tally = TallyOf(own)) tally->Add(hash);
  }
  NoteIfRepeated(sighting);
  if (sighting.seen == Seen::kChanged) ++snapshot_.changed;
  const bool revision = sighting.seen == Seen::kChanged && settings_.deliver_changed;
  if (sighting.seen != Seen::kNew && !revision) return SkipRow();
  AddEvent(row, own, {*id, second, page_->page.page.body()}, now, out);
}

bool Stream::IsHeld(const AuditEvent& event, std::string_view id, std::optional<WallSeconds> own) {
  const std::string_view of_page = id.substr(0, id.find(kOfWindow));
  auto across = equal_rows_.AcrossPages(event.row->raw, of_page);
  if (!across) return false;
  *across += id.substr(of_page.size());
  if (Tally* tally = TallyOf(own)) tally->Add(HashId(*across));
  equal_rows_.Hold(*std::move(across), event.row->raw);
  return true;
}

void Stream::AddEvent(AuditEvent* event, std::optional<WallSeconds> own,
                      const BatchBuilder::Origin& origin, const Now& now, StepOutput* out) {
  const WalkKind kind = course_->current().walk.plan().kind;
  const auto first_seen = event->insertion ? event->insertion : event->timestamp;
  if (!outbox_.Add(event, origin, now, out) || !first_seen) return;
  const bool was_closed = kind == WalkKind::kList && own && *own < course_->cursor().open;
  if (kind == WalkKind::kRevisit || was_closed) ++progress_.late[*first_seen];
  const bool backfill = kind == WalkKind::kClosing || !snapshot_.caught_up;
  if (!backfill) ++progress_.live[*first_seen];
}

bool Stream::AbsorbHeld(const Now& now, StepOutput* out) {
  const Walk& walk = course_->current().walk;
  if (!walk.ended()) return true;
  // What a total states beside them does not matter: they are here, and stand where they stood.
  const bool settles = equal_rows_.Settles(!walk.repeated_row());
  while (equal_rows_.has_held()) {
    if (builder_.full()) return false;
    if (ledger_.has_traces() && !LedgerKnowsId(equal_rows_.next_held().id, out)) return false;
    AddHeld(equal_rows_.TakeHeld(), settles, now, out);
  }
  return true;
}

void Stream::AddHeld(const EqualRows::Held& held, bool settles, const Now& now, StepOutput* out) {
  const IdHash hash = HashId(held.id);
  const bool known = ledger_.Knows(hash);
  if (!known && !settles) course_->current().walk.NoteRepeatedRow();
  if (known || !settles) return SkipRow();
  const Page page = Page::Parse('[' + held.raw + ']');
  RowReader reader;
  AuditEvent event = Normalize(reader.Read(page.rows().front()));
  const auto own = OwnTime(event);
  const WallSeconds second = LedgerSecond(own, now);
  ledger_.Observe({second, own.has_value(), hash, HashContent(held.raw)}, page_->number);
  AddEvent(&event, own, {held.id, second, page.body()}, now, out);
}

void Stream::DropHeld() {
  for (; equal_rows_.has_held(); equal_rows_.TakeHeld()) SkipRow();
}

void Stream::NoteIfRepeated(const Sighting& sighting) {
  const std::uint32_t first = std::max(first_page_of_walk_, first_page_of_chain_);
  if (sighting.last_page >= first && sighting.last_page != page_->number) ++page_->repeated_rows;
  if (sighting.last_page == page_->number) return;
  sighting.last_page < first_page_of_walk_ ? ++page_->rows_first : ++page_->rows_again;
}

bool Stream::NoteUnkept(std::string_view id) {
  const auto [row, first] = unkept_.try_emplace(HashId(id), page_->number);
  if (first) {
    ++page_->rows_first;
  } else if (row->second != page_->number) {
    ++page_->rows_again;
  }
  return first;
}

std::optional<std::string_view> Stream::EventId(const AuditEvent& event, std::string* derived) {
  if (!event.id.empty()) return event.id;
  std::string& id = *derived;
  id = derived_.Next(event.row->raw);
  if (!HasNoTime(event)) return id;
  // Without a time either, only its window tells it from an equal row: it waits for a walk of one.
  if (course_->current().walk.plan().kind == WalkKind::kEdge) {
    // One that is there on two pages may have moved.
    if (!NoteUnkept(id)) course_->current().walk.NoteRepeatedRow();
    return std::nullopt;
  }
  if (course_->current().parts.size() > 1) {
    course_->current().walk.NoteRepeatedRow();
    return std::nullopt;
  }
  id = IdInWindow(std::move(id));
  return id;
}

bool Stream::HasNoTime(const AuditEvent& event) const {
  const bool is_list = course_->current().walk.plan().kind == WalkKind::kList;
  return event.id.empty() && !event.timestamp && !event.insertion && !is_list;
}

std::string Stream::IdInWindow(std::string id) const {
  const WallSeconds start = course_->current().walk.plan().window.start;
  return std::move(id) + kOfWindow + std::to_string(start.time_since_epoch().count());
}

WallSeconds Stream::LedgerSecond(std::optional<WallSeconds> own, const Now& now) const {
  const Walk& walk = course_->current().walk;
  // A row without time is remembered anew as long as it is listed.
  if (walk.plan().kind == WalkKind::kList) return own.value_or(walk.begun());
  const AskedBounds asked = BoundsAsked(walk.plan().window);
  // What lies ahead of it is looked up by its time as well, in windows that are still to come.
  if (own && *own >= asked.first) return *own;
  // What the edge shows is there now, whatever end it was asked for with and however long ago.
  return walk.plan().kind == WalkKind::kEdge ? std::max(asked.first, TenantNow(now)) : asked.last;
}

Tally* Stream::TallyOf(std::optional<WallSeconds> own) {
  CourseWalk& current = course_->current();
  if (current.walk.list() != nullptr) return own ? current.TallyOf(*own) : nullptr;
  const AskedBounds asked = BoundsAsked(current.walk.plan().window);
  if (own && asked.Contains(*own)) return current.TallyOf(*own);
  return current.parts.empty() ? nullptr : &current.parts.back().tally;
}

void Stream::AbandonWalks() {
  DropHeld();
  malformed_end_ = 0;
  course_->Abandon();
}

void Stream::EndWalk(const Now& now) {
  const CourseWalk& current = course_->current();
  const WalkKind kind = current.walk.plan().kind;
  const AskedBounds asked = BoundsAsked(current.walk.plan().window);
  const bool second = asked.last - asked.first <= std::chrono::seconds(2);
  totals_are_false_ = totals_are_false_ || current.walk.misstated();
  // What makes up a total that is false is not all there is.
  const std::uint64_t known =
      second && !totals_are_false_ ? ledger_.CountIn(asked.first, asked.last) : 0;
  // One page may have been asked for with a smaller limit.
  if (current.walk.stopped_deep()) {
    course_->LearnDepth(std::max<std::uint64_t>(current.walk.rows(), largest_page_));
  }
  // Smaller windows do not help: some name turns the page after all, perhaps.
  if (second && current.walk.one_page_is_full()) DiscoverParameter();
  if (current.walk.total() && current.walk.ended()) totals_lie_ = current.walk.ended_short();
  if (current.walk.pages() > 1) {
    const bool whole = current.walk.proof() == WalkProof::kWhole;
    totals_true_ = whole ? std::max(totals_true_, current.walk.total().value_or(0)) : 0;
  }
  dialect_failed_ = false;
  const bool pages_turn = current.walk.pages() > 1;
  const WalkEnd end = course_->End(TenantNow(now), known);
  if (pages_turn && end.whole) pages_believed_ = next_belief_ = 0;
  EndMigration();
  if (!std::exchange(rows_lay_outside_, false)) window_is_believed_ = false;
  flush_ = true;
  last_was_short_ = false;
  malformed_end_ = 0;
  first_page_of_walk_ = pages_taken_ + 1;
  if (kind == WalkKind::kEdge || (kind == WalkKind::kList && end.whole)) {
    progress_.caught_up = true;
    spare_ = {};  // pages to come are short
  }
  if (kind != WalkKind::kEdge) {
    const std::size_t windows = kind == WalkKind::kList ? end.windows : 1;
    (end.whole ? progress_.whole : progress_.moved) += windows;
    Forget(KeptFrom());
  }
  DropWalkedIds(kind);
}

}  // namespace nsf
