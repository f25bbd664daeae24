// SPDX-License-Identifier: Apache-2.0
// What answers mean: the verdict table, rate headers, back-off and the request budget.
#include <catch2/catch.hpp>

#include "core/answer/backoff.h"
#include "core/answer/budget.h"
#include "core/answer/rate_headers.h"
#include "core/answer/verdict.h"

namespace nsf {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

MonotonicTime At(milliseconds since) { return MonotonicTime(std::chrono::hours(100)) + since; }
WallSeconds Epoch(std::int64_t s) { return WallSeconds(seconds(s)); }

class FixedRandom : public Random {
 public:
  explicit FixedRandom(double value) : value_(value) {}
  double Uniform() override { return value_; }

 private:
  double value_;
};

HttpAnswer Answer(int status, std::string body = "") {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Verdict JudgeAnswer(const HttpAnswer& answer) {
  const Page page = Page::Parse(answer.body);
  return Judge(answer, &page, {"/api/v2/events/data/audit", "file /run/secrets/acme"});
}

TEST_CASE("every answer has one meaning") {
  struct Row {
    int status;
    const char* body;
    Action action;
    const char* reason;
  };
  const Row rows[] = {
      {200, R"({"ok":1,"result":[{"a":1}]})", Action::kAccept, "rows"},
      {200, R"({"ok":1,"data":[]})", Action::kAccept, "rows"},
      {204, "", Action::kAccept, "empty"},
      {200, "", Action::kRetry, "malformed"},
      {200, "<html>busy</html>", Action::kRetry, "malformed"},
      {200, R"({"ok":1,"result":[{"a":)", Action::kRetry, "malformed"},
      {200, R"({"ok":0,"message":"internal"})", Action::kRetry, "error_page"},
      {200, R"({"ok":0,"error":"Time parameters are not passed"})", Action::kBlocked, "refused"},
      {200, R"({"status":"error","errorCode":"Authorization Error","errors":["bad token"]})",
       Action::kBlocked, "refused"},
      {200, R"({"ok":1})", Action::kRetry, "error_page"},
      {401, R"({"message":"no"})", Action::kBlocked, "unauthorized"},
      {403, "plain text", Action::kBlocked, "forbidden"},
      {400, R"({"message":"x"})", Action::kBlocked, "refused"},
      {404, R"({"message":"no Route matched with those values"})", Action::kBlocked, "refused"},
      {409, "", Action::kRetry, "conflict"},
      {429, R"({"message":"API rate limit exceeded"})", Action::kThrottled, "rate_limited"},
      {302, "", Action::kBlocked, "redirect"},
      {500, "", Action::kRetry, "status"},
      {503, "<html>", Action::kRetry, "status"},
      {504, "", Action::kRetry, "status"},
  };
  for (const Row& row : rows) {
    INFO(row.status << " " << row.body);
    const Verdict verdict = JudgeAnswer(Answer(row.status, row.body));
    CHECK(verdict.action == row.action);
    CHECK(verdict.reason == row.reason);
    CHECK(verdict.message.empty() == (row.action == Action::kAccept));
  }
}

TEST_CASE("no list is an empty one when the total says that nothing is left, and only then") {
  struct Row {
    const char* body;
    std::uint64_t skip;
    Action action;
  };
  const Row rows[] = {
      {R"({"ok":1,"result":null,"total":0})", 0, Action::kAccept},
      {R"({"ok":1,"result":{},"total":7})", 7, Action::kAccept},
      {R"({"status":"success","total":"7"})", 9, Action::kAccept},
      {R"({"ok":1,"result":null,"total":7})", 6, Action::kRetry},
      {R"({"ok":1,"result":null})", 7, Action::kRetry},
      {R"({"ok":0,"result":null,"total":0})", 0, Action::kRetry},
      {R"({"ok":1,"result":{"a":1},"total":0})", 0, Action::kRetry},
      {R"({"result":null,"total":0,"error":"invalid token"})", 0, Action::kBlocked},
  };
  for (const Row& row : rows) {
    INFO(row.body << " behind " << row.skip);
    const HttpAnswer answer = Answer(200, row.body);
    const Page page = Page::Parse(answer.body);
    CHECK(Judge(answer, &page, {"/path", "file token", row.skip}).action == row.action);
  }
}

TEST_CASE("transport failures pass, an unreadable token does not") {
  const std::pair<HttpFailure, Action> rows[] = {
      {HttpFailure::kSecret, Action::kBlocked},          {HttpFailure::kResolve, Action::kRetry},
      {HttpFailure::kConnect, Action::kRetry},           {HttpFailure::kTls, Action::kRetry},
      {HttpFailure::kTimeout, Action::kRetry},           {HttpFailure::kBroken, Action::kRetry},
      {HttpFailure::kBodyTooLarge, Action::kShrinkPage}, {HttpFailure::kCancelled, Action::kRetry},
  };
  for (const auto& [failure, action] : rows) {
    HttpAnswer answer = Answer(200, R"({"ok":1,"result":[]})");
    answer.failure = failure;
    INFO(static_cast<int>(failure));
    CHECK(JudgeAnswer(answer).action == action);
  }
}

TEST_CASE("a refusal says which token is wanted and where it is made") {
  for (const int status : {401, 403}) {
    const std::string message = JudgeAnswer(Answer(status, R"({"message":"why"})")).message;
    CHECK_THAT(message, Catch::Contains("REST API v2 token"));
    CHECK_THAT(message, Catch::Contains("Settings > Tools > REST API v2"));
    CHECK_THAT(message, Catch::Contains("file /run/secrets/acme"));
    CHECK_THAT(message, Catch::Contains("why"));
  }
  CHECK_THAT(JudgeAnswer(Answer(403)).message, Catch::Contains("SCIM token"));
}

TEST_CASE("the server's words are short and harmless") {
  CHECK(ServerWords("a\x1b[31m\nb") == "a [31m b");
  CHECK(ServerWords(std::string(5'000, 'x')).size() == 200);
  CHECK(ServerWords(R"({"message":"said so"})") == "said so");
  std::string cut(199, 'x');
  cut += "\xc3\xa9 and more";
  CHECK(ServerWords(cut) == std::string(199, 'x') + "\xc3\xa9");
  CHECK(ServerWords("caf\xe9") == "caf\xef\xbf\xbd");
}

TEST_CASE("waits are read in every spelling and never trusted too far") {
  struct Row {
    const char* name;
    const char* value;
    std::optional<milliseconds> wait;
  };
  const Row rows[] = {
      {"retry-after", "2", seconds(2)},
      {"retry-after", " 0.5 ", milliseconds(500)},
      {"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT", seconds(10)},
      {"retry-after", "Sun, 06 Nov 1994 08:49:27 GMT", seconds(0)},
      {"retry-after", "soon", std::nullopt},
      {"retry-after", "-5", std::nullopt},
      {"retry-after", "", std::nullopt},
      {"retry-after", "nan", std::nullopt},
      {"retry-after", "99999", minutes(5)},
      {"ratelimit-reset", "1", seconds(1)},
      {"x-ratelimit-reset", "784111797", seconds(20)},  // a point in time
      {"unrelated", "7", std::nullopt},
  };
  for (const Row& row : rows) {
    INFO(row.name << ": " << row.value);
    HttpAnswer answer = Answer(429);
    answer.headers = {{row.name, row.value}};
    CHECK(ReadRateHeaders(answer, Epoch(784111777)).wait == row.wait);
  }
  HttpAnswer both = Answer(429);
  both.headers = {{"ratelimit-reset", "9"}, {"retry-after", "3"}, {"ratelimit-remaining", "0"}};
  CHECK(ReadRateHeaders(both, std::nullopt).wait == milliseconds(3000));
  CHECK(ReadRateHeaders(both, std::nullopt).remaining == 0.0);
}

TEST_CASE("an HTTP date is read strictly") {
  CHECK(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT") == Epoch(784111777));
  for (const char* bad : {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
                          "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMTx",
                          "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 1994 08:-9:37 GMT",
                          "Sun, 06-Nov 1994 08:49:37 GMT", "Sun, 06 Nov-1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994T08:49:37 GMT", "Sun. 06 Nov 1994 08:49:37 GMT"}) {
    INFO(bad);
    CHECK_FALSE(ParseHttpDate(bad));
  }
}

TEST_CASE("back-off grows, is jittered in full, and has a ceiling") {
  const BackoffSettings settings{milliseconds(500), milliseconds(60'000)};
  FixedRandom high(0.999999), low(0.0);
  CHECK(BackoffDelay(0, settings, high) == milliseconds(499));
  CHECK(BackoffDelay(3, settings, high) == milliseconds(3999));
  CHECK(BackoffDelay(50, settings, high) == milliseconds(59'999));
  CHECK(BackoffDelay(50, settings, low) == milliseconds(1));
}

TEST_CASE("the budget holds over any second and any minute") {
  for (const auto& [per_minute, per_second] : {std::pair{240u, 4u}, {10u, 4u}, {7u, 100u}}) {
    Budget budget({per_minute, per_second});
    std::vector<MonotonicTime> sent;
    // Greedy, asking at uneven moments for five minutes.
    for (milliseconds t{0}; t < minutes(5);) {
      if (const auto free = budget.Attempt(At(t), &budget)) {
        REQUIRE(*free > At(t));
        t += std::max(milliseconds(1), std::chrono::ceil<milliseconds>(*free - At(t)));
      } else {
        sent.push_back(At(t));
        t += milliseconds(7);
      }
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (i >= per_second) REQUIRE(sent[i] - sent[i - per_second] >= seconds(1));
      if (i >= per_minute) REQUIRE(sent[i] - sent[i - per_minute] >= minutes(1));
    }
    CHECK(sent.size() >= 5 * per_minute * 95 / 100);
  }
}

TEST_CASE("who asks for more than there is keeps nobody else from asking") {
  Budget budget({60, 4});
  struct Asker {
    MonotonicTime next = At(seconds(0));
    int sent = 0;
  };
  std::vector<Asker> askers(3);  // each wants all there is, and the first one is always first
  std::size_t all = 0;
  for (milliseconds t{0}; t < minutes(10); t += milliseconds(1)) {
    for (Asker& asker : askers) {
      while (asker.next <= At(t)) {
        const auto free = budget.Attempt(At(t), &asker);
        if (free) asker.next = *free;
        if (!free) ++asker.sent;
        if (!free) ++all;
      }
    }
  }
  CHECK(all >= 570);
  for (const Asker& asker : askers) CHECK(asker.sent >= 120);
}

TEST_CASE("what is looked at again waits for what is new, and not for ever") {
  Budget budget({240, 4});
  struct Asker {
    bool is_revisit;
    MonotonicTime next = At(seconds(0));
    MonotonicTime since = At(seconds(0));
    int sent = 0;
    MonotonicTime::duration longest{0};
  };
  // The revisits want all there is, and ask first.
  std::vector<Asker> askers{{true}, {false}};
  for (milliseconds t{0}; t < minutes(10); t += milliseconds(1)) {
    for (Asker& asker : askers) {
      if (asker.next > At(t)) continue;
      const auto free =
          asker.is_revisit ? budget.AttemptRevisit(At(t), &asker) : budget.Attempt(At(t), &asker);
      if (free) {
        asker.next = *free;
        continue;
      }
      ++asker.sent;
      asker.longest = std::max(asker.longest, At(t) - asker.since);
      if (!asker.is_revisit) asker.next = At(t + seconds(3));
      asker.since = std::max(asker.next, At(t));
    }
  }
  CHECK(askers[0].sent >= 2'000);
  CHECK(askers[1].sent >= 150);
  CHECK(askers[1].longest <= seconds(1));

  SECTION("a live request is next, however long the queue of revisits is") {
    Budget full({60, 1});
    std::array<int, 6> revisits{};
    int live = 0;
    REQUIRE_FALSE(full.Attempt(At(seconds(0)), &live));
    for (int& revisit : revisits) CHECK(full.AttemptRevisit(At(seconds(0)), &revisit));
    CHECK(full.Attempt(At(seconds(0)), &live) == At(seconds(1)));
    CHECK(full.AttemptRevisit(At(seconds(1)), &revisits[0]) == At(seconds(2)));
    CHECK_FALSE(full.Attempt(At(seconds(1)), &live));
  }
  SECTION("a revisit that has waited long enough has its turn") {
    Budget full({60, 1});
    int revisit = 0;
    std::array<int, 3> live{};
    int served_at = 0;
    for (int second = 0; second < 30 && served_at == 0; ++second) {
      // More is new than there is room for, and it asks first.
      for (int& asker : live) full.Attempt(At(seconds(second)), &asker);
      if (second > 0 && !full.AttemptRevisit(At(seconds(second)), &revisit)) served_at = second;
    }
    CHECK(served_at >= 10);
    CHECK(served_at <= 15);
  }
}

TEST_CASE("a turn that nobody takes holds nobody up") {
  Budget budget({240, 4});
  int gone = 0;
  int here = 0;
  for (int i = 0; i < 4; ++i) REQUIRE_FALSE(budget.Attempt(At(seconds(0)), &here));
  CHECK(budget.Attempt(At(milliseconds(1)), &gone) == At(seconds(1)));
  CHECK_FALSE(budget.Attempt(At(milliseconds(1'000)), &here));
  // One at a time: the other might be about to ask.
  CHECK(budget.Attempt(At(milliseconds(1'000)), &here) == At(milliseconds(1'001)));
  CHECK_FALSE(budget.Attempt(At(milliseconds(1'001)), &here));
  CHECK_FALSE(budget.Attempt(At(milliseconds(1'002)), &here));
  CHECK(budget.Attempt(At(milliseconds(1'003)), &here).has_value());  // the fourth is the other's
  CHECK_FALSE(budget.Attempt(At(milliseconds(1'300)), &here));
}

TEST_CASE("a loop that is slow, or stands still for a while, serves everyone alike") {
  for (const milliseconds pause : {milliseconds(1), milliseconds(400), milliseconds(1'500)}) {
    INFO(pause.count());
    Budget budget({420, 7});
    std::array<int, 7> sent{};
    std::array<MonotonicTime, 7> next{};
    // All want all there is. A step takes a while, and so does what comes between two rounds.
    for (milliseconds t{0}; t < minutes(5); t += pause) {
      for (std::size_t i = 0; i < sent.size(); ++i, t += pause / 10) {
        if (next[i] > At(t)) continue;
        for (;;) {
          const auto free = budget.Attempt(At(t), &sent[i]);
          if (free) next[i] = *free;
          if (free) break;
          ++sent[i];
        }
      }
    }
    const auto [least, most] = std::minmax_element(sent.begin(), sent.end());
    CAPTURE(sent);
    CHECK(*least > 50);
    CHECK(*most <= *least + *least / 10);
  }
}

TEST_CASE("a 429 stops the budget for as long as it says, shrinks it, and it recovers") {
  Budget budget({240, 4});
  REQUIRE_FALSE(budget.Attempt(At(seconds(0)), &budget));
  budget.OnThrottled(At(seconds(0)), seconds(7));
  CHECK(budget.Attempt(At(seconds(1)), &budget) == At(seconds(7)));
  CHECK_FALSE(budget.Attempt(At(seconds(7)), &budget));
  CHECK(budget.Snapshot(At(seconds(0))).per_second == Approx(2.0));
  CHECK(budget.Snapshot(At(seconds(60))).per_second == Approx(4.0));
  for (int i = 0; i < 20; ++i) budget.OnThrottled(At(seconds(100)), seconds(0));
  CHECK(budget.Snapshot(At(seconds(100))).per_second > 0);
  CHECK_FALSE(budget.Attempt(At(seconds(101)), &budget));  // never shrinks to nothing
}

TEST_CASE("nothing left means nothing sent until the reset") {
  Budget budget({240, 4});
  budget.OnStated(At(seconds(0)), 0.0, seconds(3));
  CHECK(budget.Attempt(At(seconds(1)), &budget) == At(seconds(3)));
  CHECK_FALSE(budget.Attempt(At(seconds(3)), &budget));
  budget.OnStated(At(seconds(3)), 17.0, seconds(30));
  CHECK_FALSE(budget.Attempt(At(seconds(4)), &budget));
  CHECK(budget.Snapshot(At(seconds(4))).throttled == seconds(2));
  CHECK(budget.Snapshot(At(seconds(4))).remaining == 17.0);
}

}  // namespace
}  // namespace nsf
