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
  discovery.first_ = discovery.steps_;
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
  discovery.first_ = discovery.steps_;
  return discovery;
}

Discovery Discovery::OfRefusal(const Dialect& known, const DialectPins& pins, Window sample,
                               std::uint32_t limit, WallSeconds now) {
  Discovery discovery(known, now);
  const Probe page{known, sample, 0, limit};
  for (int i = 0; i < kTimesAsked; ++i) discovery.Ask(Question::kSamePage, page);
  discovery.Ask(Question::kSmallPage, {known, sample, 0, 1});
  discovery.AddWindows(pins);
  discovery.first_ = discovery.steps_;
  return discovery;
}

bool Discovery::Take(ProbeAnswer answer) {
  const Step step = steps_.front();
  asked_ = step.probe;
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
      if (!rows) refused_.push_back(step.probe);
      return NotThisOne();
    case Question::kNoWindow:
      if (answer != ProbeAnswer::kRefused) return Conclude(step.probe.dialect);
      refused_.push_back(step.probe);
      return NotThisOne();
    case Question::kFarOffset:
      if (answer == ProbeAnswer::kEmpty) return Conclude(step.probe.dialect);
      if (rows) return NotThisOne();
      steps_.front().question = Question::kSecondRow;
      steps_.front().probe.skip = 1;
      return false;
    case Question::kSecondRow:
      if (answer != ProbeAnswer::kRefused) return Conclude(step.probe.dialect);
      refused_.push_back(step.probe);
      return NotThisOne();
    case Question::kNoParameter:
      chance_ = answer == ProbeAnswer::kRefused;
      return Conclude(chance_ ? known_ : step.probe.dialect);
    case Question::kSamePage:
      return TakeSamePage(answer);
    case Question::kStillRefused:
      return TakeStillRefused(answer);
    case Question::kStillAnswered:
      return TakeStillAnswered(answer);
    case Question::kSmallPage:
      return TakeSmallPage(answer, step.probe);
  }
  return true;
}

bool Discovery::TakeSamePage(ProbeAnswer answer) {
  chance_ = answer != ProbeAnswer::kRefused;
  if (chance_) return Conclude(known_);
  const Probe page = steps_.front().probe;
  steps_.pop_front();
  repeats_ = steps_.front().question == Question::kSamePage;
  if (!repeats_) refused_.push_back(page);
  return false;
}

bool Discovery::TakeSmallPage(ProbeAnswer answer, const Probe& probe) {
  const std::uint32_t limit = refused_.front().limit;
  if (answer == ProbeAnswer::kRefused || limit <= 1) {
    steps_.pop_front();
    return false;
  }
  Dialect dialect = probe.dialect;
  dialect.page_limit = std::min(dialect.page_limit, limit / 2);
  return Conclude(dialect);
}

bool Discovery::TakeStillRefused(ProbeAnswer answer) {
  if (answer == ProbeAnswer::kRefused) {
    steps_.pop_front();
    return false;
  }
  // Rows outside of a window that is asked for again do not tell that it is honoured.
  const bool outside = of_window_ && answer == ProbeAnswer::kRowsOutside;
  chance_ = steps_.front().probe.dialect == known_ && !outside;
  if (chance_) return Conclude(known_);
  // Nor do they tell that what was found instead is all that is: the refusals were passing ones,
  // and what else was refused may be what the tenant honours.
  return BeginAgain();
}

bool Discovery::TakeStillAnswered(ProbeAnswer answer) {
  if (answer == ProbeAnswer::kRefused) {
    // Where anything may be refused the refusals before it tell nothing.
    repeats_ = true;
    return BeginAgain();
  }
  steps_.pop_front();
  repeats_ = !steps_.empty();
  return repeats_ ? false : Conclude(*found_);
}

bool Discovery::BeginAgain() {
  found_.reset();
  refused_.clear();
  steps_ = first_;
  return false;
}

bool Discovery::Conclude(const Dialect& dialect) {
  if (!refused_.empty() && !chance_ && !found_ && dialect != known_) {
    found_ = dialect;
    Probe answered = asked_;
    answered.dialect = dialect;
    steps_.clear();
    for (int i = 0; i < kTimesAsked; ++i) {
      for (const Probe& refused : refused_) Ask(Question::kStillRefused, refused);
      Ask(Question::kStillAnswered, answered);
    }
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
  const bool all_refused = refused_.size() == first_.size();
  if (!all_refused) return Conclude(dialect);
  Ask(Question::kNoParameter, {dialect, asked.probe.window, 0, 1});
  return false;
}

}  // namespace nsf
