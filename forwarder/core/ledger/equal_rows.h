// SPDX-License-Identifier: Apache-2.0
// Equal rows without `_id` that stand on different pages. On one page they are counted, since a
// page is one snapshot. Over pages one row that moved looks like two that are equal, so they count
// only where nothing can have moved: in the walk of a single second that showed the same rows in
// the same order as the walk before. Till then they are held back, and the second is not whole.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/ledger/event_id.h"
#include "core/walk/window.h"

namespace nsf {

class EqualRows {
 public:
  struct Held {
    std::string id;
    std::string raw;
  };

  // A walk of `window` begins at its first row (`from_begin`). What was held is dropped.
  void BeginWalk(const Window& window, bool from_begin);

  // The next row of the walk; to be called for each, whatever its id.
  void Note(std::string_view raw);
  // The id of a row without one, of which `page_id` counts its equals on its page only. Absent: it
  // is that one. Otherwise pages before this one held equals.
  std::optional<std::string> AcrossPages(std::string_view raw, std::string_view page_id);
  void Hold(std::string id, std::string_view raw) {
    held_.push_back({std::move(id), std::string(raw)});
  }

  bool has_held() const { return !held_.empty(); }
  const Held& next_held() const { return held_.front(); }
  Held TakeHeld();

  // The walk ended; to be called for each, because one that held nothing may speak against others.
  // Those that it held count if it showed what the two before it showed, or the four before it
  // where rows change places or one stood on two pages, and one more for each that showed something
  // else; asked again, the answer is the same.
  bool Settles(bool nothing_moved);
  // Seconds before it are not walked again.
  void Forget(WallSeconds before);

 private:
  std::optional<WallSeconds> second_;  // of the walk; absent: it counts pages alone
  DerivedIds ids_;                     // of the rows of all its pages
  std::uint64_t sequence_ = 0;
  std::uint64_t rows_ = 0;
  bool order_changes_ = false;  // of any second, since the start
  std::deque<Held> held_;
  std::optional<bool> settles_;
  struct Sequence {
    std::uint64_t hash = 0;
    std::uint64_t rows = 0;
    int agreed = 0;    // walks in a row that showed the same as the one before
    int differed = 0;  // walks that did not
  };
  std::map<WallSeconds, Sequence> sequences_;  // of seconds that held rows back, as last seen
};

}  // namespace nsf
