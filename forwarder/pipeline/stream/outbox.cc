// SPDX-License-Identifier: Apache-2.0
// From new events to what is settled.
#include "pipeline/stream/outbox.h"

#include <algorithm>
#include <string>
#include <utility>

namespace nsf {

Outbox::Outbox(const StreamSettings& settings, StreamSnapshot& snapshot, Random& random)
    : snapshot_(snapshot),
      intake_(settings),
      builder_(settings),
      commits_(settings.batch.under_way(), random) {
  for (const SinkSpec& sink : settings.sinks) snapshot_.sinks[sink.name];
  if (settings.directory) snapshot_.identified["found"] = 0;
}

bool Outbox::Add(AuditEvent* event, const BatchBuilder::Origin& origin, const Now& now,
                 StepOutput* out) {
  const Intake::Admission admission = intake_.Admit(event, now.wall);
  if (!admission.filtered.empty()) {
    Withhold(admission.filtered, now);
    return false;
  }
  if (IsUnclassified(*event)) {
    ++snapshot_.unclassified;
    if (auto unknown = intake_.TakeUnknown()) {
      out->notices.push_back({Notice::Level::kWarning, *std::move(unknown)});
    }
  }
  if (admission.people != nullptr) NoteIdentified(*admission.people);
  const auto time = event->timestamp ? event->timestamp : event->insertion;
  // A row that was rewritten lies in no page.
  const BatchBuilder::PageBody none;
  const BatchBuilder::PageBody& page = admission.rewritten ? none : origin.page;
  builder_.Add(*event, time.value_or(WallSeconds{}),
               {origin.event_id, origin.listed, page, admission.people}, now.monotonic);
  return true;
}

void Outbox::NoteIdentified(const Enrichment& people) {
  ++snapshot_.identified[people.actor ? std::string(IdentityStatusName(people.actor->status))
                                      : "no_user"];
}

void Outbox::Withhold(std::string_view reason, const Now& now) {
  ++snapshot_.filtered[std::string(reason)];
  --snapshot_.pending;
  builder_.Withhold(now.monotonic);
}

void Outbox::SkipRow() {
  ++snapshot_.deduplicated;
  --snapshot_.pending;
}

void Outbox::HandOver(MonotonicTime now, StepOutput* out) {
  out->commits = commits_.TakeDue(now);
  if (const auto at = commits_.retry_at()) out->wake_at = std::min(out->wake_at, *at);
}

std::optional<BatchProgress> Outbox::Settle(const Now& now, Settlement settlement,
                                            StepOutput* out) {
  const bool failing = commits_.failing();
  std::optional<BatchProgress> progress = commits_.Settle(now.monotonic, settlement);
  if (!progress) {
    reader_gone_ = settlement.error->kind == ErrorKind::kClosed;
    const std::string message = settlement.error_sink + ": " + settlement.error->message;
    if (snapshot_.last_error != message) {
      out->notices.push_back(
          {Notice::Level::kWarning, message + "; trying again, nothing is lost"});
    }
    snapshot_.last_error = message;
    snapshot_.waits_for = settlement.error_sink;
    return std::nullopt;
  }
  snapshot_.waits_for.clear();
  if (failing) {
    out->notices.push_back({Notice::Level::kInfo, "delivery goes on"});
    snapshot_.last_error.clear();
  }
  for (const SinkSettlement& sink : settlement.sinks) {
    SinkCounts& counts = snapshot_.sinks[sink.sink];
    counts.delivered += sink.delivered;
    for (const Rejection& rejection : sink.dead_lettered) ++counts.dead_lettered[rejection.reason];
  }
  snapshot_.pending -= settlement.batch->sinks.front().records.size();
  snapshot_.checkpoint = now.wall;
  return progress;
}

void Outbox::Show(const BatchProgress& progress, WallTime tenant_now, StepOutput* out) {
  snapshot_.delivered_until = progress.covered_until;
  snapshot_.proven_until = progress.proven_until;
  snapshot_.windows_incomplete = progress.incomplete;
  snapshot_.days = progress.days;
  if (progress.whole > 0) snapshot_.windows["whole"] += progress.whole;
  if (progress.moved > 0) snapshot_.windows["moved"] += progress.moved;
  if (progress.caught_up) snapshot_.caught_up = true;
  for (const auto& [time, count] : progress.live) {
    const auto delay = tenant_now - WallTime(time);
    out->delays.emplace_back(std::max(delay, std::chrono::milliseconds(0)), count);
  }
  for (const auto& [time, count] : progress.late) {
    const auto lateness = tenant_now - WallTime(time);
    out->lateness.emplace_back(std::max(lateness, std::chrono::milliseconds(0)), count);
  }
}

}  // namespace nsf
