// SPDX-License-Identifier: Apache-2.0
// Who the people of an event are, by the picture there is at the moment. Whoever refreshes pictures
// puts them here; streams look.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/event/audit_event.h"
#include "core/identity/picture.h"

namespace nsf {

// Longer names are nobody's.
inline constexpr std::size_t kMostIdentityName = 256;

// Used by one thread.
class Directory {
 public:
  // A picture is stale when it is older than twice `refresh` and what its walk took.
  explicit Directory(std::chrono::seconds refresh) : refresh_(refresh) {}

  void Show(std::shared_ptr<const Picture> picture) { picture_ = std::move(picture); }
  // Null: none was taken yet.
  const Picture* picture() const { return picture_.get(); }
  bool IsStale(WallTime now) const { return picture_ && now > FreshUntil(); }
  // Of the picture, which there is.
  WallSeconds FreshUntil() const;

  // What is known of `event`, which is classified and not redacted. Valid until the next call or
  // the next Show().
  const Enrichment& Look(const AuditEvent& event, WallTime now) const;

 private:
  // By each of the names, the first that is found.
  KnownPerson Find(std::string_view name, std::string_view other, bool is_stale) const;

  const std::chrono::seconds refresh_;
  std::shared_ptr<const Picture> picture_;
  mutable Enrichment found_;
  mutable std::string folded_;
};

}  // namespace nsf
