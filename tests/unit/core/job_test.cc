// SPDX-License-Identifier: Apache-2.0
// Jobs and their progress as text, and as the state holds them.
#include "core/state/job.h"

#include <catch2/catch.hpp>

namespace nsf {
namespace {

WallSeconds Second(std::int64_t s) { return WallSeconds(std::chrono::seconds(s)); }

Job Sample() {
  Job job;
  job.id = "20260301T090000Z-5f1c";
  job.kind = JobKind::kReconcile;
  job.tenant = "acme";
  job.stream = "audit";
  job.from = Second(1'700'000'000);
  job.to = Second(1'700'003'600);
  job.sink = "lake";
  job.mend = true;
  job.created = Second(1'772'355'600);
  return job;
}

JobProgress Half() {
  JobProgress progress;
  progress.state = JobState::kRunning;
  progress.position = 1'700'001'800;
  progress.end = 1'700'003'600;
  progress.rows = 500;
  progress.delivered = 2;
  progress.missing = 2;
  progress.whole = 5;
  progress.no_longer_held = 1;
  progress.holes = {{Second(1'700'000'300), Second(1'700'000'600), 2}};
  progress.message = "the budget is used up by live streams";
  return progress;
}

TEST_CASE("a job survives its text") {
  const Job job = Sample();
  CHECK(JobKey(job) == "job/acme/audit/20260301T090000Z-5f1c");
  CHECK(EncodeJob(job) ==
        "job/1 from=1700000000 to=1700003600 dry_run=0 mend=1 created=1772355600\n"
        "kind reconcile\nsink lake");
  CHECK(DecodeJob(JobKey(job), EncodeJob(job)).value() == job);
  for (const JobKind kind :
       {JobKind::kReplay, JobKind::kReconcile, JobKind::kDeadLetterReplay, JobKind::kStateReset}) {
    Job other;
    other.id = "1";
    other.kind = kind;
    other.tenant = kEveryName;
    other.stream = kEveryName;
    other.dry_run = true;
    CHECK(DecodeJob(JobKey(other), EncodeJob(other)).value() == other);
  }
}

TEST_CASE("progress survives its text") {
  CHECK(EncodeJobProgress(Half()) ==
        "progress/1 position=1700001800 end=1700003600 rows=500 delivered=2 missing=2 whole=5 "
        "no_longer_held=1\nstate running\nhole 1700000300 1700000600 2\n"
        "message the budget is used up by live streams");
  CHECK(DecodeJobProgress(EncodeJobProgress(Half())).value() == Half());
  for (const JobState state : {JobState::kWaiting, JobState::kRunning, JobState::kDone,
                               JobState::kFailed, JobState::kCancelled}) {
    JobProgress progress;
    progress.state = state;
    CHECK(DecodeJobProgress(EncodeJobProgress(progress)).value() == progress);
    CHECK(progress.ended() == (state != JobState::kWaiting && state != JobState::kRunning));
  }
  JobProgress lines;
  lines.message = "two\nlines";
  CHECK(DecodeJobProgress(EncodeJobProgress(lines)).value().message == "two lines");
}

TEST_CASE("what cannot be trusted is refused, with the next step") {
  const std::string key = JobKey(Sample());
  const std::string job = EncodeJob(Sample());
  const std::string progress = EncodeJobProgress(Half());
  const auto with = [](std::string text, std::string_view before, std::string_view after) {
    return text.replace(text.find(before), before.size(), after);
  };
  for (const std::string& bad :
       {std::string(), with(job, "job/1", "job/0"), with(job, "mend=1", "mend=2"),
        with(job, "kind reconcile", "kind mend"), with(job, "sink", "sunk"), job + "\n",
        with(job, "created=1", "created=+1"), job + "\nsink siem"}) {
    const auto decoded = DecodeJob(key, bad);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind == ErrorKind::kStop);
  }
  for (const char* bad : {"", "job/", "job/acme/audit/", "job/acme/audit", "job//audit/1",
                          "job/a/b/c/d", "stream/acme/audit/1"}) {
    CHECK_FALSE(DecodeJob(bad, job));
  }
  for (const std::string& bad :
       {std::string(), with(progress, "state running", "state walking"),
        with(progress, "rows=500", "rows=-5"), with(progress, "hole 1", "hole x"),
        with(progress, "600 2", "600"), progress + "\nwhat"}) {
    CHECK_FALSE(DecodeJobProgress(bad));
  }
  CHECK(DecodeJob(key, with(job, "job/1", "job/2")).error().message.find("newer version") !=
        std::string::npos);
}

TEST_CASE("jobs are read with what stands beside them, oldest first") {
  Job first = Sample();
  first.id = "1";
  first.tenant = "zeta";
  Job second = Sample();
  second.id = "2";
  const std::vector<StateEntry> entries = {{JobKey(second), EncodeJob(second)},
                                           {JobCancelKey(second), ""},
                                           {JobKey(first), EncodeJob(first)},
                                           {JobProgressKey(first), EncodeJobProgress(Half())}};
  const auto jobs = ReadJobs(entries);
  REQUIRE(jobs);
  REQUIRE(jobs->size() == 2);
  CHECK(jobs->at(0).job == first);
  CHECK(jobs->at(0).progress == Half());
  CHECK_FALSE(jobs->at(0).cancelled);
  CHECK(jobs->at(1).job == second);
  CHECK(jobs->at(1).progress == JobProgress());
  CHECK(jobs->at(1).cancelled);
  CHECK(ReadJobs({{"job/acme/audit/1", "nonsense"}}).error().message.find("job/acme/audit/1") == 0);
}

}  // namespace
}  // namespace nsf
