// SPDX-License-Identifier: Apache-2.0
// Opening, committing, losing.
#include "pipeline/slot/slot.h"

#include <iterator>
#include <utility>

#include "pipeline/destination/rejections.h"

namespace nsf {
namespace {

Error Retry(std::string message) { return {ErrorKind::kRetry, std::move(message)}; }
Error Closed() { return Retry("the state is not owned by this instance any more"); }

void Deliver(SinkBatch& batch) {
  for (OutcomeKind& outcome : batch.outcomes) {
    if (outcome == OutcomeKind::kUndecided) outcome = OutcomeKind::kDelivered;
  }
}

std::string NewName(Random& random) {
  constexpr double kNumbers = 1e15;
  return std::to_string(static_cast<std::uint64_t>(random.Uniform() * kNumbers));
}

}  // namespace

Slot::Slot(CommitLog& log, Random& random, Hearers hearers)
    : log_(log), name_(NewName(random)), hearers_(std::move(hearers)) {}

Slot::Phase Slot::phase() const {
  const std::lock_guard lock(mutex_);
  return phase_;
}

std::optional<Error> Slot::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::size_t Slot::bytes() const {
  const std::lock_guard lock(mutex_);
  return content_.bytes();
}

Result<std::vector<StateEntry>> Slot::Scan(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::kOwned) return NotOwned();
  return content_.Scan(prefix);
}

Result<std::vector<std::string>> Slot::Keys(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::kOwned) return NotOwned();
  return content_.Keys(prefix);
}

Error Slot::NotOwned() const {
  if (phase_ == Phase::kOpening) return Retry("the state is not read yet");
  return Closed();
}

void Slot::Open() {
  log_.TakeOver([this](const Result<void>& taken) { OnTaken(taken); });
}

void Slot::Close() {
  bool under_way = false;
  Requests waiting;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    under_way = committing_;
    if (under_way) waiting.swap(commits_);
  }
  if (!under_way) return End(Phase::kLost, Closed());
  Tell(std::move(waiting), Closed());
}

bool Slot::IsClosing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

void Slot::OnTaken(const Result<void>& taken) {
  if (!taken) return OnTrouble(taken.error());
  {
    const std::lock_guard lock(mutex_);
    reading_ = {};
  }
  log_.AskEnd([this](const Result<std::int64_t>& end) { OnEnd(end); });
}

void Slot::OnEnd(const Result<std::int64_t>& end) {
  if (!end) return OnTrouble(end.error());
  log_.Read([this, end = *end](const Result<LogPiece>& piece) { OnPiece(piece, end); });
}

void Slot::OnPiece(const Result<LogPiece>& piece, std::int64_t end) {
  if (!piece) return OnTrouble(piece.error());
  bool all = false;
  {
    const std::lock_guard lock(mutex_);
    all = reading_.Take(*piece, end);
  }
  if (all) return OnRead();
  log_.Read([this, end](const Result<LogPiece>& next) { OnPiece(next, end); });
}

void Slot::OnTrouble(const Error& error) {
  if (IsClosing()) return;  // Close() has told
  if (error.kind == ErrorKind::kRetry) return Open();
  End(Phase::kFailed, error);
}

void Slot::OnRead() {
  if (IsClosing()) return;
  bool made = false;
  std::string_view note;
  {
    const std::lock_guard lock(mutex_);
    content_ = std::exchange(reading_, {});
    const std::string pending = std::exchange(pending_, {});
    made = !pending.empty() && content_.mark() == pending;
    const bool moved = std::exchange(was_read_, true) && !made && content_.mark() != last_;
    const bool not_made = !pending.empty() && !made && !moved;
    if (!moved) phase_ = Phase::kOwned;
    last_ = content_.mark();
    if (made) note = "the last commit was made";
    if (not_made) note = "the last commit was not made; it is made again";
  }
  if (!note.empty()) hearers_.note(note);
  if (phase() != Phase::kOwned) {
    return End(Phase::kLost, {ErrorKind::kStop, "another owner has committed to the state"});
  }
  if (made) {
    Requests round;
    {
      const std::lock_guard lock(mutex_);
      round.swap(round_);
    }
    for (Request& request : round) {
      for (SinkBatch* batch : request.batches) Deliver(*batch);
    }
    Tell(std::move(round), {});
  }
  // Of a commit that was not made, records may be known to be refused.
  HandBackRefused();
  AnswerLoads();
  hearers_.changed();
  Advance();
}

void Slot::Commit(std::vector<StateChange> changes, Done done) {
  CommitWith({}, std::move(changes), std::move(done));
}

void Slot::CommitWith(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                      Done done) {
  CommitGathering(batches, std::move(changes), nullptr, std::move(done));
}

void Slot::CommitGathering(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                           Gather gather, Done done) {
  std::optional<Error> over;
  {
    const std::lock_guard lock(mutex_);
    if (!closing_ && (phase_ == Phase::kOpening || phase_ == Phase::kOwned)) {
      unsettled_.insert(commits_made_);
      commits_.push_back({commits_made_++, batches, std::move(changes), std::move(gather),
                          std::move(done), RejectionsIn(batches)});
    } else {
      over = closing_ ? Closed() : NotOwned();
    }
  }
  if (over) return done(*over);
  Advance();
}

void Slot::Load(std::vector<std::string> prefixes, Loaded loaded) {
  {
    const std::lock_guard lock(mutex_);
    loads_.push_back({commits_made_, std::move(prefixes), std::move(loaded)});
  }
  AnswerLoads();
}

