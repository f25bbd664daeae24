// SPDX-License-Identifier: Apache-2.0
// Keeps the picture of one tenant's users fresh: walks /Users, then /Groups, on a token and a
// budget of its own, shows the picture and keeps it in the state. A value that steps, as a stream
// is; no stream ever waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/answer/budget.h"
#include "core/answer/verdict.h"
#include "core/identity/directory.h"
#include "core/identity/picture_builder.h"
#include "core/identity/scim_walk.h"
#include "pipeline/notice.h"
#include "ports/http_client.h"
#include "ports/random.h"
#include "ports/state_store.h"
#include "ports/telemetry.h"

namespace nsf {

struct IdentitySettings {
  std::string tenant;
  std::string token_reference;  // how messages name the token
  std::chrono::seconds refresh{3600};
  IdentityFields fields;
  std::chrono::milliseconds timeout{180'000};
  std::size_t max_page_bytes = std::size_t{32} * 1024 * 1024;
};

// What has completed since the last step.
struct IdentityCompletions {
  std::optional<HttpAnswer> answer;
  std::optional<Result<void>> committed;
};

// What the caller is to do. One request and one commit are under way at a time.
struct IdentityOutput {
  std::optional<HttpRequest> request;
  std::vector<StateChange> commit;               // empty: nothing is to be committed
  MonotonicTime wake_at = MonotonicTime::max();  // step again then, if nothing completes before
  std::vector<Notice> notices;
};

class IdentityRefresh {
 public:
  // Shows what `state` has kept, at once. `budget` and `random` outlive the object. Blocks for
  // reading. Fails as the state does; a picture that is damaged is no failure: it is taken anew.
  static Result<std::unique_ptr<IdentityRefresh>> Create(const IdentitySettings& settings,
                                                         const StateReader& state, Budget& budget,
                                                         Random& random);

  IdentityOutput Step(const Now& now, IdentityCompletions completions);

  // There is no picture that is fresh, and one is to be expected: the tenant does not refuse, and
  // has not failed for a minute.
  bool IsAwaited(const Now& now) const;
  // The picture is not in the state yet, and on its way there.
  bool IsKeeping() const { return picture_ && !(is_kept_ && unsaved_.empty()) && !keeping_failed_; }

  // From now on nothing new is started.
  void Drain() { draining_ = true; }

  std::shared_ptr<const Directory> directory() const { return directory_; }
  const IdentitySettings& settings() const { return settings_; }
  const IdentitySnapshot& snapshot() const { return snapshot_; }

 private:
  // One walk over both lists.
  struct Walking {
    explicit Walking(const IdentityFields& fields) : builder(fields) {}
    ScimWalk users;
    ScimWalk groups;
    bool users_done = false;
    PictureBuilder builder;
    WallSeconds began{};
  };

  IdentityRefresh(const IdentitySettings& settings, Budget& budget, Random& random);

  void OnAnswer(const Now& now, HttpAnswer answer, IdentityOutput* out);
  void OnPage(const Now& now, const ScimPage& page, IdentityOutput* out);
  void OnThrottled(const Now& now, const HttpAnswer& answer);
  void OnRetry(const Now& now, const std::string& message, IdentityOutput* out);
  void OnBlocked(const Now& now, std::string_view reason, const std::string& message,
                 IdentityOutput* out);
  // The list cannot be walked to its end: the picture before stays.
  void GiveUp(const Now& now, std::string_view reason, const std::string& message,
              IdentityOutput* out);
  void EndWalk(const Now& now, IdentityOutput* out);
  void Show(std::shared_ptr<const Picture> picture);
  void StartCommit(const Now& now, IdentityOutput* out);
  void StartRequest(const Now& now, IdentityOutput* out);
  ScimWalk& list() { return walking_->users_done ? walking_->groups : walking_->users; }
  const char* path() const {
    return walking_ && walking_->users_done ? kScimGroupsPath : kScimUsersPath;
  }

  const IdentitySettings settings_;
  Budget& budget_;
  Random& random_;
  std::shared_ptr<Directory> directory_;
  std::shared_ptr<const Picture> picture_;
  std::optional<Walking> walking_;
  bool asking_ = false;
  int walks_again_ = 0;             // in a row, because the one before moved
  MonotonicTime ask_at_{};          // not before
  std::optional<WallTime> due_at_;  // the next walk begins; absent: at once
  int failures_ = 0;                // in a row
  MonotonicTime failing_since_{};   // where there are any
  int throttles_ = 0;               // in a row
  bool token_retried_ = false;
  std::set<std::string> kept_;                    // keys of blocks in the state
  std::deque<std::vector<StateChange>> unsaved_;  // commits that are to be made, in order
  bool is_kept_ = true;                           // the picture is, or is among `unsaved_`
  bool committing_ = false;
  bool keeping_failed_ = false;  // the last commit did
  MonotonicTime commit_at_{};    // not before
  std::string damage_;           // of what was kept: to be told
  bool draining_ = false;
  IdentitySnapshot snapshot_;
};

}  // namespace nsf
