# SPDX-License-Identifier: Apache-2.0
"""The deliberate breaks: each one small text that stands exactly once in a file of the product, what
takes its place, and what that breaks. To add one, add a row: `mutate --check` says whether it fits.
A break that no seed notices says why: what it breaks is caught a second time elsewhere. One that
few seeds notice names the seeds to run, as FROM:COUNT.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Break:
    name: str
    path: str
    old: str
    new: str
    breaks: str
    survives: str = ""
    seeds: str = ""


WALK = "forwarder/core/walk/"
LEDGER = "forwarder/core/ledger/"
ITERATOR = "forwarder/core/iterator/"
STREAM = "forwarder/pipeline/stream/"
IN_ORDER = "forwarder/pipeline/destination/in_order.cc"
SLOT = "forwarder/pipeline/slot/"

BREAKS = [
    Break("undecided-is-delivered", IN_ORDER,
          "      if (decided) return reported(std::nullopt);",
          "      if (decided || sink.records.size() < 1000000) return reported(std::nullopt);",
          "the state moves before every record is acknowledged"),
    Break("state-failure-ignored", IN_ORDER,
          "if (!committed) Fail(lane", "if (!committed && group.empty()) Fail(lane",
          "a commit that failed counts as durable"),
    Break("dead-letter-forgotten", IN_ORDER,
          "if (batch.sinks[sink].rejections.size() > KeptOf(batch, sink)) return true;",
          "if (batch.sinks[sink].rejections.size() < KeptOf(batch, sink)) return true;",
          "refused records are kept nowhere"),
    Break("dead-letter-unheard", IN_ORDER,
          "if (static_cast<std::size_t>(delivered) == flight->dead.records.size()) {",
          "if (static_cast<std::size_t>(delivered) <= flight->dead.records.size()) {",
          "a dead letter that failed counts as kept"),
    Break("refused-in-commit-forgotten", IN_ORDER,
          "    if (HasUnkept(*flight->batch)) records.push_back(&flight->dead);\n", "",
          "what was refused in a commit, or before it, is kept nowhere"),
    Break("refused-in-a-lost-commit-forgotten", SLOT + "slot.cc",
          "  // Of a commit that was not made, records may be known to be refused.\n"
          "  HandBackRefused();\n", "",
          "a record that was refused in a commit whose answer was lost is kept nowhere"),
    Break("first-end-is-the-end", SLOT + "log_content.cc",
          "  return piece.end && *piece.end >= end;", "  return piece.end.has_value() || end < 0;",
          "an old state is read while a stranger's transaction is open"),
    Break("taken-over-by-nobody", SLOT + "slot.cc",
          "  log_.TakeOver([this](const Result<void>& taken) { OnTaken(taken); });",
          "  log_.AskEnd([this](const Result<std::int64_t>& end) { OnEnd(end); });",
          "the state is read while its old owner still commits"),
    Break("taken-over-again-at-once", SLOT + "slot.cc",
          "      return End(Phase::kLost, {ErrorKind::kStop, answer.message});",
          "      {\n        const std::lock_guard lock(mutex_);\n"
          "        committing_ = false;\n        phase_ = Phase::kOpening;\n      }\n"
          "      return Open();",
          "who was shut out shuts the other one out, and commits what that one did"),
    Break("lost-answer-is-made", SLOT + "slot.cc",
          "    made = !pending.empty() && content_.mark() == pending;",
          "    made = !pending.empty();",
          "a commit whose answer was lost counts as made"),
    Break("lost-answer-is-not-made", SLOT + "slot.cc",
          "    made = !pending.empty() && content_.mark() == pending;",
          "    made = pending == \"x\";\n    if (!pending.empty()) last_ = content_.mark();",
          "a commit whose answer was lost is made a second time"),
    Break("settled-before-the-commit", SLOT + "slot.cc",
          "      Fail(Retry(answer.message));", "      Succeed();",
          "what an aborted commit held counts as delivered, and memory moves"),
    Break("dedup-off", LEDGER + "ledger.cc",
          "  if (inserted) {", "  if (inserted || page > 0) {",
          "every walk delivers its rows anew"),
    Break("ids-not-stored", STREAM + "stream_batches.cc",
          "  for (const LedgerChunk& chunk : chunks) {",
          "  for (const LedgerChunk& chunk : chunks) {\n    if (chunk.id.number > 0) continue;",
          "a restart forgets what was delivered"),
    Break("ids-not-read-back", STREAM + "stream_rows.cc",
          "  if (missing.empty()) return true;", "  return true;",
          "a restart does not look at the ids that the store holds"),
    Break("ids-dropped-early", STREAM + "stream_rows.cc",
          "  return std::min(course_->cursor().open, closed_.kept_from()) - kOverlap;",
          "  return course_->cursor().open - kOverlap;",
          "ids are dropped while revisits still ask for their seconds"),
    Break("ids-forgotten-by-the-new-time", STREAM + "stream_rows.cc",
          "  if (learned_->migration) before = std::min(before, "
          "learned_->migration->delivered_before);\n", "",
          "after a change of windows ids are forgotten while their rows are known by the old time",
          seeds="78527:1"),
    Break("skip-by-limit", WALK + "walk.cc",
          "  skip_ += rows;", "  skip_ += rows > 0 ? taken.limit : 0;",
          "the next page is asked for by the limit asked, not by the rows received"),
    Break("short-page-ends", WALK + "walk.cc",
          "  if (page.received() == 0 || limits.one_page) return true;",
          "  if (!last_was_full_ || page.received() == 0 || limits.one_page) return true;",
          "a short page ends the walk of a closing window"),
    Break("equal-rows-at-once", LEDGER + "equal_rows.cc",
          "  settles_ = before.agreed >= enough + before.differed;",
          "  settles_ = before.agreed >= 0 * enough;",
          "equal rows of different pages are two events, though a row may have moved"),
    Break("equal-rows-of-one-page", LEDGER + "equal_rows.cc",
          "  if (id == page_id) return std::nullopt;", "  if (!id.empty()) return std::nullopt;",
          "equal rows of different pages are one event", seeds="19595:1"),
    Break("revisit-when-taken", LEDGER + "closed_windows.cc",
          "  const WallSeconds begun = walk.begun.value_or(tenant_now);",
          "  const WallSeconds begun = tenant_now;",
          "a walk whose pages waited for a sink counts as a revisit of later", seeds="1936:1"),
    Break("rows-outside-taken", STREAM + "stream_rows.cc",
          "  if (own >= KeptFrom() || window_is_believed_) return",
          "  if (own >= KeptFrom() || !window_is_believed_) return",
          "rows outside of what was asked for are new, though their ids are gone"),
    Break("ids-outside-not-read", STREAM + "stream_rows.cc",
          "    if (outside && !MayTakeOutside(*own, now, out)) return false;",
          "    if (outside && window_is_believed_) return false;",
          "rows outside of what was asked for are looked for among other ids"),
    Break("contact-refused-for-ever", STREAM + "stream_answers.cc",
          "    if (!course_ && !discovery_) {", "    if (!course_ && !learned_) {",
          "a dialect that changed while the program was down is not found out anew"),
    Break("turns-ignored", "forwarder/core/answer/budget.cc",
          "const std::size_t before = Before(asked, now);",
          "const std::size_t before = is_new ? 0 : 0;",
          "a stream with many pages to ask for keeps another from asking", seeds="8384:1"),
    Break("unkept-not-noted", STREAM + "stream_rows.cc",
          "  if (first) {\n    ++page_->rows_first;",
          "  if (first || !settings_.tenant.empty()) {\n    ++page_->rows_first;",
          "a page of rows from before the start that comes again and again is walked for ever",
          seeds="18451:1"),
    Break("belief-does-not-grow", STREAM + "stream_discovery.cc",
          "next_belief_ = std::min(pages_believed_ * 2, kMostPagesBelieved);",
          "next_belief_ = 0;",
          "a walk whose pages overlap is given up each time before its end", seeds="22734:1"),
    Break("one-page-for-ever", STREAM + "stream_rows.cc",
          "if (second && current.walk.one_page_is_full()) DiscoverParameter();", "",
          "that no parameter turns the page is believed for ever, though a full page cannot be all",
          seeds="52482:1"),
    Break("deep-window-believed", STREAM + "stream_answers.cc",
          "  window_is_verified_ = false;\n", "",
          "a window that is not honoured any more is believed, where rows do not show its time",
          seeds="42930:1"),
    Break("equal-rows-never-agree", LEDGER + "equal_rows.cc",
          "doubtful ? kWalksToAgreeInDoubt : kWalksToAgree;",
          "doubtful ? kWalksToAgreeInDoubt * 1'000'000 : kWalksToAgree;",
          "equal rows are never counted where the tenant lists a row twice", seeds="19595:1"),
    Break("list-goes-on-for-ever", WALK + "list_walk.cc",
          "  idle_ = further || news ? 0 : idle_ + 1;",
          "  idle_ = joint == Joint::kNone || further || news ? 0 : idle_ + 1;",
          "a list that shows the same page for ever is walked for ever",
          "the stream gives a walk up whose pages hold what others held; without that as well, "
          "seeds 1628 and 5697 fail"),
    Break("gap-between-pages", WALK + "walk.cc",
          "slots_.front().ask.skip != skip_", "slots_.front().ask.skip < skip_",
          "a page that does not begin where the rows received end is taken",
          "rows are fewer than the total, which leaves the window unproven: it is walked again"),
    Break("moved-is-whole", WALK + "walk.cc",
          "  if (cut_off_ || repeated_row_) return WalkProof::kMoved;",
          "  if (repeated_row_ || cut_off_) return WalkProof::kWhole;",
          "rows moved while the window was walked, and it is called whole"),
    Break("total-not-compared", WALK + "walk.cc",
          "  return *total_ == skip_ ? WalkProof::kWhole : WalkProof::kMoved;",
          "  return *total_ != skip_ + 1000000 ? WalkProof::kWhole : WalkProof::kMoved;",
          "a window is whole whatever its total says"),
    Break("resumed-is-whole", LEDGER + "closed_windows.cc",
          "    case WalkProof::kResumed:\n      return false;",
          "    case WalkProof::kResumed:\n      return true;",
          "a walk that began in the middle, after a restart, proves its window"),
    Break("revisit-forgotten", LEDGER + "closed_windows.cc",
          "  if (record.revisits < ages.size()) {", "  if (record.revisits + 1 < ages.size()) {",
          "the last revisit is not made: late rows are lost"),
    Break("moved-not-walked-again", LEDGER + "closed_windows.cc",
          "  record.due = tenant_now;\n  const auto length",
          "  record.due.reset();\n  const auto length",
          "a window whose rows moved is left at that"),
    Break("window-ends-now", WALK + "window_plan.cc",
          "  const WallSeconds settled = tenant_now - settings.settle;",
          "  const WallSeconds settled = tenant_now;",
          "a window is closed while rows still come into it"),
    Break("bounds-not-widened", "forwarder/core/dialect/page_target.cc",
          "  return {window.start - std::chrono::seconds(1), window.end};",
          "  return {window.start, window.end - std::chrono::seconds(1)};",
          "a window is asked for as it is, though either bound may be exclusive"),
    Break("cursor-ahead-of-rows", WALK + "course.cc",
          "WalkKind::kClosing) cursor_.skip = rows;",
          "WalkKind::kClosing) cursor_.skip = rows + 1;",
          "a restart goes on one row too far",
          "a walk begun in the middle proves nothing: its window is walked again whole"),
    Break("lag-too-good", WALK + "course.cc",
          "  Cover(cursor_.open);", "  Cover(cursor_.open + settings_.windows.length);",
          "delivered_until runs ahead of what is delivered"),
    Break("edge-covers-unproven", WALK + "course.cc",
          "      if (whole) Cover(walk.begun());", "      Cover(walk.begun());",
          "delivered_until follows walks whose rows moved"),
    Break("429-is-empty", "forwarder/core/answer/verdict.cc",
          '      return {Action::kThrottled, "rate_limited", "429: the tenant limits the rate"};',
          '      return {Action::kAccept, "empty", ""};',
          "a 429 is taken for a page without rows"),
    Break("own-clock", WALK + "tenant_clock.cc",
          "  if (!anchor_) return now.wall;", "  if (anchor_) return now.wall;\n"
          "  if (!anchor_) return now.wall;",
          "windows are cut by the forwarder's own clock"),
    Break("second-not-limited", "forwarder/core/answer/budget.cc",
          "  wait_for(in_second, std::chrono::seconds(1));",
          "  if (in_second > 1000) wait_for(in_second, std::chrono::seconds(1));",
          "a burst goes over the budget of a second"),
    Break("minute-not-limited", "forwarder/core/answer/budget.cc",
          "  wait_for(in_minute, std::chrono::minutes(1));",
          "  wait_for(in_minute, std::chrono::seconds(50));",
          "the budget of a minute comes back too early"),
    Break("pages-not-limited", STREAM + "stream.cc",
          "  if (requests_ >= settings_.concurrency) return false;",
          "  if (requests_ >= 3 * settings_.concurrency) return false;",
          "more pages are under way than concurrency allows"),
    Break("first-second-dropped", STREAM + "stream_rows.cc",
          "*own < course_->cursor().first_start)", "*own < course_->cursor().first_start + settings_"
          ".windows.length)",
          "rows after the stream's start count as before it"),
    Break("counts-do-not-add-up", STREAM + "outbox.cc",
          "  ++snapshot_.deduplicated;\n", "",
          "a row that is known is counted nowhere"),
    Break("known-is-revised", STREAM + "stream_rows.cc",
          "sighting.seen == Seen::kChanged && settings_.deliver_changed;",
          "sighting.seen == Seen::kChanged || settings_.deliver_changed;",
          "known rows are delivered again as revisions"),
    Break("next-before-commit", STREAM + "iterator_pages.cc",
          "  held_.reset();\n}", "  held_.reset();\n  turn_->OnCommitted();\n}",
          "the next page of an iterator is asked for while the one before is on its way to the sinks"),
    Break("resend-forgotten", ITERATOR + "turn.cc",
          "  if (doubt_) return Ask{IteratorOperation::kResend, false, next_at_};\n", "",
          "an iterator moves on past a page whose answer was cut"),
    Break("resend-believed-at-once", ITERATOR + "turn.cc",
          "asked_at_ >= *doubt_ + kAtWork;", "asked_at_ >= *doubt_;",
          "a `next` of a process that was killed comes behind the page that is shown again"),
    Break("gateway-moved-nothing", STREAM + "iterator_pages.cc",
          "answer.status < 500 && answer.status != 408;", "answer.status != 408;",
          "an iterator counts as not moved when a gateway answers 5xx"),
    Break("shown-again-is-new", ITERATOR + "shown_rows.cc",
          "may_be_shown_again && IsSamePage(rows, same_mark);",
          "may_be_shown_again && rows.empty() && same_mark;",
          "a page of an iterator that is shown again is delivered again"),
    Break("moved-by-who-was-shut-out", STREAM + "iterator_stream.cc",
          "  if (!settings_.iterator->is_shared || ask", "  if (settings_.iterator->is_shared || ask",
          "an instance that was shut out takes a page away from its successor"),
    Break("epoch-forgotten", ITERATOR + "turn.cc",
          "  if (!begun_) return Ask{IteratorOperation::kEpoch, false, next_at_};\n", "",
          "an index begins where the tenant has it, not at the stream's start"),
    Break("ordinal-ignored", LEDGER + "event_id.cc",
          "std::to_string(equal.count++)", "std::to_string(equal.count)",
          "equal rows without an id are one event"),
]


@dataclass(frozen=True)
class Survivor:
    """A comparison that was flipped by `mutate --generate`, and that no seed noticed."""
    path: str
    line: str
    flipped: str
    why: str


# Every tenth comparison was flipped: 14 of core/walk against 400 seeds, 10 of core/ledger against
# 300. Of these 24, ten were caught, and these survived.
SURVIVORS = [
    Survivor(WALK + "course.cc", "return s < part.window.end;", "<=",
             "a row on the second between two windows counts with the one before: at each walk of "
             "them alike, so that counts still agree"),
    Survivor(WALK + "course.cc", "kind == WalkKind::kClosing) cursor_.skip = rows;", "!=",
             "a restart begins a window at its first row, or at a wrong one: what begins in the "
             "middle proves nothing, and is walked again whole"),
    Survivor(WALK + "list_walk.cc", "return before != ListOrder::kNeither && order() != before;",
             "the first: ==",
             "a list whose order turns out to be none is given up one poll later: the next walk "
             "goes by no order, and shows what was skipped"),
    Survivor(WALK + "list_walk.cc", "if (early_ >= rows.size())", ">",
             "the same place is asked for again: counted as a page without progress, and the walk "
             "ends and begins anew"),
    Survivor(WALK + "list_walk.cc", "all_known && early_ > 0", ">=",
             "the same: after a page at least one row is asked for twice"),
    Survivor(WALK + "list_walk.cc", "if (order() == ListOrder::kOldestFirst) {", "!=",
             "only rows without a time of their own, on the page that reaches what is older than "
             "asked for, are told apart so: none of 400 seeds has one there; list_walk_test does"),
    Survivor(WALK + "walk.cc", "return pages_ > 0 && last_was_full_", ">=",
             "the same: before the first page no page was full"),
    Survivor(WALK + "walk.cc", "taken.page.page.total() != total_", "==",
             "windows of several pages are not whole, and are halved until one page holds each: "
             "it costs requests, and nothing is lost"),
    Survivor(LEDGER + "closed_windows.cc", "return record.walks > 0 && record.tally == tally;", "!=",
             "without totals a window that shows the same twice is not whole, and halved until one "
             "page holds each; one that shows something else is, and none of 300 seeds lacks an "
             "event in it. core_test fails with it"),
    Survivor(LEDGER + "closed_windows.cc",
             "if (start < range.end && record.window.end > range.start)", "the first: <=",
             "the window behind the range is looked at once more"),
    Survivor(LEDGER + "closed_windows.cc", "return a.start < b.start;", "<=",
             "the same: no two windows begin together"),
    Survivor(LEDGER + "equal_rows.cc", "settles_ = before.agreed >= enough + before.differed;", ">",
             "equal rows of several pages are told apart one walk later. core_test fails with it"),
    Survivor(LEDGER + "ledger.cc",
             "known.bucket() != BucketOf(entry.second, entry.has_own);", "==",
             "an id is not kept under a second time that its row is listed by, which few seeds "
             "need. core_test fails with it"),
    Survivor(LEDGER + "reckoning.cc", "if (listed < closed.record.window.end) {", "<=",
             "only `reconcile` reckons, which the simulation does not run: a row on the second "
             "where the last window ends counts with it"),
]
