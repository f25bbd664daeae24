// SPDX-License-Identifier: Apache-2.0
// A reset replaces a stream's entries while nothing of the stream is under way.
#include "app/jobs/reset_work.h"

#include <catch2/catch.hpp>

#include "core/state/cursor.h"
#include "core/state/keys.h"
#include "unit/jobs/fake_store.h"

namespace nsf::test {
namespace {

struct Fixture {
  Fixture() {
    job.id = "1";
    job.kind = JobKind::kStateReset;
    job.tenant = "acme";
    job.stream = "audit";
    store.content = {{CursorKey("acme", "audit"), "old"},
                     {IdsPrefix("acme", "audit") + "x", "ids"},
                     {CursorKey("acme", "auditor"), "other"},
                     {JobKey(job), EncodeJob(job)}};
  }

  std::unique_ptr<JobWork> Make() {
    return MakeResetWork(job, store, calls,
                         {[this] { ++parks; }, [this] { return parked; }, [this] { ++renewals; }});
  }
  void Step(JobWork& work) {
    now.monotonic += std::chrono::seconds(1);
    work.Step(now);
    store.Report();
    calls.RunAll();
  }
  JobProgress progress() {
    return DecodeJobProgress(store.content.at(JobProgressKey(job))).value();
  }

  FakeStore store;
  LoopCalls calls{[] {}};
  Job job;
  Now now{};
  bool parked = true;
  int parks = 0;
  int renewals = 0;
};

TEST_CASE_METHOD(Fixture, "the entries of the stream go, and no others; it begins at its start") {
  const auto work = Make();
  Step(*work);
  CHECK(work->ended());
  CHECK(renewals == 1);
  CHECK_FALSE(store.content.contains(CursorKey("acme", "audit")));
  CHECK(store.content.at(CursorKey("acme", "auditor")) == "other");
  CHECK(store.content.size() == 3);
  CHECK(progress().state == JobState::kDone);
  CHECK(progress().rows == 2);
  Step(*work);
  CHECK(renewals == 1);
}

TEST_CASE_METHOD(Fixture, "or it begins where it was told to") {
  job.to = WallSeconds(std::chrono::seconds(1'760'000'000));
  const auto work = Make();
  Step(*work);
  const auto cursor = DecodeCursor(store.content.at(CursorKey("acme", "audit")));
  REQUIRE(cursor);
  CHECK(cursor->first_start == *job.to);
  CHECK(cursor->open == *job.to);
  CHECK_FALSE(cursor->closing());
}

TEST_CASE_METHOD(Fixture, "it waits for what is under way, and for a store that fails") {
  parked = false;
  const auto work = Make();
  CHECK(parks == 1);
  Step(*work);
  CHECK(store.content.at(CursorKey("acme", "audit")) == "old");
  parked = true;
  store.failing = true;
  Step(*work);
  CHECK_FALSE(work->ended());
  CHECK(renewals == 0);
  store.failing = false;
  Step(*work);
  Step(*work);
  CHECK(work->ended());
  CHECK(renewals == 1);
}

TEST_CASE_METHOD(Fixture, "cancelled, it changes nothing, and the stream goes on") {
  const auto work = Make();
  work->Cancel();
  Step(*work);
  CHECK(work->ended());
  CHECK(renewals == 1);
  CHECK(store.content.at(CursorKey("acme", "audit")) == "old");
  CHECK(progress().state == JobState::kCancelled);
}

}  // namespace
}  // namespace nsf::test
