// SPDX-License-Identifier: Apache-2.0
// A stream that walks the list of the API, window by window. While batches are delivered the next
// pages are fetched and the next batch is built; a sink that is down stops the asking, so that
// memory stays flat.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/answer/budget.h"
#include "core/answer/verdict.h"
#include "core/dialect/discovery.h"
#include "core/dialect/page_target.h"
#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "core/event/row.h"
#include "core/ledger/closed_windows.h"
#include "core/ledger/equal_rows.h"
#include "core/ledger/event_id.h"
#include "core/ledger/ledger.h"
#include "core/walk/course.h"
#include "core/walk/tenant_clock.h"
#include "pipeline/stream/batch_builder.h"
#include "pipeline/stream/commit_queue.h"
#include "pipeline/stream/event_stream.h"
#include "pipeline/stream/outbox.h"
#include "pipeline/stream/settings.h"
#include "pipeline/stream/tenant_patience.h"
#include "ports/destination.h"
#include "ports/http_client.h"
#include "ports/random.h"
#include "ports/telemetry.h"

namespace nsf {

class Stream final : public EventStream {
 public:
  // A stream that goes on from what `state` holds under its StreamPrefix(); from settings.start
  // when that is nothing. `budget` and `random` are shared with the streams of the same token and
  // outlive the stream. Blocks for reading. Fails with kStop when the state is damaged or newer.
  static Result<std::unique_ptr<Stream>> Create(const StreamSettings& settings,
                                                const StateReader& state, Budget& budget,
                                                Random& random);

  StepOutput Step(const Now& now, Completions completions) override;

  void Drain() override { draining_ = true; }
  bool committing() const override { return commits_.under_way(); }
  std::optional<MonotonicTime> failing_since() const override { return commits_.failing_since(); }
  bool reader_gone() const override { return outbox_.reader_gone(); }

  void WalkAgain(const Window& range, const Now& now) override {
    closed_.MakeDue(range, TenantNow(now));
  }
  bool IsWalkingAgain(const Window& range, const Now& now) const override {
    return closed_.IsDue(range, TenantNow(now)) || !commits_.empty() || !builder_.empty() ||
           closed_.has_changes();
  }

  // What was to be walked again is: all of it is settled. Never, of a stream without `rewalk`.
  bool ended() const;
  // No window is honoured: only lists can be walked.
  bool walks_lists() const { return learned_ && learned_->dialect.window == WindowKind::kNone; }

  bool begins() const override { return !stored_; }
  const StreamSettings& settings() const override { return settings_; }
  const StreamSnapshot& snapshot() const override { return snapshot_; }

 private:
  // A page whose rows are being taken into batches.
  struct PendingPage {
    ReceivedPage page;
    std::size_t next_row = 0;       // of all that were received
    std::size_t next_broken = 0;    // of the broken ones among them
    std::uint64_t first_skip = 0;   // of its first row in the walk
    std::uint32_t number = 0;       // of all pages since the start
    std::size_t repeats = 0;        // at its beginning, as asked for
    std::size_t repeated_rows = 0;  // others that pages held from which this one goes on
    std::size_t rows_again = 0;     // that any page of the walk held before
    std::size_t rows_first = 0;     // that none did
  };

  Stream(const StreamSettings& settings, Budget& budget, Random& random);

  Result<void> Restore(const StateReader& state);

  void Progress(const Now& now, StepOutput* out);
  void OnAnswer(const Now& now, PageAnswer received, StepOutput* out);
  std::optional<MonotonicTime> AttemptRequest(const Now& now, bool can_wait = false);
  void NoteSuccess(StepOutput* out);
  void OnPage(const Now& now, std::uint64_t ticket, ReceivedPage page, StepOutput* out);
  // A page that does not parse: asked for once more, then split down to the row.
  void OnMalformed(const Now& now, std::uint64_t ticket, const Page& page, const Verdict& verdict,
                   StepOutput* out);
  void OnContact(const Now& now);
  void OnBlocked(const Now& now, const Verdict& verdict, StepOutput* out);
  void OnRefused(const Now& now, std::uint64_t ticket, const Verdict& verdict, StepOutput* out);

  // What the tenant honours (stream_discovery.cc).
  void DiscoverWindow(const Now& now);
  // Rows outside the window; a page that came again; a refusal that has another reason than depth.
  bool WindowIsDoubtful(StepOutput* out);  // by the page that is taken next
  void NoteRowsOutside(StepOutput* out);
  void DoubtWindow(const Now& now);
  void DiscoverParameter();
  void DoubtParameter(StepOutput* out);
  void DoubtAfter(const Now& now, const Verdict& refusal, const PageAsk& refused,
                  const Window& window);
  bool AskProbe(const Now& now, StepOutput* out);
  ProbeAnswer AnswerOf(const std::optional<Page>& page) const;
  void OnProbe(const Now& now, ProbeAnswer answer, StepOutput* out);
  void Adopt(const Now& now, const Dialect& dialect, StepOutput* out);
  void TryLargerPages(std::uint32_t limit);
  void Migrate(WindowKind from, WallSeconds at);
  void EndMigration();
  bool MostlyOutside(const Page& page, const Window& window) const;
  // Most rows do not show the time by which windows select.
  bool MostlyUntold(const Page& page) const;
  bool DeliveredBefore(const AuditEvent& event) const;
  void BeginCourse(const Cursor& cursor);
  void OnShrink(const Now& now, std::uint64_t ticket, const Verdict& verdict, StepOutput* out);
  void OnSettlement(const Now& now, Settlement settlement, StepOutput* out);

