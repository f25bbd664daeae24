// SPDX-License-Identifier: Apache-2.0
// Which events are not delivered because the configuration says so, and which are marked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/event/audit_event.h"
#include "core/privacy/privacy_settings.h"

namespace nsf {

class RowFilter {
 public:
  // `path` is what the stream asks for.
  RowFilter(const FilterSettings& settings, std::string path);

  // Why `event`, which is classified, is not delivered, as a metric's label: "own_call",
  // "user_dropped", "user_not_kept". Empty: it is.
  std::string_view ReasonToDrop(const AuditEvent& event) const;
  // It is an own call, and such are marked.
  bool IsMarked(const AuditEvent& event) const;
  // Gives `event` the category OWN_CALL and the rule id "own_call".
  static void Mark(AuditEvent* event);

 private:
  bool IsOwnCall(const AuditEvent& event) const;

  OwnCalls own_calls_;
  std::string own_user_;
  std::string path_;
  std::vector<std::string> keep_users_;
  std::vector<std::string> drop_users_;
};

}  // namespace nsf
