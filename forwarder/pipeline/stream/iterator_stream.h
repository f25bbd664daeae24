// SPDX-License-Identifier: Apache-2.0
// A stream that reads an iterator, whose cursor lies with the tenant: one page at a time, and the
// next only when the one before is committed. docs/ITERATOR.md says what follows from that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/answer/budget.h"
#include "core/answer/verdict.h"
#include "core/event/page.h"
#include "core/event/received_page.h"
#include "core/event/row.h"
#include "core/iterator/place.h"
#include "core/iterator/shown_rows.h"
#include "core/iterator/turn.h"
#include "core/ledger/event_id.h"
#include "core/ledger/ledger.h"
#include "core/walk/tenant_clock.h"
#include "pipeline/stream/event_stream.h"
#include "pipeline/stream/outbox.h"
#include "pipeline/stream/settings.h"
#include "pipeline/stream/tenant_patience.h"

namespace nsf {

class IteratorStream final : public EventStream {
 public:
  // As MakeEventStream(); settings.iterator is set.
  static Result<std::unique_ptr<IteratorStream>> Create(const StreamSettings& settings,
                                                        const StateReader& state, Budget& budget,
                                                        Random& random);

  StepOutput Step(const Now& now, Completions completions) override;

  void Drain() override { draining_ = true; }
  bool committing() const override { return outbox_.commits().under_way(); }
  std::optional<MonotonicTime> failing_since() const override {
    return outbox_.commits().failing_since();
  }
  bool reader_gone() const override { return outbox_.reader_gone(); }
  void WalkAgain(const Window& /*range*/, const Now& /*now*/) override {}
  bool IsWalkingAgain(const Window& /*range*/, const Now& /*now*/) const override { return false; }
  bool begins() const override { return begins_; }
  const StreamSettings& settings() const override { return settings_; }
  const StreamSnapshot& snapshot() const override { return snapshot_; }

 private:
  // The page whose rows are being taken into batches.
  struct HeldPage {
    ReceivedPage page;
    std::vector<bool> known;            // of each row received: it was taken before
    std::size_t next_row = 0;           // of all that were received
    std::size_t next_broken = 0;        // of the broken ones among them
    std::optional<WallSeconds> newest;  // of its rows, by insertion, else event time
  };

  IteratorStream(const StreamSettings& settings, Budget& budget, Random& random);

  Result<void> Restore(const StateReader& state);
  // The place from which the stream goes on, and the turn, when the time is known.
  void Begin(const Now& now);

  // Answers (iterator_pages.cc).
  void OnAnswer(const Now& now, HttpAnswer answer, StepOutput* out);
  // A page that does not parse: shown once more, then split down to the row.
  void OnMalformed(const Now& now, const Page& page, const Verdict& verdict, StepOutput* out);
  void OnPage(const Now& now, ReceivedPage page, StepOutput* out);
  // Its rows, as they are told from those of other pages.
  std::vector<ShownRows::Row> RowsOf(const ReceivedPage& page) const;
  // Somebody else uses the index, as this page shows.
  void NoteConflict(const Page& page, const PagePrint& print, StepOutput* out);
  // All that could be seen when the page was asked for is delivered.
  void OnNothingNew(const Now& now, StepOutput* out);
  // When the tenant wishes to be asked again.
  MonotonicTime NextAt(const Now& now, const Page& page) const;

  void Absorb(const Now& now, StepOutput* out);
  void AbsorbNext(const Now& now, StepOutput* out);
  void EndPage(const Now& now);

  // False: there is nothing to commit, or no room for it.
  bool StartCommit(const Now& now, StepOutput* out);
  std::vector<StateChange> StateChanges();
  void OnSettlement(const Now& now, Settlement settlement, StepOutput* out);
  void Ask(const Now& now, StepOutput* out);
  // The place is not durable, or must be shown to be ours.
  bool MustCommitFirst(const IteratorTurn::Ask& ask, const Now& now) const;
  WallSeconds TenantNow(const Now& now) const;

  const StreamSettings settings_;
  const std::string& configured_;  // index
  Budget& budget_;
  Random& random_;
  StreamSnapshot snapshot_;
  TenantPatience patience_;
  Outbox outbox_;
  TenantClock clock_;

  bool begins_ = true;
  std::optional<IteratorPlace> stored_;  // as it was at the start
  IteratorPlace place_;                  // with what is in batches
  std::optional<IteratorTurn> turn_;     // absent until the first step
  std::string index_;
  ShownRows shown_;
  // Chunks of the page that is not shown any more go with the first batch of the next one.
  bool drops_chunks_ = false;
  std::vector<LedgerEntry> added_;  // ids since the last batch
  bool place_is_durable_ = false;
  bool place_is_due_ = false;   // it is to be committed, whatever else is
  bool page_is_whole_ = false;  // all rows of the page are in batches, or in the one being built
  std::optional<HeldPage> held_;
  std::optional<PagePrint> print_;       // of the last page that was answered
  bool states_marks_ = false;            // pages state their high-water mark
  int malformed_ = 0;                    // pages in a row
  BatchProgress progress_;               // of what is in the builder
  MonotonicTime handed_over_{};          // the last batch
  std::optional<MonotonicTime> proven_;  // when the last batch that was committed was handed over
  std::optional<WallSeconds> caught_up_at_;  // a mark as late means that the backlog is through

  bool asked_ = false;
  IteratorTurn::Ask ask_;   // under way
  WallSeconds asked_at_{};  // by the tenant's clock
  Page::Memory spare_;      // of the page before
  DerivedIds derived_;      // of the page
  RowReader reader_;
  bool draining_ = false;
};

}  // namespace nsf
