// SPDX-License-Identifier: Apache-2.0
// The slot of a log: opened in the one order that is safe, moved by nothing but a commit that has
// returned, and given up when somebody else has it.
#include "pipeline/slot/slot.h"

#include <catch2/catch.hpp>
#include <deque>
#include <utility>

namespace nsf {
namespace {

using Words = std::vector<std::string>;
using Phase = Slot::Phase;
using Kind = LogAnswer::Kind;

// Writes down what is asked for; answers when it is told to.
class ScriptedLog : public CommitLog {
 public:
  Words asked;
  std::deque<LogCommit> commits;
  std::deque<std::function<void(Result<void>)>> takes;
  std::deque<std::function<void(Result<std::int64_t>)>> ends;
  std::deque<std::function<void(Result<LogPiece>)>> reads;
  std::deque<std::function<void(LogAnswer)>> answers;

  bool Takes(const SinkBatch& batch) const override { return batch.sink == "lake"; }
  void TakeOver(std::function<void(Result<void>)> done) override {
    asked.push_back("take over");
    takes.push_back(std::move(done));
  }
  void AskEnd(std::function<void(Result<std::int64_t>)> done) override {
    asked.push_back("end");
    ends.push_back(std::move(done));
  }
  void Read(std::function<void(Result<LogPiece>)> done) override {
    asked.push_back("read");
    reads.push_back(std::move(done));
  }
  void Commit(LogCommit commit, std::function<void(LogAnswer)> done) override {
    std::string keys = "commit";
    for (const StateChange& change : commit.changes) {
      if (change.key != LogContent::kMarkKey) keys += ' ' + change.key;
    }
    asked.push_back(keys);
    commits.push_back(std::move(commit));
    answers.push_back(std::move(done));
  }
  void Close(std::function<void()> closed) override { closed(); }
  std::optional<Error> Trouble() const override { return std::nullopt; }

  // The mark of the last commit that was asked for.
  std::string mark() const { return commits.back().changes.back().value.value(); }
};

class Half : public Random {
  double Uniform() override { return 0.5; }
};

template <typename Queue, typename Value>
void AnswerNext(Queue& queue, Value value) {
  REQUIRE_FALSE(queue.empty());
  const auto done = std::move(queue.front());
  queue.pop_front();
  done(std::move(value));
}

struct Fixture {
  ScriptedLog log;
  Half random;
  std::vector<Phase> phases;
  Words notes;
  Slot slot{log,
            random,
            {[this] { phases.push_back(slot.phase()); },
             [this](std::string_view note) { notes.emplace_back(note); }}};
  std::string settled;  // "a" settled, "(a)" handed back

