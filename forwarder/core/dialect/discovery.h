// SPDX-License-Identifier: Apache-2.0
// Finding out what a tenant honours, by questions whose answers cannot be mistaken: a window long
// ago, in which no row can lie, and an offset that no list reaches. Whoever ignores the parameter
// shows rows all the same. A refusal is no such answer, for a gateway may refuse anything for a
// time: what follows from one is only taken when all that was refused is refused again, some time
// after something else was answered, and that is answered still.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/dialect/dialect.h"
#include "core/walk/window.h"

namespace nsf {

// One request.
struct Probe {
  Dialect dialect;
  Window window;  // not asked for where dialect.window is kNone
  std::uint64_t skip = 0;
  std::uint32_t limit = 1;
};

// What came back. Answers that say nothing of the dialect (429, 5xx, 401) are not handed over: the
// same probe is asked again.
enum class ProbeAnswer : std::uint8_t {
  kEmpty,
  kRowsInside,   // most of its rows lie in the window asked for, or do not say
  kRowsOutside,  // most of its rows lie outside
  kRefused,      // 400, 404, or an error in a 200
};

class Discovery {
 public:
  // First contact, or the windows look ignored: which pair of bounds is honoured? `now` is our own
  // wall clock's or the tenant's; a day does not matter. What is known, or guessed, is not given up
  // for a refusal that passes.
  static Discovery OfWindow(const Dialect& known, const DialectPins& pins, WallSeconds now);
  // A page came again: which name turns the page? `sample`: a window that holds rows. The known one
  // is not given up for a refusal that passes either.
  static Discovery OfParameter(const Dialect& known, const DialectPins& pins, Window sample);
  // A first page of `limit` rows of `sample` was refused: for its size, or has the dialect changed?
  static Discovery OfRefusal(const Dialect& known, const DialectPins& pins, Window sample,
                             std::uint32_t limit, WallSeconds now);

  // The probe to ask next, until it is answered.
  const Probe& probe() const { return steps_.front().probe; }
  // Takes its answer. True: there is nothing more to ask.
  bool Take(ProbeAnswer answer);

  // Afterwards: what is honoured. Absent: the tenant can not be walked, and why().
  const std::optional<Dialect>& dialect() const { return result_; }
  const std::string& why() const { return why_; }
  // What was refused is answered now, or everything is refused: there is nothing to learn from it.
  bool chance() const { return chance_; }
  // The probe was asked before, and refused: time should pass before it is asked again.
  bool repeats() const { return repeats_; }

 private:
  enum class Question : std::uint8_t {
    kWindowLongAgo,
    kWindowNow,  // the one long ago was refused
    kNoWindow,   // the last candidate
    kFarOffset,
    kSecondRow,      // the far offset was refused: for its depth, or for its name?
    kNoParameter,    // both names were refused: for their names, or is everything?
    kSamePage,       // refused by chance?
    kSmallPage,      // or for its size?
    kStillRefused,   // something else is answered: is this now, or was it refused by chance?
    kStillAnswered,  // or is anything refused by chance, this too?
  };
  struct Step {
    Question question;
    Probe probe;
  };

  Discovery(const Dialect& known, WallSeconds now) : known_(known), now_(now) {}

  // Asks about windows; and again with another page parameter, should a tenant refuse all requests
  // that hold one it does not know.
  void AddWindows(const DialectPins& pins);
  void Ask(Question question, const Probe& probe) { steps_.push_back({question, probe}); }
  // Drops the other questions about the same candidate's alternatives and ends with `dialect`.
  bool Conclude(const Dialect& dialect);
  bool NotThisOne();
  bool TakeSamePage(ProbeAnswer answer);
  bool TakeSmallPage(ProbeAnswer answer, const Probe& probe);
  bool TakeStillRefused(ProbeAnswer answer);
  bool TakeStillAnswered(ProbeAnswer answer);
  bool BeginAgain();

  Dialect known_;
  WallSeconds now_;
  bool of_window_ = false;
  Probe asked_;                   // the one whose answer was taken last
  std::vector<Probe> refused_;    // of each candidate that was, the last probe
  std::optional<Dialect> found_;  // instead of what was refused
  bool repeats_ = false;
  std::deque<Step> steps_;
  std::deque<Step> first_;  // to begin again with
  std::optional<Dialect> result_;
  std::string why_;
  bool chance_ = false;
};

}  // namespace nsf
