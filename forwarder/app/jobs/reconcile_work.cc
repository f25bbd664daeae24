// SPDX-License-Identifier: Apache-2.0
// Walk, reckon; mend, walk, reckon.
#include "app/jobs/reconcile_work.h"

#include <utility>

namespace nsf {
namespace {

Window RangeOf(const StreamSettings& settings) {
  return {FirstStart(settings, settings.rewalk->end), settings.rewalk->end};
}

class ReconcileWork final : public RewalkWork {
 public:
  ReconcileWork(const Job& job, std::unique_ptr<Stream> stream, Reckoning reckoning,
                const RewalkParts& parts, ReconcileCalls calls)
      : RewalkWork(job, {}, std::move(stream), parts),
        calls_(std::move(calls)),
        reckoning_(std::move(reckoning)) {}

 private:
  void Take(std::unique_ptr<Batch> batch) override {
    for (const Record& record : batch->sinks.front().records) {
      reckoning_.Add(record.listed, HashId(record.event_id));
    }
    SettleUnsent(std::move(batch));
  }

  void OnWalked(const Now& /*now*/) override {
    if (mending_) {
      if (!calls_.mended()) return;
      mending_ = false;
      return Again();
    }
    const Reckoning::Outcome outcome = reckoning_.Conclude();
    progress_.holes = outcome.holes;
    progress_.whole = outcome.whole;
    progress_.no_longer_held = outcome.no_longer_held;
    if (!again_) progress_.missing = outcome.missing;
    if (job_.mend && !again_ && outcome.missing > 0) return Mend();
    progress_.delivered = progress_.missing - std::min(progress_.missing, outcome.missing);
    End(JobState::kDone, Message(outcome));
  }

  std::string Message(const Reckoning::Outcome& outcome) const {
    for (const JobHole& hole : outcome.holes) {
      if (!reckoning_.CanMend(hole)) {
        return "of some holes the ids are no longer kept; `replay` their range, repeats included";
      }
    }
    if (outcome.holes.empty() || job_.mend) return {};
    return "deliver what is missing: reconcile --mend";
  }

  void Mend() {
    again_ = true;
    for (const JobHole& hole : progress_.holes) {
      if (!reckoning_.CanMend(hole)) continue;
      if (!calls_.mend({hole.start, hole.end})) {
        return End(JobState::kFailed,
                   "the owner of the state does not run this stream; mend when "
                   "its tenant is in the configuration");
      }
      mending_ = true;
    }
    if (!mending_) End(JobState::kDone, Message({0, 0, 0, progress_.holes}));
  }

  void Again() {
    auto delivered = calls_.delivered();
    auto stream = delivered ? calls_.stream() : Result<std::unique_ptr<Stream>>(delivered.error());
    if (!stream) return End(JobState::kFailed, stream.error().message);
    reckoning_ = Reckoning(*std::move(delivered), RangeOf((*stream)->settings()));
    Walk(*std::move(stream));
  }

  const ReconcileCalls calls_;
  Reckoning reckoning_;
  bool mending_ = false;
  bool again_ = false;  // walked after mending
};

}  // namespace

Result<std::unique_ptr<JobWork>> MakeReconcileWork(const Job& job, const RewalkParts& parts,
                                                   ReconcileCalls calls) {
  auto delivered = calls.delivered();
  if (!delivered) return delivered.error();
  auto stream = calls.stream();
  if (!stream) return stream.error();
  Reckoning reckoning(*std::move(delivered), RangeOf((*stream)->settings()));
  return std::unique_ptr<JobWork>(std::make_unique<ReconcileWork>(
      job, *std::move(stream), std::move(reckoning), parts, std::move(calls)));
}

}  // namespace nsf