  void Piece(std::vector<StateChange> changes, std::optional<std::int64_t> end = std::nullopt) {
    AnswerNext(log.reads, Result<LogPiece>(LogPiece{std::move(changes), end}));
  }
  // Opens it with what the log holds.
  void Open(std::vector<StateChange> changes = {}) {
    slot.Open();
    Reopen(std::move(changes));
  }
  void Reopen(std::vector<StateChange> changes) {
    AnswerNext(log.takes, Result<void>());
    AnswerNext(log.ends, Result<std::int64_t>(5));
    Piece(std::move(changes), 5);
  }
  void Commit(const std::string& name, std::vector<SinkBatch*> batches = {}) {
    slot.CommitWith(batches, {{name, "moved"}}, [this, name](const Result<void>& result) {
      settled += result ? name : '(' + name + ')';
    });
  }
  void Answer(Kind kind) { AnswerNext(log.answers, LogAnswer{kind, "why"}); }
  Words Keys() const { return slot.Keys("").value(); }
};

SinkBatch Batch(const std::string& sink) {
  SinkBatch batch;
  batch.sink = sink;
  batch.records.resize(2);
  batch.outcomes.resize(2, OutcomeKind::kUndecided);
  return batch;
}

TEST_CASE("a slot takes over, asks for the end, and reads up to it") {
  Fixture f;
  f.slot.Open();
  CHECK(f.log.asked == Words{"take over"});
  CHECK_FALSE(f.slot.Keys(""));
  AnswerNext(f.log.takes, Result<void>());
  CHECK(f.log.asked == Words{"take over", "end"});
  AnswerNext(f.log.ends, Result<std::int64_t>(7));
  f.Piece({{"a", "1"}, {"b", "1"}});
  f.Piece({}, 4);  // an end, where a stranger's transaction is open
  CHECK(f.slot.phase() == Phase::kOpening);
  f.Piece({{"a", "2"}, {"b", std::nullopt}, {"c", "3"}});
  CHECK(f.slot.phase() == Phase::kOpening);
  f.Piece({}, 7);
  CHECK(f.slot.phase() == Phase::kOwned);
  CHECK(f.phases == std::vector{Phase::kOwned});
  CHECK(f.Keys() == Words{"a", "c"});
  CHECK(f.slot.Scan("a").value()[0].value == "2");
  CHECK(f.slot.bytes() == 4);
}

TEST_CASE("trouble while it opens begins it again, or ends it") {
  Fixture f;
  f.slot.Open();
  AnswerNext(f.log.takes, Result<void>());
  AnswerNext(f.log.ends, Result<std::int64_t>(Error{ErrorKind::kRetry, "away"}));
  CHECK(f.log.asked.back() == "take over");
  AnswerNext(f.log.takes, Result<void>());
  AnswerNext(f.log.ends, Result<std::int64_t>(2));
  f.Piece({{"a", "1"}});
  AnswerNext(f.log.reads, Result<LogPiece>(Error{ErrorKind::kRetry, "away"}));
  CHECK(f.log.asked.back() == "take over");
  f.Reopen({{"b", "1"}});
  CHECK(f.Keys() == Words{"b"});  // from the beginning

  Fixture stops;
  stops.slot.Open();
  stops.Commit("x");
  AnswerNext(stops.log.takes, Result<void>(Error{ErrorKind::kStop, "no state"}));
  CHECK(stops.slot.phase() == Phase::kFailed);
  CHECK(stops.slot.error()->message == "no state");
  CHECK(stops.settled == "(x)");
}

TEST_CASE("what waits is committed as one, and moves memory when that has returned") {
  Fixture f;
  f.Open({{"old", "1"}});
  for (const char* name : {"a", "b", "c"}) f.Commit(name);
  CHECK(f.log.asked.back() == "commit a");
  CHECK(f.Keys() == Words{"old"});
  CHECK(f.settled.empty());
  f.Answer(Kind::kCommitted);
  CHECK(f.settled == "a");
  CHECK(f.Keys() == Words{"a", "old"});
  CHECK(f.log.asked.back() == "commit b c");
  f.Answer(Kind::kCommitted);
  CHECK(f.settled == "abc");
  CHECK(f.Keys() == Words{"a", "b", "c", "old"});
}

TEST_CASE("until a commit begins it takes what has become ready") {
  Fixture f;
  f.Open();
  SinkBatch first = Batch("lake");
  SinkBatch more = Batch("lake");
  f.slot.CommitGathering(
      {&first}, {{"a", "1"}},
      [&more] {
        return StateStore::Addition{{&more}, {{"a", "2"}, {"b", "2"}}};
      },
      [&f](const Result<void>& result) { f.settled += result ? "a" : "(a)"; });
  f.Commit("c");
  LogCommit& commit = f.log.commits.back();
  commit.gather(commit);
  CHECK(f.log.asked.back() == "commit a");
  CHECK(commit.batches == std::vector<SinkBatch*>{&first, &more});
  f.Answer(Kind::kCommitted);
  CHECK(f.settled == "ac");
  CHECK(f.log.commits.size() == 1);  // nothing waits any more
  CHECK(f.Keys() == Words{"a", "b", "c"});
  CHECK(f.slot.Scan("a").value()[0].value == "2");
}

TEST_CASE("what was refused of what a commit took is handed back with its own") {
  Fixture f;
  f.Open();
  SinkBatch first = Batch("lake");
  SinkBatch more = Batch("lake");
  more.rejections.push_back({0, "too_large", "long ago"});
  f.slot.CommitGathering(
      {&first}, {{"a", "1"}},
      [&more] {
        return StateStore::Addition{{&more}, {}};
      },
      [&f](const Result<void>& result) { f.settled += result ? "a" : "(a)"; });
  f.Commit("b");
  LogCommit& commit = f.log.commits.back();
  commit.gather(commit);
  more.outcomes[1] = OutcomeKind::kRejected;
  more.rejections.push_back({1, "too_large", ""});
  f.Answer(Kind::kRefused);
  CHECK(f.settled == "(a)");
  CHECK(f.log.asked.back() == "commit b");
  f.Answer(Kind::kCommitted);
  CHECK(f.settled == "(a)b");
}

TEST_CASE("a load sees the commits made before it, and waits for them") {
  Fixture f;
  std::string loaded;
  const auto load = [&](const std::string& name) {
    f.slot.Load({name}, [&loaded, name](const Result<std::vector<StateEntry>>& entries) {
      loaded += name + (entries ? std::to_string(entries->size()) : "!");
    });
  };
  load("a");
  CHECK(loaded.empty());
  f.Open({{"a", "1"}});
  CHECK(loaded == "a1");
  f.Commit("b");
  load("b");
  f.Commit("c");
  CHECK(loaded == "a1");
  f.Answer(Kind::kCommitted);
  CHECK(loaded == "a1b1");
  f.Answer(Kind::kShutOut);
  load("c");
  CHECK(loaded == "a1b1c!");
}

TEST_CASE("a commit that failed comes back, and nothing has moved") {
  Fixture f;
  f.Open();
  f.Commit("a");
  f.Answer(Kind::kFailed);
  CHECK(f.settled == "(a)");
  CHECK(f.Keys().empty());
  f.Commit("a");
  f.Answer(Kind::kCommitted);
  CHECK(f.Keys() == Words{"a"});
}

TEST_CASE("a commit that broke the log comes back, and the log is taken over again") {
  for (const bool theirs : {false, true}) {
    INFO(theirs);
    Fixture f;
    f.Open({{LogContent::kMarkKey, "before"}});
    f.Commit("a");
    f.Answer(Kind::kBroken);
    CHECK(f.settled == "(a)");
    CHECK(f.slot.phase() == Phase::kOpening);
    CHECK(f.log.asked.back() == "take over");
    f.Commit("a");
    CHECK(f.log.commits.size() == 1);
    f.Reopen({{LogContent::kMarkKey, theirs ? "theirs" : "before"}});
    CHECK(f.notes.empty());
    if (theirs) {  // somebody had it in between, and memory is behind
      CHECK(f.slot.phase() == Phase::kLost);
      CHECK(f.settled == "(a)(a)");
    } else {
      CHECK(f.log.asked.back() == "commit a");
      f.Answer(Kind::kCommitted);
      CHECK(f.settled == "(a)a");
      CHECK(f.Keys() == Words{"a"});
    }
  }
}

TEST_CASE("that a tenant was placed there is no entry of the state") {
  Fixture f;
  f.Open({{std::string(LogContent::kPlacedPrefix) + "acme", "slot=0"}, {"a", "1"}});
  CHECK(f.Keys() == Words{"a"});
  CHECK(f.slot.bytes() == 2);
}

TEST_CASE("of a round with a refused record the rest is committed at once") {
  Fixture f;
  f.Open();
  f.Commit("first");
  SinkBatch good = Batch("lake");
  SinkBatch bad = Batch("lake");
  f.Commit("a", {&good});
  f.Commit("b", {&bad});
  f.Answer(Kind::kCommitted);
  CHECK(f.log.asked.back() == "commit a b");
  bad.outcomes[1] = OutcomeKind::kRejected;
  bad.rejections.push_back({1, "too_large", ""});
  f.Answer(Kind::kRefused);
  CHECK(f.settled == "first(b)");
  CHECK(f.log.asked.back() == "commit a");
  CHECK(f.log.commits.back().batches == std::vector<SinkBatch*>{&good});
  f.Answer(Kind::kCommitted);
  CHECK(f.settled == "first(b)a");
}

TEST_CASE("of a commit whose answer was lost the log knows whether it was made") {
  for (const bool made : {true, false}) {
    INFO(made);
    Fixture f;
    f.Open({{LogContent::kMarkKey, "before"}});
    SinkBatch batch = Batch("lake");
    f.Commit("a", {&batch});
    f.Answer(Kind::kUnknown);
    CHECK(f.slot.phase() == Phase::kOpening);
    CHECK(f.settled.empty());
    f.Commit("b");
    const std::string mark = f.log.mark();
    CHECK(f.log.asked.back() == "take over");
    if (made) {
      f.Reopen({{"a", "moved"}, {LogContent::kMarkKey, mark}});
      CHECK(f.settled == "a");
      CHECK(batch.outcomes[0] == OutcomeKind::kDelivered);
      CHECK(f.log.asked.back() == "commit b");
    } else {
      f.Reopen({{LogContent::kMarkKey, "before"}});
      CHECK(f.settled.empty());
      CHECK(batch.outcomes[0] == OutcomeKind::kUndecided);
      CHECK(f.log.asked.back() == "commit a");
      CHECK(f.log.mark() != mark);
      f.Answer(Kind::kCommitted);
      CHECK(f.settled == "a");
    }
    f.Answer(Kind::kCommitted);
    CHECK(f.settled == "ab");
    CHECK(f.Keys() == Words{"a", "b"});
  }
}

TEST_CASE("of a commit whose answer was lost, what was refused is handed back") {
  Fixture f;
  f.Open();
  f.Commit("first");
  const std::string committed = f.log.mark();
  SinkBatch good = Batch("lake");
  SinkBatch bad = Batch("lake");
  f.Commit("a", {&good});
  f.Commit("b", {&bad});
  f.Answer(Kind::kCommitted);
  bad.outcomes[1] = OutcomeKind::kRejected;
  bad.rejections.push_back({1, "too_large", ""});
  f.Answer(Kind::kUnknown);
  f.Reopen({{LogContent::kMarkKey, committed}});
  CHECK(f.settled == "first(b)");
  CHECK(f.log.asked.back() == "commit a");
  CHECK(f.log.commits.back().batches == std::vector<SinkBatch*>{&good});
}

TEST_CASE("what somebody else has committed meanwhile ends it") {
  Fixture f;
  f.Open({{LogContent::kMarkKey, "before"}});
  f.Commit("a");
  f.Answer(Kind::kUnknown);
  f.Reopen({{"a", "theirs"}, {LogContent::kMarkKey, "theirs"}});
  CHECK(f.slot.phase() == Phase::kLost);
  CHECK(f.settled == "(a)");
}

TEST_CASE("who was shut out does not take over again") {
  Fixture f;
  f.Open();
  f.Commit("a");
  f.Commit("b");
  const std::size_t asked = f.log.asked.size();
  f.Answer(Kind::kShutOut);
  CHECK(f.log.asked.size() == asked);
  CHECK(f.slot.phase() == Phase::kLost);
  CHECK(f.slot.error()->kind == ErrorKind::kStop);
  CHECK(f.settled == "(a)(b)");
  f.Commit("c");
  CHECK(f.settled == "(a)(b)(c)");
  CHECK_FALSE(f.slot.Scan(""));
  CHECK(f.phases == std::vector{Phase::kOwned, Phase::kLost});
}

TEST_CASE("a slot takes what its log takes") {
  Fixture f;
  CHECK(f.slot.Takes(Batch("lake")));
  CHECK_FALSE(f.slot.Takes(Batch("siem")));
}

}  // namespace
}  // namespace nsf
