// SPDX-License-Identifier: Apache-2.0
// What leaves a stream: events that are new become records of batches, batches are handed over in
// order, and what became of them is counted in the stream's snapshot.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/event/audit_event.h"
#include "pipeline/stream/batch_builder.h"
#include "pipeline/stream/commit_queue.h"
#include "pipeline/stream/event_stream.h"
#include "pipeline/stream/intake.h"
#include "pipeline/stream/settings.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/telemetry.h"

namespace nsf {

class Outbox {
 public:
  // All outlive it; `snapshot` is the stream's.
  Outbox(const StreamSettings& settings, StreamSnapshot& snapshot, Random& random);

  BatchBuilder& builder() { return builder_; }
  const BatchBuilder& builder() const { return builder_; }
  CommitQueue& commits() { return commits_; }
  const CommitQueue& commits() const { return commits_; }
  bool reader_gone() const { return reader_gone_; }

  // A new event, which comes from Normalize(), becomes what is delivered of it and goes into the
  // batch, unless a filter holds it back: false. Either way it is pending until the batch is
  // settled, or counted as filtered.
  bool Add(AuditEvent* event, const BatchBuilder::Origin& origin, const Now& now, StepOutput* out);

  // A row that was received is known, or is not this stream's to deliver.
  void SkipRow();

  // Hands over what is due.
  void HandOver(MonotonicTime now, StepOutput* out);

  // What became of the first batch under way. Absent when it failed: it is handed over again.
  std::optional<BatchProgress> Settle(const Now& now, Settlement settlement, StepOutput* out);

  // What has become true; `tenant_now`: how late what was delivered is.
  void Show(const BatchProgress& progress, WallTime tenant_now, StepOutput* out);

 private:
  void NoteIdentified(const Enrichment& people);
  // It is known from now on, as if it had been delivered.
  void Withhold(std::string_view reason, const Now& now);

  StreamSnapshot& snapshot_;
  Intake intake_;
  BatchBuilder builder_;
  CommitQueue commits_;
  bool reader_gone_ = false;
};

}  // namespace nsf
