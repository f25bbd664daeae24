// SPDX-License-Identifier: Apache-2.0
// What follows from the answers to questions about the dialect.
#include "core/dialect/discovery.h"

#include <catch2/catch.hpp>
#include <vector>

namespace nsf {
namespace {

using std::chrono::seconds;

const WallSeconds kNow{seconds(1'760'000'000)};
const Window kSample{kNow - seconds(300), kNow};
using A = ProbeAnswer;
using P = PageParameter;
using W = WindowKind;

void Answer(Discovery* discovery, const std::vector<ProbeAnswer>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CHECK(discovery->Take(answers[i]) == (i + 1 == answers.size()));
  }
}

TEST_CASE("which window a tenant honours follows from rows where none can be") {
  struct Row {
    std::vector<ProbeAnswer> answers;
    std::optional<WindowKind> window;
  };
  const Row rows[] = {
      {{A::kEmpty}, W::kInsertion},
      {{A::kRowsOutside, A::kEmpty}, W::kEvent},
      {{A::kRowsInside, A::kEmpty}, W::kEvent},  // rows that show no time are rows all the same
      {{A::kRowsOutside, A::kRowsOutside, A::kRowsInside}, W::kNone},
      {{A::kRowsOutside, A::kRowsOutside, A::kEmpty}, W::kNone},
      // A window long ago is refused: a recent one tells.
      {{A::kRefused, A::kRowsInside}, W::kInsertion},
      {{A::kRefused, A::kEmpty}, W::kInsertion},
      {{A::kRefused, A::kRowsOutside, A::kEmpty}, W::kEvent},
      // `offset` is not a parameter here, and parameters that are none are refused.
      {{A::kRefused, A::kRefused, A::kRefused, A::kRefused, A::kRefused, A::kEmpty, A::kRefused,
        A::kRefused, A::kRefused, A::kEmpty, A::kRefused, A::kRefused, A::kRefused, A::kEmpty,
        A::kRefused, A::kRefused, A::kRefused, A::kEmpty},
       W::kInsertion},
      {std::vector<ProbeAnswer>(15, A::kRefused), std::nullopt},
  };
  for (const Row& row : rows) {
    Discovery discovery = Discovery::OfWindow({}, {}, kNow);
    CHECK(discovery.probe().window.end < kNow - std::chrono::hours(24 * 365));
    Answer(&discovery, row.answers);
    CHECK(discovery.dialect().has_value() == row.window.has_value());
    if (row.window) CHECK(discovery.dialect()->window == *row.window);
    CHECK(discovery.why().empty() == row.window.has_value());
  }
}

// A tenant that refuses the names of pages it does not know, and ignores or refuses such bounds.
struct Tenant {
  Dialect honours;
  bool refuses_bounds;

  ProbeAnswer Say(const Probe& probe) const {
    const Dialect& asked = probe.dialect;
    const bool turns = asked.parameter != P::kNeither;
    if (turns && asked.parameter != honours.parameter) return A::kRefused;
    if (turns && probe.skip > 1) return A::kEmpty;
    if (asked.window == W::kNone) return A::kRowsOutside;
    if (asked.window != honours.window) return refuses_bounds ? A::kRefused : A::kRowsOutside;
    return probe.window == kSample ? A::kRowsInside : A::kEmpty;
  }
};

// What is learned where a gateway refuses requests `first` to `last`, the last not included.
Discovery Learn(Discovery discovery, const Tenant& tenant, int first, int last) {
  constexpr int kMost = 1'000;
  for (int i = 0; i < kMost; ++i) {
    const bool refused = i >= first && i < last;
    if (discovery.Take(refused ? A::kRefused : tenant.Say(discovery.probe()))) return discovery;
  }
  FAIL("there is no end");
  return discovery;
}

TEST_CASE("what a gateway refuses for a time is not taken for what a tenant does not honour") {
  const P parameters[] = {P::kOffset, P::kSkip, P::kNeither};
  const W windows[] = {W::kInsertion, W::kEvent, W::kNone};
  for (const P parameter : parameters) {
    for (const W window : windows) {
      for (const bool refuses_bounds : {false, true}) {
        const Tenant tenant{{parameter, window}, refuses_bounds};
        const Dialect turned{parameter, window};
        for (int first = 0; first < 50; ++first) {
          for (int last = first; last < first + 50; ++last) {
            INFO(Describe(turned) << ", refused from " << first << " to " << last);
            const Discovery anew = Learn(Discovery::OfWindow({}, {}, kNow), tenant, first, last);
            if (anew.dialect()) REQUIRE(*anew.dialect() == turned);
            // What is known is kept as long as nothing else is certain.
            const Dialect known{P::kOffset, window};
            const auto page =
                Learn(Discovery::OfParameter(known, {}, kSample), tenant, first, last);
            if (page.dialect() && *page.dialect() != known) REQUIRE(*page.dialect() == turned);
            const auto after =
                Learn(Discovery::OfRefusal({}, {}, kSample, 100, kNow), tenant, first, last);
            if (after.dialect() && *after.dialect() != Dialect{}) {
              REQUIRE(after.dialect()->parameter == parameter);
              REQUIRE(after.dialect()->window == window);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("the recent window is one in which rows of whoever ignores it do not lie either") {
  Discovery discovery = Discovery::OfWindow({}, {}, kNow);
  CHECK_FALSE(discovery.Take(A::kRefused));
  const Window recent = discovery.probe().window;
  CHECK(recent.end - recent.start == seconds(1));
  CHECK(recent.start > kNow - std::chrono::hours(24));
  CHECK(recent.end < kNow);
}

TEST_CASE("windows that were honoured are not given up for a refusal that passes") {
  const A no = A::kRefused;
  Dialect event;
  event.window = W::kEvent;
  struct Row {
    std::vector<ProbeAnswer> answers;
    Dialect dialect;
  };
  const Row rows[] = {
      {{A::kEmpty}, {}},
      {{A::kRowsOutside, A::kEmpty}, event},
      {{no, no, A::kEmpty, A::kRowsInside}, {}},
      {{no, no, A::kEmpty, no, A::kEmpty, no, A::kEmpty, A::kEmpty}, {}},
      {{no, no, A::kEmpty, no, A::kEmpty, no, A::kEmpty, no, A::kEmpty}, event},
      // What was answered instead is refused too: it tells nothing.
      {{no, no, A::kEmpty, no, no, A::kEmpty}, {}},
      {{no, no, A::kEmpty, no, A::kEmpty, no, A::kEmpty, no, no, A::kEmpty}, {}},
      {{no, no, A::kEmpty, A::kRowsOutside, A::kRowsOutside, A::kEmpty}, event},
      {{no, no, no, no, A::kRowsOutside, no, A::kEmpty, A::kRowsOutside, A::kEmpty}, event},
      {{no, A::kRowsOutside, A::kEmpty}, event},
  };
  for (const Row& row : rows) {
    Discovery discovery = Discovery::OfWindow({}, {}, kNow);
    Answer(&discovery, row.answers);
    CHECK(discovery.dialect() == row.dialect);
  }
}

TEST_CASE("windows by the time that was honoured are asked for first") {
  Dialect event;
  event.window = W::kEvent;
  Discovery still = Discovery::OfWindow(event, {}, kNow);
  Answer(&still, {A::kEmpty});
  CHECK(still.dialect() == event);
  Discovery no_more = Discovery::OfWindow(event, {}, kNow);
  Answer(&no_more, {A::kRowsOutside, A::kEmpty});
  CHECK(no_more.dialect() == Dialect{});
}

TEST_CASE("which name turns the page follows from rows where no list reaches") {
  struct Row {
    std::vector<ProbeAnswer> answers;
    PageParameter parameter;
  };
  const Row rows[] = {
      {{A::kEmpty}, P::kOffset},
      {{A::kRowsInside, A::kEmpty}, P::kSkip},
      {{A::kRowsInside, A::kRowsInside}, P::kNeither},
      // Refused for its depth, or for its name?
      {{A::kRefused, A::kRowsInside}, P::kOffset},
      {{A::kRefused, A::kRefused, A::kEmpty, A::kRefused, A::kEmpty, A::kRefused, A::kEmpty,
        A::kRefused, A::kEmpty},
       P::kSkip},
      {{A::kRefused, A::kRefused, A::kEmpty, A::kRefused, A::kEmpty, A::kRowsInside}, P::kOffset},
      {{A::kRefused, A::kRefused, A::kRowsInside, A::kEmpty}, P::kOffset},
      // Both names are refused: is a request without one?
      {{A::kRefused, A::kRefused, A::kRefused, A::kRefused, A::kRefused}, P::kOffset},
      {{A::kRefused, A::kRefused, A::kRefused, A::kRefused, A::kRowsInside, A::kRefused,
        A::kRefused, A::kRowsInside, A::kRefused, A::kRefused, A::kRowsInside, A::kRefused,
        A::kRefused, A::kRowsInside},
       P::kNeither},
  };
  for (const Row& row : rows) {
    Discovery discovery = Discovery::OfParameter({}, {}, kSample);
    CHECK(discovery.probe().window == kSample);
    Answer(&discovery, row.answers);
    REQUIRE(discovery.dialect());
    CHECK(discovery.dialect()->parameter == row.parameter);
  }
  Dialect list;
  list.window = W::kNone;
  Discovery neither = Discovery::OfParameter(list, {}, kSample);
  Answer(&neither, {A::kRowsInside, A::kRowsInside});
  CHECK_FALSE(neither.dialect());
  CHECK_THAT(neither.why(), Catch::Contains("one page for ever"));
}

TEST_CASE("what a refusal teaches is learned when it was no passing one") {
  struct Row {
    std::vector<ProbeAnswer> answers;
    Dialect dialect;
    bool chance;
  };
  const Dialect known;
  Dialect smaller;
  smaller.page_limit = 2'500;
  Dialect event;
  event.window = W::kEvent;
  const A no = A::kRefused;
  const Row rows[] = {
      {{A::kEmpty}, known, true},
      {{no, no, A::kRowsInside}, known, true},
      // A smaller page is answered, and the first one still refused.
      {{no, no, no, A::kRowsInside, no, A::kRowsInside, no, A::kRowsInside, no, A::kRowsInside},
       smaller,
       false},
      {{no, no, no, A::kRowsInside, no, A::kRowsInside, A::kEmpty}, known, true},  // not any more
      {{no, no, no, A::kRowsInside, no, no, A::kRowsInside}, known, true},
      {{no, no, no, no, A::kRowsOutside, A::kEmpty, no, A::kEmpty, no, A::kEmpty, no, A::kEmpty},
       event,
       false},
      {{no, no, no, no, A::kRowsOutside, A::kEmpty, A::kRowsInside}, known, true},
      {{no, no, no, no, A::kEmpty}, known, false},  // all is as it was, and refused
  };
  for (const Row& row : rows) {
    Discovery discovery = Discovery::OfRefusal(known, {}, kSample, 5'000, kNow);
    CHECK(discovery.probe().limit == 5'000);
    Answer(&discovery, row.answers);
    CHECK(discovery.dialect() == row.dialect);
    CHECK(discovery.chance() == row.chance);
  }
}

TEST_CASE("before what was refused is asked for again some time is to pass") {
  Discovery discovery = Discovery::OfRefusal({}, {}, kSample, 5'000, kNow);
  const std::pair<ProbeAnswer, bool> answers[] = {
      {A::kRefused, true},  {A::kRefused, true},    {A::kRefused, false}, {A::kRowsInside, true},
      {A::kRefused, false}, {A::kRowsInside, true}, {A::kRefused, false}, {A::kRowsInside, true},
      {A::kRefused, false}, {A::kRowsInside, false}};
  for (const auto& [answer, repeats] : answers) {
    discovery.Take(answer);
    CHECK(discovery.repeats() == repeats);
  }
}

TEST_CASE("pins are not asked about") {
  DialectPins pins;
  pins.window = W::kNone;
  Discovery window = Discovery::OfWindow({}, pins, kNow);
  CHECK(window.probe().dialect.window == W::kNone);
  pins.parameter = P::kSkip;
  Dialect known;
  known.parameter = P::kSkip;
  Discovery parameter = Discovery::OfParameter(known, pins, kSample);
  CHECK(parameter.probe().dialect.parameter == P::kSkip);
  Answer(&parameter, {A::kRowsInside});
  CHECK(parameter.dialect()->parameter == P::kNeither);
}

TEST_CASE("a dialect survives its text and can be told in words") {
  LearnedDialect learned;
  CHECK(DecodeDialect(EncodeDialect(learned)).value() == learned);
  learned.dialect = {P::kNeither, W::kNone, ListOrder::kNewestFirst, 25};
  learned.migration = Migration{W::kEvent, kNow, kNow + seconds(1)};
  CHECK(DecodeDialect(EncodeDialect(learned)).value() == learned);
  CHECK(Describe(learned.dialect) ==
        "no page parameter, no window, newest first, pages of up to 25");
  CHECK_FALSE(DecodeDialect("dialect/1 parameter=9"));
  std::string half = EncodeDialect({});
  half.replace(half.find("delivered_before=-1"), 19, "delivered_before=-5");
  CHECK_FALSE(DecodeDialect(half));  // of a migration that there is none of
  CHECK_THAT(DecodeDialect("dialect/2").error().message, Catch::Contains("newer version"));
}

}  // namespace
}  // namespace nsf
