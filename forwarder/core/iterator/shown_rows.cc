// SPDX-License-Identifier: Apache-2.0
// Comparing pages.
#include "core/iterator/shown_rows.h"

#include <algorithm>

namespace nsf {

bool ShownRows::IsSamePage(std::span<const Row> rows, bool same_mark) const {
  std::set<IdHash> derived;
  bool has_ids = false;
  for (const Row& row : rows) {
    if (row.is_derived) {
      derived.insert(row.id);
    } else if (ids_.contains(row.id)) {
      return true;
    } else {
      has_ids = true;
    }
  }
  return !has_ids && same_mark && !ids_.empty() &&
         std::includes(derived.begin(), derived.end(), ids_.begin(), ids_.end());
}

ShownRows::Compared ShownRows::Take(std::span<const Row> rows, bool may_be_shown_again,
                                    bool same_mark) {
  Compared compared;
  compared.is_same_page = may_be_shown_again && IsSamePage(rows, same_mark);
  if (!compared.is_same_page && !rows.empty()) ids_.clear();
  for (const Row& row : rows) compared.known.push_back(!ids_.insert(row.id).second);
  return compared;
}

}  // namespace nsf