  void Absorb(const Now& now, StepOutput* out);
  // The next page of the walk becomes the one whose rows are taken. False: it is not here, or the
  // ids of its seconds are not.
  bool TakePage(const Now& now, StepOutput* out);
  void LearnFrom(const Walk::Taken& taken);
  void EndPage(const Now& now, StepOutput* out);
  // Of which the ids must be in memory to take the next page; absent: of all.
  std::optional<AskedBounds> SecondsNeeded() const;
  bool LedgerIsHere(const std::optional<AskedBounds>& needed, StepOutput* out);
  // What it knows of a row, wherever that lies: to be asked before the row changes anything.
  bool LedgerKnowsRow(const AuditEvent& event, StepOutput* out);
  bool LedgerKnowsId(std::string_view id, StepOutput* out);
  // None is missing; otherwise they are loaded as soon as they can be.
  bool AreHere(const std::vector<BucketNumber>& missing, StepOutput* out);
  void OnLoaded(const Now& now, Result<std::vector<StateEntry>> loaded, StepOutput* out);
  // The next row of the page. False: not before the ids of its second are here, or not at all.
  bool AbsorbNext(const Now& now, StepOutput* out);
  void AbsorbRow(AuditEvent* row, std::optional<WallSeconds> own, const Now& now, StepOutput* out);
  // A row outside of what was asked for may be known by ids that are not in memory, or gone.
  bool MayTakeOutside(WallSeconds own, const Now& now, StepOutput* out);
  // The rest of the page is not taken.
  void DropPage();
  bool NeedsAllIds() const;
  // Row `at` of the page shows no time, but its place in a list says that it is older than what the
  // walk covers.
  bool StandsAmongOlder(std::size_t at) const;
  void AbsorbBroken(const BrokenRow& row, const Now& now);
  // A row that another page of this walk showed too: rows have changed places between the two.
  void NoteIfRepeated(const Sighting& sighting);
  // The same of a row that no ledger is asked for. False: the walk showed it before.
  bool NoteUnkept(std::string_view id);
  // The row was delivered before, or will be by another walk.
  void SkipRow() { outbox_.SkipRow(); }
  // Nothing but its window tells it from an equal row.
  bool HasNoTime(const AuditEvent& event) const;
  std::string IdInWindow(std::string id) const;
  // Its `_id`, or one derived from its bytes, which lies in `derived` then; absent: this walk
  // cannot tell which event it is.
  std::optional<std::string_view> EventId(const AuditEvent& event, std::string* derived);
  // The row waits for the end of its walk, because pages before this one hold equals.
  bool IsHeld(const AuditEvent& event, std::string_view id, std::optional<WallSeconds> own);
  // Of the walk that ended, rows that were held back are delivered, or left to the next walk.
  // False: the batch is full.
  bool AbsorbHeld(const Now& now, StepOutput* out);
  void AddHeld(const EqualRows::Held& held, bool settles, const Now& now, StepOutput* out);
  void DropHeld();
  void AddEvent(AuditEvent* event, std::optional<WallSeconds> own,
                const BatchBuilder::Origin& origin, const Now& now, StepOutput* out);
  // The time by which windows select the event: what others are given as `own`.
  std::optional<WallSeconds> OwnTime(const AuditEvent& event) const;
  // The second under which the ledger keeps an event, and whether it is the event's own.
  WallSeconds LedgerSecond(std::optional<WallSeconds> own, const Now& now) const;
  Tally* TallyOf(std::optional<WallSeconds> own);
  void EndWalk(const Now& now);
  // Gives up the walk and those ahead of it.
  void AbandonWalks();
  // Of seconds before it no ids may be left.
  WallSeconds KeptFrom() const;
  void Forget(WallSeconds before);
  void DropWalkedIds(WalkKind kind);
  WallSeconds TenantNow(const Now& now) const;

  // False: there is nothing to commit, or no room for it.
  bool StartCommit(const Now& now, StepOutput* out);
  std::vector<StateChange> StateChanges();
  BatchProgress TakeProgress(const Cursor& cursor);
  std::shared_ptr<const std::vector<DayProof>> ProofByDay();

