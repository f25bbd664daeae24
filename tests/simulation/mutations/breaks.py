# SPDX-License-Identifier: Apache-2.0
"""The deliberate breaks: each one small text that stands exactly once in a file of the product, what
takes its place, and what that breaks. To add one, add a row: `mutate --check` says whether it fits.
A break that no seed notices says why: what it breaks is caught a second time elsewhere.
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


WALK = "forwarder/core/walk/"
LEDGER = "forwarder/core/ledger/"
STREAM = "forwarder/pipeline/stream/"
IN_ORDER = "forwarder/pipeline/destination/in_order.cc"

BREAKS = [
    Break("undecided-is-delivered", IN_ORDER,
          "      if (decided) return reported(std::nullopt);",
          "      if (decided || sink.records.size() < 1000000) return reported(std::nullopt);",
          "the state moves before every record is acknowledged"),
    Break("state-failure-ignored", IN_ORDER,
          "if (!committed) Fail(lane", "if (!committed && group.empty()) Fail(lane",
          "a commit that failed counts as durable"),
    Break("dead-letter-forgotten", IN_ORDER,
          "  return !batch.dead_lettered &&", "  return batch.dead_lettered &&",
          "refused records are kept nowhere"),
    Break("dead-letter-unheard", IN_ORDER,
          "if (static_cast<std::size_t>(delivered) == flight->dead.records.size()) {",
          "if (static_cast<std::size_t>(delivered) <= flight->dead.records.size()) {",
          "a dead letter that failed counts as kept"),
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
          "Forget(std::min(course_->cursor().open, closed_.kept_from()) - kOverlap);",
          "Forget(course_->cursor().open - kOverlap);",
          "ids are dropped while revisits still ask for their seconds"),
    Break("skip-by-limit", WALK + "walk.cc",
          "  skip_ += rows;", "  skip_ += rows > 0 ? taken.limit : 0;",
          "the next page is asked for by the limit asked, not by the rows received"),
    Break("short-page-ends", WALK + "walk.cc",
          "  if (page.received() == 0 || limits.one_page) return true;",
          "  if (!last_was_full_ || page.received() == 0 || limits.one_page) return true;",
          "a short page ends the walk of a closing window"),
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
    Break("counts-do-not-add-up", STREAM + "stream_rows.cc",
          "  ++snapshot_.deduplicated;\n", "",
          "a row that is known is counted nowhere"),
    Break("known-is-revised", STREAM + "stream_rows.cc",
          "sighting.seen == Seen::kChanged && settings_.deliver_changed;",
          "sighting.seen == Seen::kChanged || settings_.deliver_changed;",
          "known rows are delivered again as revisions"),
    Break("ordinal-ignored", LEDGER + "event_id.cc",
          "std::to_string(equal.count++)", "std::to_string(equal.count)",
          "equal rows without an id are one event"),
]
