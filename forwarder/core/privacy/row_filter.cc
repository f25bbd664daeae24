// SPDX-License-Identifier: Apache-2.0
// Comparing users and calls.
#include "core/privacy/row_filter.h"

#include <algorithm>
#include <utility>

#include "core/event/api_call.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::uint32_t kApiActivity = 6003;

std::string Folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ToLowerAscii);
  return text;
}

std::vector<std::string> Folded(std::vector<std::string> texts) {
  for (std::string& text : texts) text = Folded(std::move(text));
  return texts;
}

bool Matches(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return EqualsFolded(name, pattern);
  const std::string_view begin = pattern.substr(0, star);
  const std::string_view end = pattern.substr(star + 1);
  return name.size() >= begin.size() + end.size() &&
         EqualsFolded(name.substr(0, begin.size()), begin) &&
         EqualsFolded(name.substr(name.size() - end.size()), end);
}

bool IsBy(const AuditEvent& event, std::string_view pattern) {
  return Matches(event.user, pattern) || Matches(event.normalized_user, pattern);
}

bool IsByAny(const AuditEvent& event, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&event](const std::string& pattern) { return IsBy(event, pattern); });
}

}  // namespace

RowFilter::RowFilter(const FilterSettings& settings, std::string path)
    : own_calls_(settings.own_calls),
      own_user_(Folded(settings.own_user)),
      path_(std::move(path)),
      keep_users_(Folded(settings.keep_users)),
      drop_users_(Folded(settings.drop_users)) {}

// The path alone would also take the calls of others who read the log.
bool RowFilter::IsOwnCall(const AuditEvent& event) const {
  if (event.classification.class_uid != kApiActivity || own_user_.empty()) return false;
  if (!EqualsFolded(event.user, own_user_) && !EqualsFolded(event.normalized_user, own_user_)) {
    return false;
  }
  return ReadApiCall(event.supporting).path == path_;
}

std::string_view RowFilter::ReasonToDrop(const AuditEvent& event) const {
  if (own_calls_ == OwnCalls::kDrop && IsOwnCall(event)) return "own_call";
  if (!drop_users_.empty() && IsByAny(event, drop_users_)) return "user_dropped";
  if (!keep_users_.empty() && !IsByAny(event, keep_users_)) return "user_not_kept";
  return {};
}

bool RowFilter::IsMarked(const AuditEvent& event) const {
  return own_calls_ == OwnCalls::kTag && IsOwnCall(event);
}

void RowFilter::Mark(AuditEvent* event) {
  event->classification.category = "OWN_CALL";
  event->classification.rule_id = "own_call";
}

}  // namespace nsf
