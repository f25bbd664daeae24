// SPDX-License-Identifier: Apache-2.0
// Walking, showing, keeping.
#include "pipeline/identity/identity_refresh.h"

#include <algorithm>
#include <utility>

#include "core/answer/backoff.h"
#include "core/answer/rate_headers.h"
#include "core/answer/status_label.h"
#include "core/event/envelope.h"
#include "core/identity/picture_state.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kProbePause{60};
constexpr std::chrono::seconds kCommitPause{5};
constexpr std::chrono::minutes kPatience{1};
// A list that moves at every walk is taken as it is in the end.
constexpr int kMostWalksAgain = 2;

}  // namespace

IdentityRefresh::IdentityRefresh(const IdentitySettings& settings, Budget& budget, Random& random)
    : settings_(settings),
      budget_(budget),
      random_(random),
      directory_(std::make_shared<Directory>(settings.refresh)) {}

Result<std::unique_ptr<IdentityRefresh>> IdentityRefresh::Create(const IdentitySettings& settings,
                                                                 const StateReader& state,
                                                                 Budget& budget, Random& random) {
  auto stored = LoadPicture(settings.tenant, state);
  if (!stored) return stored.error();
  std::unique_ptr<IdentityRefresh> refresh(new IdentityRefresh(settings, budget, random));
  refresh->kept_ = std::move(stored->keys);
  refresh->damage_ = std::move(stored->damage);
  if (stored->picture) {
    refresh->due_at_ = stored->picture->facts().taken + settings.refresh;
    refresh->Show(std::move(stored->picture));
  }
  return refresh;
}

void IdentityRefresh::Show(std::shared_ptr<const Picture> picture) {
  picture_ = std::move(picture);
  directory_->Show(picture_);
  snapshot_.taken = picture_->facts().taken;
  snapshot_.fresh_until = directory_->FreshUntil();
  snapshot_.whole = picture_->facts().whole;
  snapshot_.users = picture_->users();
  snapshot_.groups = picture_->groups();
  snapshot_.bytes = picture_->bytes();
}

bool IdentityRefresh::IsAwaited(const Now& now) const {
  if (picture_ && !directory_->IsStale(now.wall)) return false;
  if (!snapshot_.blocked_reason.empty()) return false;
  return failures_ == 0 || now.monotonic - failing_since_ < kPatience;
}

IdentityOutput IdentityRefresh::Step(const Now& now, IdentityCompletions completions) {
  IdentityOutput out;
  if (!damage_.empty()) {
    out.notices.push_back(
        {Notice::Level::kWarning, std::exchange(damage_, {}) + "; identities are asked for anew"});
  }
  if (completions.committed) {
    committing_ = false;
    keeping_failed_ = !*completions.committed;
    if (*completions.committed) {
      unsaved_.pop_front();
    } else {
      commit_at_ = now.monotonic + kCommitPause;
      out.notices.push_back({Notice::Level::kWarning, "identities are not kept in the state: " +
                                                          completions.committed->error().message +
                                                          "; trying again"});
    }
  }
  if (completions.answer) OnAnswer(now, *std::move(completions.answer), &out);
  if (draining_) return out;
  StartCommit(now, &out);
  StartRequest(now, &out);
  return out;
}

void IdentityRefresh::OnAnswer(const Now& now, HttpAnswer answer, IdentityOutput* out) {
  asking_ = false;
  ++snapshot_.requests[StatusLabel(answer)];
  const RateHeaders stated = ReadRateHeaders(answer, DateOf(answer));
  if (stated.remaining) budget_.OnStated(now.monotonic, stated.remaining, stated.wait);
  if (!walking_) return;
  if (answer.failure == HttpFailure::kNone && answer.status == 200) {
    const ScimPage page = walking_->users_done ? ParseScimGroups(std::move(answer.body))
                                               : ParseScimUsers(std::move(answer.body));
    switch (page.status) {
      case ScimPageStatus::kList:
        return OnPage(now, page, out);
      case ScimPageStatus::kNoList:
        return OnRetry(now, "the tenant answered 200 with no list: \"" + page.message + '"', out);
      case ScimPageStatus::kMalformed:
        return OnRetry(now, "the list cannot be parsed: " + page.message, out);
    }
  }
  if (answer.failure == HttpFailure::kNone && answer.status == 204) {
    return OnRetry(now, "204: the tenant answered with nothing", out);
  }
  const Verdict verdict =
      Judge(answer, nullptr, {path(), settings_.token_reference, 0, /*is_scim=*/true});
  switch (verdict.action) {
    case Action::kAccept:
    case Action::kRetry:
      return OnRetry(now, verdict.message, out);
    case Action::kThrottled:
      return OnThrottled(now, answer);
    case Action::kShrinkPage:
      if (list().Shrink()) return;
      return OnBlocked(now, "refused",
                       "one resource alone is larger than max_page_bytes: raise "
                       "tenants[].max_page_bytes",
                       out);
    case Action::kBlocked:
      // The token is read anew for each request: perhaps it has just been rotated.
      if (verdict.reason == "unauthorized" && !std::exchange(token_retried_, true)) return;
      return OnBlocked(now, verdict.reason, verdict.message, out);
  }
}

