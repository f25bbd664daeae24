// SPDX-License-Identifier: Apache-2.0
// Comparing pages.
#include "core/iterator/shown_rows.h"

#include <algorithm>

namespace nsf {

bool ShownRows::IsSamePage(std::span<const Row> rows, bool same_mark) const {
  std::set<IdHash> page;
  for (const Row& row : rows) {
    if (!row.is_derived && ids_.contains(row.id)) return true;
    page.insert(row.id);
  }
  // No row with an id is known: of what was taken, all are without, or it is another page.
  return same_mark && !ids_.empty() &&
         std::includes(page.begin(), page.end(), ids_.begin(), ids_.end());
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
