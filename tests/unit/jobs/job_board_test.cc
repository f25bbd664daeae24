// SPDX-License-Identifier: Apache-2.0
// Jobs are found, done one after the other, and never twice.
#include "app/jobs/job_board.h"

#include <catch2/catch.hpp>

#include "unit/jobs/fake_store.h"

namespace nsf::test {
namespace {

Job JobOf(const std::string& id) {
  Job job;
  job.id = id;
  job.kind = JobKind::kReplay;
  job.tenant = "acme";
  job.stream = "audit";
  return job;
}

// What the test does with the works that the board has begun.
struct Works {
  std::vector<std::string> begun;
  int steps = 0;  // that were not told to end early
  bool cancelled = false;
  bool end = false;  // the one under way, at its next step
};

class FakeWork : public JobWork {
 public:
  FakeWork(Job job, Works& works, FakeStore& store)
      : job_(std::move(job)), works_(works), store_(store) {}
  void Step(const Now&) override {
    if (!works_.cancelled) ++works_.steps;
    if (!std::exchange(works_.end, false)) return;
    JobProgress progress;
    progress.state = works_.cancelled ? JobState::kCancelled : JobState::kDone;
    store_.content[JobProgressKey(job_)] = EncodeJobProgress(progress);
    ended_ = true;
  }
  void Cancel() override { works_.cancelled = true; }
  bool ended() const override { return ended_; }

 private:
  const Job job_;
  Works& works_;
  FakeStore& store_;
  bool ended_ = false;
};

struct Fixture {
  FakeStore store;
  LoopCalls calls{[] {}};
  Log log{[] {
    LogConfig config;
    config.level = LogLevel::kError;
    return config;
  }()};
  Works works;
  std::string refusal;  // of every job
  JobBoard board{store, calls, log,
                 [this](const Job& job, const JobProgress&) -> Result<std::unique_ptr<JobWork>> {
                   if (!refusal.empty()) return Error{ErrorKind::kStop, refusal};
                   works.begun.push_back(job.id);
                   return std::unique_ptr<JobWork>(std::make_unique<FakeWork>(job, works, store));
                 }};
  Now now{};

  void Put(const Job& job) { store.content[JobKey(job)] = EncodeJob(job); }
  JobProgress ProgressOf(const Job& job) {
    return DecodeJobProgress(store.content.at(JobProgressKey(job))).value();
  }
  // Two seconds pass: the board looks, and is told what it sees.
  void Round() {
    now.monotonic += std::chrono::seconds(2);
    now.wall += std::chrono::seconds(2);
    board.Step(now);
    store.Report();
    board.Step(now);
  }
};

TEST_CASE_METHOD(Fixture, "jobs of a stream are done in the order of their ids, one at a time") {
  Put(JobOf("2"));
  Put(JobOf("1"));
  Round();
  CHECK(works.begun == std::vector<std::string>{"1"});
  Round();
  CHECK(works.begun.size() == 1);
  CHECK_FALSE(board.HaveEnded({JobOf("1")}));
  works.end = true;
  Round();
  Round();
  CHECK(works.begun == std::vector<std::string>{"1", "2"});
  CHECK(board.HaveEnded({JobOf("1")}));
  CHECK_FALSE(board.HaveEnded({JobOf("1"), JobOf("2")}));
  works.end = true;
  Round();
  Round();
  CHECK(board.HaveEnded({JobOf("1"), JobOf("2")}));
  Round();
  CHECK(works.begun.size() == 2);
}

TEST_CASE_METHOD(Fixture,
                 "jobs of two streams are done side by side, those of the dead letter not") {
  Put(JobOf("1"));
  Job other = JobOf("2");
  other.tenant = "other";
  Put(other);
  Job dead = JobOf("3");
  dead.kind = JobKind::kDeadLetterReplay;
  Put(dead);
  Job every = dead;
  every.id = "4";
  every.tenant = kEveryName;
  Put(every);
  Round();
  CHECK(works.begun == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE_METHOD(Fixture, "what was read before a job ended does not begin it again") {
  Put(JobOf("1"));
  Round();
  now.monotonic += std::chrono::seconds(2);
  board.Step(now);  // looks; the answer is on its way
  works.end = true;
  board.Step(now);  // the job ends
  store.Report();
  board.Step(now);  // the old answer arrives
  Round();
  CHECK(works.begun == std::vector<std::string>{"1"});
}

TEST_CASE_METHOD(Fixture, "a job that cannot be begun has failed, and says why") {
  refusal = "a version that cannot replay";
  Put(JobOf("1"));
  Round();
  CHECK(ProgressOf(JobOf("1")).state == JobState::kFailed);
  CHECK(ProgressOf(JobOf("1")).message == refusal);
  Round();
  CHECK(board.HaveEnded({JobOf("1")}));
}

TEST_CASE_METHOD(Fixture, "a job is cancelled by its work, whether it has begun or not") {
  const bool begun = GENERATE(true, false);
  Put(JobOf("1"));
  if (begun) Round();
  store.content[JobCancelKey(JobOf("1"))] = "";
  Round();
  Round();
  CHECK(works.cancelled);
  CHECK(works.begun.size() == 1);
  if (!begun) CHECK(works.steps == 0);
}

TEST_CASE_METHOD(Fixture, "what ended a week ago is dropped, what waits is not") {
  Put(JobOf("1"));
  Put(JobOf("2"));
  JobProgress done;
  done.state = JobState::kDone;
  store.content[JobProgressKey(JobOf("1"))] = EncodeJobProgress(done);
  store.content[JobProgressKey(JobOf("2"))] = EncodeJobProgress(done);
  Job fresh = JobOf("2");
  fresh.created = WallSeconds(std::chrono::hours(24));
  Put(fresh);
  now.wall = WallTime(std::chrono::hours(7 * 24 + 1));
  Round();
  CHECK(store.content.size() == 2);
  CHECK(store.content.contains(JobKey(fresh)));
}

TEST_CASE_METHOD(Fixture, "jobs that cannot be read stop nothing") {
  store.content["job/acme/audit/1"] = "nonsense";
  Round();
  CHECK(board.jobs().empty());
  store.content.clear();
  Put(JobOf("2"));
  Round();
  CHECK(works.begun == std::vector<std::string>{"2"});
}

}  // namespace
}  // namespace nsf::test
