// SPDX-License-Identifier: Apache-2.0
// Looking people up.
#include "core/identity/directory.h"

#include "core/format/event_parts.h"

namespace nsf {

WallSeconds Directory::FreshUntil() const {
  return picture_->facts().taken + 2 * refresh_ + picture_->facts().took;
}

KnownPerson Directory::Find(std::string_view name, std::string_view other, bool is_stale) const {
  KnownPerson person;
  if (!picture_) return person;
  person.status = IdentityStatus::kMissing;
  for (const std::string_view candidate : {name, other}) {
    if (candidate.empty() || candidate.size() > kMostIdentityName) continue;
    FoldUserName(candidate, &folded_);
    if (!picture_->Find(folded_, &person.identity)) continue;
    person.status = is_stale ? IdentityStatus::kStale : IdentityStatus::kFound;
    return person;
  }
  return person;
}

const Enrichment& Directory::Look(const AuditEvent& event, WallTime now) const {
  const bool is_stale = IsStale(now);
  found_ = {};
  if (picture_) found_.taken = picture_->facts().taken;
  const std::string_view actor = ActorName(event);
  if (!actor.empty()) found_.actor = Find(actor, event.normalized_user, is_stale);
  const std::string_view subject = SubjectName(event);
  if (!subject.empty()) found_.subject = Find(subject, {}, is_stale);
  return found_;
}

}  // namespace nsf
