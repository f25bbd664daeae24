// SPDX-License-Identifier: Apache-2.0
// The course of a stream: which page to ask for next, and where the cursor stands. It joins the
// plan of windows with the walk under way; a page's rows move the cursor as they are taken into
// batches, so that a batch may end in the middle of a page.
#pragma once

#include <cstdint>
#include <optional>

#include "core/dialect/dialect.h"
#include "core/state/cursor.h"
#include "core/walk/walk.h"

namespace nsf {

struct CourseSettings {
  WindowKind window = WindowKind::kInsertion;
  WindowSettings windows;
  std::uint32_t page_size = 5000;
  std::chrono::milliseconds poll_interval{30'000};
};

// What a walk that ended has shown.
struct WalkEnd {
  WalkKind kind = WalkKind::kEdge;
  bool whole = false;
  // Every event visible before it has been walked over. For a closed window, its end.
  WallSeconds covered_until;
};

class Course {
 public:
  Course(const CourseSettings& settings, const Cursor& cursor)
      : settings_(settings), cursor_(cursor) {}

  // Begins a walk when none is under way and one is due. False: nothing to ask for before due().
  bool Begin(WallSeconds tenant_now, MonotonicTime now);
  bool walking() const { return walk_.has_value(); }
  MonotonicTime due() const { return due_; }

  // The walk under way; only while walking().
  const Walk& walk() const { return *walk_; }
  WalkStep Take(const PageFacts& page) { return walk_->Take(page); }

  // `rows` rows of the walk under way, from its beginning, are in batches.
  void Absorbed(std::uint64_t rows);
  // The walk under way ended and all its rows are in batches: moves the cursor past its window.
  WalkEnd End();
  // Gives the walk under way up; the next one begins where the cursor stands.
  void Abandon() { walk_.reset(); }

  const Cursor& cursor() const { return cursor_; }
  Cursor& cursor() { return cursor_; }

 private:
  WalkPlan Plan(WallSeconds tenant_now) const;

  CourseSettings settings_;
  Cursor cursor_;
  std::optional<Walk> walk_;
  bool edge_full_ = false;
  MonotonicTime due_{};
};

}  // namespace nsf