void IdentityRefresh::OnPage(const Now& now, const ScimPage& page, IdentityOutput* out) {
  if (!snapshot_.up.value_or(true)) {
    out->notices.push_back({Notice::Level::kInfo, "identities: the tenant answers again"});
  }
  failures_ = throttles_ = 0;
  token_retried_ = false;
  snapshot_.up = true;
  snapshot_.blocked_reason.clear();
  snapshot_.last_error.clear();
  for (const ScimUser& user : page.users) walking_->builder.AddUser(user);
  for (const ScimGroup& group : page.groups) walking_->builder.AddGroup(group);
  const ScimWalk::Step step = list().Take(page.received, page.total, page.first);
  if (step == ScimWalk::Step::kTooMany || walking_->builder.full()) {
    return GiveUp(now, "too_many",
                  "the tenant states or shows more than is taken (" +
                      std::to_string(kMostResources) + " users, or 64 MiB of them)",
                  out);
  }
  if (step == ScimWalk::Step::kStuck) {
    return GiveUp(now, "paging", "the tenant shows the same page for another startIndex", out);
  }
  if (step == ScimWalk::Step::kMore) return;
  if (walking_->users_done) return EndWalk(now, out);
  walking_->users_done = true;
}

void IdentityRefresh::OnThrottled(const Now& now, const HttpAnswer& answer) {
  const auto stated = ReadRateHeaders(answer, DateOf(answer)).wait;
  budget_.OnThrottled(now.monotonic,
                      stated.value_or(BackoffDelay(throttles_, kThrottleBackoff, random_)));
  ++throttles_;
}

void IdentityRefresh::OnRetry(const Now& now, const std::string& message, IdentityOutput* out) {
  if (failures_ == 0) failing_since_ = now.monotonic;
  ask_at_ = now.monotonic + BackoffDelay(failures_++, kFailureBackoff, random_);
  if (snapshot_.last_error != message) {
    out->notices.push_back(
        {Notice::Level::kWarning, "identities: " + message + "; trying again, events go on"});
  }
  snapshot_.up = false;
  snapshot_.blocked_reason.clear();
  snapshot_.last_error = message;
}

void IdentityRefresh::OnBlocked(const Now& now, std::string_view reason, const std::string& message,
                                IdentityOutput* out) {
  ask_at_ = now.monotonic + std::min<std::chrono::nanoseconds>(settings_.refresh, kProbePause);
  if (snapshot_.last_error != message) {
    out->notices.push_back(
        {Notice::Level::kError, "identities: " + message + "; events go on without"});
  }
  snapshot_.up = false;
  snapshot_.blocked_reason = reason;
  snapshot_.last_error = message;
}

void IdentityRefresh::GiveUp(const Now& now, std::string_view reason, const std::string& message,
                             IdentityOutput* out) {
  ++snapshot_.walks["failed"];
  walking_.reset();
  walks_again_ = 0;
  due_at_ = now.wall + settings_.refresh;
  OnBlocked(now, reason, message, out);
}

void IdentityRefresh::EndWalk(const Now& now, IdentityOutput* out) {
  const bool moved = walking_->users.moved() || walking_->groups.moved();
  const auto took = std::chrono::ceil<std::chrono::seconds>(now.wall - walking_->began);
  auto outcome = walking_->builder.Finish({walking_->began, std::max(took, took.zero()), !moved},
                                          walking_->users.total().value_or(0), picture_.get());
  const bool whole = outcome.picture->facts().whole;
  const WallSeconds began = walking_->began;
  walking_.reset();
  ++snapshot_.walks[whole ? "whole" : "moved"];
  if (!whole && walks_again_++ < kMostWalksAgain) {
    due_at_.reset();
    return;
  }
  if (!whole) {
    out->notices.push_back(
        {Notice::Level::kWarning,
         "identities: the list of users moved at each walk, or was empty; some may be missing"});
  }
  walks_again_ = 0;
  due_at_ = began + settings_.refresh;
  Show(std::move(outcome.picture));
  is_kept_ = false;
}

void IdentityRefresh::StartCommit(const Now& now, IdentityOutput* out) {
  if (committing_) return;
  // Not before the picture before is kept: what is in the state is known then.
  if (unsaved_.empty() && !is_kept_) {
    for (auto& commit : SavePicture(settings_.tenant, *picture_, &kept_)) {
      unsaved_.push_back(std::move(commit));
    }
    is_kept_ = true;
  }
  if (unsaved_.empty()) return;
  if (now.monotonic < commit_at_) {
    out->wake_at = std::min(out->wake_at, commit_at_);
    return;
  }
  out->commit = unsaved_.front();
  committing_ = true;
}

void IdentityRefresh::StartRequest(const Now& now, IdentityOutput* out) {
  if (asking_) return;
  const auto wake = [out](MonotonicTime at) { out->wake_at = std::min(out->wake_at, at); };
  if (now.monotonic < ask_at_) return wake(ask_at_);
  // A clock that was set back does not make the next walk later than it could be.
  if (!walking_ && due_at_ && now.wall < *due_at_ && *due_at_ <= now.wall + settings_.refresh) {
    return wake(now.monotonic +
                std::chrono::duration_cast<MonotonicTime::duration>(*due_at_ - now.wall));
  }
  if (const auto later = budget_.Attempt(now.monotonic, this)) return wake(*later);
  if (!walking_) {
    walking_.emplace(settings_.fields);
    walking_->began = std::chrono::floor<std::chrono::seconds>(now.wall);
  }
  HttpRequest request;
  request.target = std::string(path()) + "?startIndex=" + std::to_string(list().start_index()) +
                   "&count=" + std::to_string(list().count());
  // Users tell their groups; members of a large group would be a large answer for nothing.
  if (walking_->users_done) request.target += "&excludedAttributes=members";
  request.timeout = settings_.timeout;
  request.max_body_bytes = settings_.max_page_bytes;
  out->request = std::move(request);
  asking_ = true;
}

}  // namespace nsf
