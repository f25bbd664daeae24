// SPDX-License-Identifier: Apache-2.0
// Jobs: what a command asks of the process that owns the state, left in the state itself, and how
// far it is. Both are readable text, so that a job outlives a restart of its owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/clock.h"
#include "ports/result.h"
#include "ports/state_store.h"

namespace nsf {

enum class JobKind : std::uint8_t { kReplay, kReconcile, kDeadLetterReplay, kStateReset };

// "replay", "reconcile", "dead-letter-replay", "state-reset".
std::string_view JobKindName(JobKind kind);

// In the place of a tenant or a stream: all of them. No name can be spelled like that.
inline constexpr std::string_view kEveryName = "*";

struct Job {
  std::string id;  // sorts by the time of creation: "20260301T090000Z-5f1c"
  JobKind kind = JobKind::kReplay;
  std::string tenant;  // or kEveryName
  std::string stream;  // or kEveryName
  // Replay and reconcile: the range, [from, to). State reset: `to` is where the stream begins
  // again; absent: at its `start`.
  std::optional<WallSeconds> from;
  std::optional<WallSeconds> to;
  std::string sink;      // empty: all
  bool dry_run = false;  // count what would be sent, send nothing
  bool mend = false;     // reconcile: deliver what is missing
  WallSeconds created;

  friend bool operator==(const Job&, const Job&) = default;
};

enum class JobState : std::uint8_t { kWaiting, kRunning, kDone, kFailed, kCancelled };

// "waiting", "running", "done", "failed", "cancelled".
std::string_view JobStateName(JobState state);

// A window that the tenant shows more of than was delivered.
struct JobHole {
  WallSeconds start;
  WallSeconds end;
  std::uint64_t missing = 0;  // events

  friend bool operator==(const JobHole&, const JobHole&) = default;
};

struct JobProgress {
  JobState state = JobState::kWaiting;
  // How far the job is, in its own measure, so that a restart goes on from there: epoch seconds of
  // a walk, bytes of a file.
  std::int64_t position = 0;
  std::int64_t end = 0;              // the position at which it is done; 0: not known yet
  std::uint64_t rows = 0;            // looked at
  std::uint64_t delivered = 0;       // acknowledged by their sinks
  std::uint64_t missing = 0;         // not delivered, though they should be
  std::uint64_t whole = 0;           // windows
  std::uint64_t no_longer_held = 0;  // windows that the tenant does not keep any more
  std::vector<JobHole> holes;
  std::string message;  // for people: why it waits or failed, what to know of its end; one line

  bool ended() const { return state != JobState::kWaiting && state != JobState::kRunning; }

  friend bool operator==(const JobProgress&, const JobProgress&) = default;
};

// "job/<tenant>/<stream>/<id>", and what is kept beside it. All jobs begin with kJobPrefix: of the
// whole state this is all that is written by others than the owner.
inline constexpr std::string_view kJobPrefix = "job/";
std::string JobKey(const Job& job);
std::string JobProgressKey(const Job& job);
// Its presence asks the owner to stop the job.
std::string JobCancelKey(const Job& job);

std::string EncodeJob(const Job& job);
std::string EncodeJobProgress(const JobProgress& progress);
// Fails with kStop for a newer version and for damage. The job's names are those of its key.
Result<Job> DecodeJob(std::string_view key, std::string_view text);
Result<JobProgress> DecodeJobProgress(std::string_view text);

// A job as the state has it.
struct KnownJob {
  Job job;
  JobProgress progress;    // waiting, until the owner has taken it up
  bool cancelled = false;  // asked to be
};

// All jobs among `entries` (those of kJobPrefix, by key), in the order of their ids.
Result<std::vector<KnownJob>> ReadJobs(const std::vector<StateEntry>& entries);

}  // namespace nsf
