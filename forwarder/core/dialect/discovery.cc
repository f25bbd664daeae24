// SPDX-License-Identifier: Apache-2.0
// The questions, and what follows from their answers.
#include "core/dialect/discovery.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace nsf {
namespace {

constexpr std::chrono::hours kLongAgo{24 * 365 * 10};
constexpr std::chrono::hours kRecently{1};
constexpr std::uint64_t kFarOffset = 1'000'000'000;
// A refusal may be passing; what is learned from one is kept.
constexpr int kTimesAsked = 3;

}  // namespace

Discovery Discovery::OfWindow(const Dialect& known, const DialectPins& pins, WallSeconds now) {
  Discovery discovery(known, now);
  discovery.of_window_ = true;
  discovery.AddWindows(pins);
  return discovery;
}

void Discovery::AddWindows(const DialectPins& pins) {
  const Window long_ago{now_ - kLongAgo, now_ - kLongAgo + std::chrono::seconds(1)};
  std::vector<PageParameter> parameters{known_.parameter};
  for (const PageParameter other :
       {PageParameter::kOffset, PageParameter::kSkip, PageParameter::kNeither}) {
    if (!pins.parameter && other != known_.parameter) parameters.push_back(other);
  }
  // An empty answer may be a fault: it shall not change the time by which windows were cut so far.
  std::array kinds{WindowKind::kInsertion, WindowKind::kEvent, WindowKind::kNone};
  if (known_.window == WindowKind::kEvent) std::swap(kinds[0], kinds[1]);
  for (const PageParameter parameter : parameters) {
    for (const WindowKind kind : kinds) {
      if (pins.window && *pins.window != kind) continue;
      Probe probe{known_, long_ago, 0, 1};
      probe.dialect.parameter = parameter;
      probe.dialect.window = kind;
      Ask(kind == WindowKind::kNone ? Question::kNoWindow : Question::kWindowLongAgo, probe);
    }
  }
}

Discovery Discovery::OfParameter(const Dialect& known, const DialectPins& pins, Window sample) {
  Discovery discovery(known, sample.end);
  PageParameter first = known.parameter;
  if (first == PageParameter::kNeither) first = PageParameter::kOffset;
  const PageParameter other =
      first == PageParameter::kOffset ? PageParameter::kSkip : PageParameter::kOffset;
  for (const PageParameter name : {first, other}) {
    if (pins.parameter && *pins.parameter != name) continue;
    Probe probe{known, sample, kFarOffset, 1};
    probe.dialect.parameter = name;
    discovery.Ask(Question::kFarOffset, probe);
  }
  return discovery;
}

Discovery Discovery::OfRefusal(const Dialect& known, const DialectPins& pins, Window sample,
                               std::uint32_t limit, WallSeconds now) {
  Discovery discovery(known, now);
  discovery.refused_ = Probe{known, sample, 0, limit};
  for (int i = 0; i < kTimesAsked; ++i) discovery.Ask(Question::kSamePage, *discovery.refused_);
  discovery.Ask(Question::kSmallPage, {known, sample, 0, 1});
  discovery.AddWindows(pins);
  return discovery;
}

bool Discovery::Take(ProbeAnswer answer) {
  const Step step = steps_.front();
  repeats_ = false;
  const bool rows = answer == ProbeAnswer::kRowsInside || answer == ProbeAnswer::kRowsOutside;
  switch (step.question) {
    case Question::kWindowLongAgo:
      if (answer == ProbeAnswer::kEmpty) return Conclude(step.probe.dialect);
      if (rows) return NotThisOne();
      steps_.front().question = Question::kWindowNow;
      // A second: in a longer window lie the rows, too, of whoever ignores it.
      steps_.front().probe.window = {now_ - kRecently, now_ - kRecently + std::chrono::seconds(1)};
      return false;
    case Question::kWindowNow:
      if (answer == ProbeAnswer::kEmpty || answer == ProbeAnswer::kRowsInside) {
        return Conclude(step.probe.dialect);
      }
      if (of_window_ && !rows && step.probe.dialect == known_) refused_ = step.probe;
      return NotThisOne();
    case Question::kNoWindow:
      return answer == ProbeAnswer::kRefused ? NotThisOne() : Conclude(step.probe.dialect);
    case Question::kFarOffset:
      if (answer == ProbeAnswer::kEmpty) return Conclude(step.probe.dialect);
      if (rows) return NotThisOne();
      steps_.front().question = Question::kSecondRow;
      steps_.front().probe.skip = 1;
      return false;
    case Question::kSecondRow:
      if (answer != ProbeAnswer::kRefused) return Conclude(step.probe.dialect);
      if (step.probe.dialect == known_) refused_ = step.probe;
      return NotThisOne();
    case Question::kNoParameter:
      chance_ = answer == ProbeAnswer::kRefused;
      return Conclude(chance_ ? known_ : step.probe.dialect);
    case Question::kSamePage:
    case Question::kStillRefused:
      return TakeSamePage(answer);
    case Question::kSmallPage:
      return TakeSmallPage(answer, step.probe);
  }
  return true;
}

bool Discovery::TakeSamePage(ProbeAnswer answer) {
  // Rows outside of a window that is asked for again tell no less than a refusal.
  chance_ = answer != ProbeAnswer::kRefused && !(of_window_ && answer == ProbeAnswer::kRowsOutside);
  if (chance_) return Conclude(known_);
  steps_.pop_front();
  if (steps_.empty()) return Conclude(*found_);
  const Question next = steps_.front().question;
  repeats_ = next == Question::kSamePage || next == Question::kStillRefused;
  return false;
}

bool Discovery::TakeSmallPage(ProbeAnswer answer, const Probe& probe) {
  if (answer == ProbeAnswer::kRefused || refused_->limit <= 1) {
    steps_.pop_front();
    return false;
  }
  Dialect dialect = probe.dialect;
  dialect.page_limit = std::min(dialect.page_limit, refused_->limit / 2);
  return Conclude(dialect);
}

bool Discovery::Conclude(const Dialect& dialect) {
  if (refused_ && !chance_ && !found_ && dialect != known_) {
    found_ = dialect;
    steps_.clear();
    for (int i = 0; i < kTimesAsked; ++i) Ask(Question::kStillRefused, *refused_);
    repeats_ = true;
    return false;
  }
  result_ = dialect;
  return true;
}

bool Discovery::NotThisOne() {
  const Step asked = steps_.front();
  steps_.pop_front();
  if (!steps_.empty()) return false;
  const bool of_parameter =
      asked.question == Question::kFarOffset || asked.question == Question::kSecondRow;
  if (!of_parameter) {
    why_ = "the tenant takes none of the time windows, and no request without one";
    return true;
  }
  if (known_.window == WindowKind::kNone) {
    why_ =
        "the tenant ignores `offset` and `skip`, and time windows too: it shows one page for "
        "ever, and what is behind it cannot be had";
    return true;
  }
  Dialect dialect = known_;
  dialect.parameter = PageParameter::kNeither;
  const bool all_refused = refused_ && asked.question == Question::kSecondRow;
  if (!all_refused) return Conclude(dialect);
  Ask(Question::kNoParameter, {dialect, asked.probe.window, 0, 1});
  return false;
}

}  // namespace nsf