void Slot::AnswerLoads() {
  std::vector<std::pair<Loaded, Result<std::vector<StateEntry>>>> answers;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kOpening) return;
    for (auto at = loads_.begin(); at != loads_.end();) {
      const bool waits = !unsettled_.empty() && *unsettled_.begin() < at->number;
      if (phase_ == Phase::kOwned && waits) {
        ++at;
        continue;
      }
      Result<std::vector<StateEntry>> found = NotOwned();
      if (phase_ == Phase::kOwned) {
        std::vector<StateEntry> all;
        for (const std::string& prefix : at->prefixes) {
          std::vector<StateEntry> some = content_.Scan(prefix);
          std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        found = std::move(all);
      }
      answers.emplace_back(std::move(at->loaded), std::move(found));
      at = loads_.erase(at);
    }
  }
  for (auto& [loaded, answer] : answers) loaded(std::move(answer));
}

void Slot::Advance() {
  LogCommit commit;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kOwned || committing_ || closing_) return;
    if (round_.empty()) round_.swap(commits_);
    if (round_.empty()) return;
    committing_ = true;
    for (const Request& request : round_) {
      commit.batches.insert(commit.batches.end(), request.batches.begin(), request.batches.end());
      commit.changes.insert(commit.changes.end(), request.changes.begin(), request.changes.end());
    }
    mark_ = name_ + '/' + std::to_string(++rounds_);
    commit.changes.push_back({LogContent::kMarkKey, mark_});
  }
  commit.gather = [this](LogCommit& begun) { GatherInto(begun); };
  log_.Commit(std::move(commit), [this](const LogAnswer& answer) { OnAnswer(answer); });
}

// While a commit is under way the round is its thread's.
void Slot::GatherInto(LogCommit& commit) {
  const auto add = [&commit](const std::vector<SinkBatch*>& batches,
                             const std::vector<StateChange>& changes) {
    commit.batches.insert(commit.batches.end(), batches.begin(), batches.end());
    commit.changes.insert(commit.changes.end(), changes.begin(), changes.end());
  };
  {
    const std::lock_guard lock(mutex_);
    for (Request& request : commits_) {
      add(request.batches, request.changes);
      round_.push_back(std::move(request));
    }
    commits_.clear();
  }
  for (Request& request : round_) {
    if (!request.gather) continue;
    StateStore::Addition more = request.gather();
    add(more.batches, more.changes);
    request.refused_before += RejectionsIn(more.batches);
    request.batches.insert(request.batches.end(), more.batches.begin(), more.batches.end());
    std::move(more.changes.begin(), more.changes.end(), std::back_inserter(request.changes));
  }
}

void Slot::OnAnswer(const LogAnswer& answer) {
  switch (answer.kind) {
    case LogAnswer::Kind::kCommitted:
      Succeed();
      break;
    case LogAnswer::Kind::kRefused:
      HandBackRefused();
      break;
    case LogAnswer::Kind::kFailed:
      Fail(Retry(answer.message));
      break;
    case LogAnswer::Kind::kBroken:
    case LogAnswer::Kind::kUnknown:
      return TakeOverAgain(answer);
    case LogAnswer::Kind::kShutOut:
      // Not taken over again: two owners would shut each other out for ever.
      return End(Phase::kLost, {ErrorKind::kStop, answer.message});
  }
  {
    const std::lock_guard lock(mutex_);
    committing_ = false;
  }
  if (IsClosing()) return End(Phase::kLost, Closed());
  Advance();
}

void Slot::TakeOverAgain(const LogAnswer& answer) {
  const bool unknown = answer.kind == LogAnswer::Kind::kUnknown;
  if (!unknown) Fail(Retry(answer.message));
  if (IsClosing()) return End(Phase::kLost, Closed());
  {
    const std::lock_guard lock(mutex_);
    if (unknown) pending_ = mark_;  // the next owner reads whether it was made
    phase_ = Phase::kOpening;
    committing_ = false;
  }
  if (unknown) {
    hearers_.note("whether the last commit was made is not known (" + answer.message +
                  "); the state's log is asked");
  }
  hearers_.changed();
  Open();
}

void Slot::Succeed() {
  Requests round;
  {
    const std::lock_guard lock(mutex_);
    last_ = mark_;
    round.swap(round_);
    for (const Request& request : round) {
      for (const StateChange& change : request.changes) content_.Apply(change);
    }
  }
  Tell(std::move(round), {});
}

void Slot::HandBackRefused() {
  Requests refused;
  {
    const std::lock_guard lock(mutex_);
    Requests rest;
    for (Request& request : round_) {
      const bool is_refused = RejectionsIn(request.batches) > request.refused_before;
      (is_refused ? refused : rest).push_back(std::move(request));
    }
    round_ = std::move(rest);
  }
  Tell(std::move(refused), Retry("a record was refused"));
}

void Slot::Fail(const Error& error) {
  Requests round;
  {
    const std::lock_guard lock(mutex_);
    round.swap(round_);
  }
  Tell(std::move(round), error);
}

void Slot::End(Phase phase, Error error) {
  Requests all;
  Error not_owned;
  {
    const std::lock_guard lock(mutex_);
    phase_ = phase;
    error_ = std::move(error);
    not_owned = NotOwned();
    all.swap(round_);
    std::move(commits_.begin(), commits_.end(), std::back_inserter(all));
    commits_.clear();
  }
  Tell(std::move(all), not_owned);
  AnswerLoads();
  hearers_.changed();
}

void Slot::Tell(Requests round, const Result<void>& result) {
  {
    const std::lock_guard lock(mutex_);
    for (const Request& request : round) unsettled_.erase(request.number);
  }
  for (Request& request : round) request.done(result);
  AnswerLoads();
}

}  // namespace nsf