  void StartRequests(const Now& now, StepOutput* out);
  bool MayAsk() const;
  bool Ask(const Now& now, StepOutput* out);
  bool AskForContact(const Now& now, WallSeconds tenant_now, StepOutput* out);
  void NoteIdle(const Now& now);
  void AdaptLookahead(const Now& now);
  // Pages ahead may hold half as many bytes as all the rest of the stream.
  std::size_t MostAhead() const;
  WalkLimits Limits() const;
  HttpRequest RequestFor(const Dialect& dialect, const Window& window, std::uint64_t skip,
                         std::uint32_t limit) const;
  void Refresh(const Now& now);
  void Wake(MonotonicTime at, StepOutput* out) const { out->wake_at = std::min(out->wake_at, at); }

  const StreamSettings settings_;
  Budget& budget_;
  Random& random_;
  StreamSnapshot snapshot_;
  TenantPatience patience_;

  TenantClock clock_;
  std::optional<Course> course_;           // absent until the tenant's time is known
  std::optional<Cursor> stored_;           // what a restart goes on from
  std::optional<LearnedDialect> learned_;  // absent until the tenant was asked
  bool dialect_changed_ = false;           // against the store
  std::optional<Discovery> discovery_;     // under way
  bool dialect_failed_ = false;            // nothing was found that can be walked
  bool rediscover_ = false;                // so all is asked anew
  std::optional<Verdict> refusal_;         // that made it necessary
  std::uint32_t pages_at_limit_ = 0;       // taken with dialect.page_limit
  std::uint32_t pages_before_larger_ = 4;  // so many: a larger one is tried
  enum class Doubt : std::uint8_t { kNone, kWindow, kParameter };
  Doubt doubt_ = Doubt::kNone;       // the other reason for one
  bool window_is_believed_ = false;  // rows outside what was asked for are no sign any more
  bool rows_lay_outside_ = false;    // in this walk
  bool window_is_verified_ = false;  // since the start, while the tenant had rows
  int pages_believed_ = 0;           // so many pages that come again are no sign
  int next_belief_ = 0;              // and so many after the next doubt that proves wrong
  int small_pages_again_ = 0;        // of this walk: pages of few rows, most of them known
  ClosedWindows closed_;
  Ledger ledger_;
  bool loading_ = false;
  std::vector<StateChange> dropped_chunks_;
  DerivedIds derived_;                      // of the page
  EqualRows equal_rows_;                    // of the walk
  std::map<IdHash, std::uint32_t> unkept_;  // rows of it that no ledger is asked for: their page
  std::optional<WallSeconds> last_own_;     // of the row before

  std::uint64_t next_ticket_ = 1;
  std::deque<PageAnswer> answers_;  // not looked at yet
  std::size_t requests_ = 0;        // under way, or their answers not looked at yet
  std::size_t lookahead_ = 1;       // pages to ask for at a time: as many as keep the stream busy
  std::size_t pages_in_time_ = 0;   // in a row that the stream did not wait for
  std::optional<MonotonicTime> idle_since_;  // it waits for a page, and for nothing else
  std::uint32_t limit_;  // of the next page; below page_size after a page was too large
  std::optional<std::uint64_t> malformed_skip_;  // of the page that did not parse the last time
  std::uint64_t malformed_end_ = 0;  // of the one of this walk that is asked for in halves
  std::optional<PendingPage> page_;
  Page::Memory spare_;                            // of the page before
  std::weak_ptr<const std::string> page_before_;  // held by batches under way
  std::uint32_t pages_taken_ = 0;
  std::uint32_t first_page_of_walk_ = 1;
  std::uint32_t first_page_of_chain_ = 1;  // of pages that go on from each other
  // What pages have shown of the tenant.
  std::uint32_t largest_page_ = 0;
  std::size_t page_bytes_ = 0;  // of the largest
  std::uint32_t clamp_ = UINT32_MAX;
  bool last_was_short_ = false;         // the last page of the walk held fewer rows than asked for
  std::uint64_t totals_true_ = 0;       // see WalkLimits
  bool totals_lie_ = false;             // the same
  bool totals_are_false_ = false;       // one was, for certain: none ends a walk any more
  bool states_totals_ = false;          // the last page that was a list did
  std::uint32_t largest_answered_ = 0;  // the largest limit that was not refused
  std::uint64_t deepest_answered_ = 0;  // the largest offset that rows were shown at

  RowReader reader_;
  Outbox outbox_;
  BatchBuilder& builder_ = outbox_.builder();
  CommitQueue& commits_ = outbox_.commits();
  BatchProgress progress_;  // of what is in the builder, or was walked since
  std::shared_ptr<const std::vector<DayProof>> days_;  // as last shown
  bool flush_ = false;  // a walk ended: what is in the builder waits for nothing more
  Cursor saved_;        // as the store has it, or will when what is under way is settled

  bool draining_ = false;
};

}  // namespace nsf
