// SPDX-License-Identifier: Apache-2.0
// A stream that reads an iterator, in virtual time: everything arrives through crashes, lost
// answers and failing sinks, and comes again only after a crash.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "core/iterator/place.h"
#include "core/state/keys.h"
#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

StreamSettings IteratorStreamSettings() {
  StreamSettings settings = AcmeSettings();
  settings.iterator = IteratorSettings{};
  return settings;
}

// The tenant's side: a cursor that moves with every page that is given.
struct FakeIterator {
  explicit FakeIterator(VirtualRun* of) : run(*of) {
    run.tenant.instead = [this](const HttpRequest& request) { return Answer(request); };
  }

  void Add(int count, const std::string& prefix = "e") {
    for (int i = 0; i < count; ++i) {
      rows.push_back(R"({"timestamp":)" + std::to_string(Second() - 100) + R"(,"_id":")" + prefix +
                     std::to_string(i) + "\"}");
    }
  }
  std::int64_t Second() const { return run.second().time_since_epoch().count(); }

  std::optional<HttpAnswer> Answer(const HttpRequest& request) {
    const auto at = request.target.find("&operation=");
    operation = request.target.substr(at + 11);
    index = request.target.substr(request.target.find("index=") + 6);
    index = index.substr(0, index.find('&'));
    operations.push_back(operation == "next" || operation == "resend" ? operation : "epoch");
    HttpAnswer answer;
    if (refuses) {
      if (const auto refusal = refuses()) return *refusal;
    }
    if (operations.back() == "epoch") next = 0;
    if (operation != "resend") {
      first = next;
      next = std::min(rows.size(), first + page);
    }
    if (spoils && spoils()) {
      answer.failure = HttpFailure::kBroken;
      answer.failure_text = "cut";
      return answer;
    }
    answer.status = 200;
    std::string list;
    for (std::size_t i = first; i < next; ++i) list += (i > first ? "," : "") + rows[i];
    answer.body = R"({"ok":1,"result":[)" + list + "]" + tail + "}";
    if (malformed > 0) {
      --malformed;
      answer.body.resize(answer.body.size() / 2);
    }
    return answer;
  }
  std::size_t Count(const std::string& name) const {
    return static_cast<std::size_t>(std::count(operations.begin(), operations.end(), name));
  }

  VirtualRun& run;
  std::vector<std::string> rows;
  std::size_t page = 100;
  std::size_t first = 0, next = 0;
  std::string operation, index;
  std::string tail = R"(,"wait_time":0)";
  std::vector<std::string> operations;
  std::function<std::optional<HttpAnswer>()> refuses;  // before anything moves
  std::function<bool()> spoils;                        // behind that
  int malformed = 0;
};

HttpAnswer Status(int status, std::string body = "{}") {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

TEST_CASE("an iterator's backlog arrives once, and then what follows") {
  VirtualRun run(IteratorStreamSettings());
  FakeIterator iterator(&run);
  iterator.Add(1'050);
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 1'050);
  CHECK(iterator.Count("epoch") == 1);
  CHECK(iterator.Count("next") == 11);
  CHECK(iterator.Count("resend") == 0);
  CHECK(run.stream().begins());

  iterator.Add(7, "later");
  CHECK(run.Until([&] { return run.delivered.size() == 1'057; }, seconds(32)));
  run.For(minutes(1));
  CHECK(run.snapshot().pending == 0);
  CHECK(run.second() - *run.snapshot().delivered_until <= seconds(32));
  // A quiet stream writes nothing.
  const int commits = run.commits;
  run.For(minutes(5));
  CHECK(run.commits == commits);
}

TEST_CASE("the place is durable before the tenant is asked for anything") {
  VirtualRun run(IteratorStreamSettings());
  FakeIterator iterator(&run);
  std::string place;
  iterator.refuses = [&]() -> std::optional<HttpAnswer> {
    if (place.empty()) place = run.state[IteratorPlaceKey("acme", "audit")];
    return std::nullopt;
  };
  const WallSeconds begun = run.second();
  REQUIRE(run.UntilCaughtUp());
  REQUIRE_FALSE(place.empty());
  const auto stored = DecodeIteratorPlace(place).value();
  CHECK(IndexName(stored, "") == iterator.index);
  CHECK(stored.begin == begun - hours(24));
  CHECK_FALSE(stored.begun);
}

TEST_CASE("the next page is asked for when the last one is committed, and no sooner") {
  StreamSettings settings = IteratorStreamSettings();
  settings.batch.events = 60;
  VirtualRun run(settings);
  FakeIterator iterator(&run);
  iterator.Add(1'000);
  iterator.refuses = [&]() -> std::optional<HttpAnswer> {
    if (iterator.operation != "next") return std::nullopt;
    CHECK(run.snapshot().pending == 0);
    CHECK(run.delivered.size() == iterator.next);
    return std::nullopt;
  };
  int failures = 0;
  run.commit_fails = [&](Batch& batch) -> std::optional<Error> {
    if (batch.sinks.front().records.empty() || ++failures % 5 != 0) return std::nullopt;
    return Error{ErrorKind::kRetry, "the broker is away"};
  };
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 1'000);
  CHECK(failures > 20);
}

TEST_CASE("a broken answer is asked for again by resend, and nothing is lost or repeated") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    VirtualRun run(IteratorStreamSettings(), seed);
    FakeIterator iterator(&run);
    iterator.Add(2'000);
    std::mt19937_64 dice(seed);
    int spoilt = 0;
    iterator.refuses = [&]() -> std::optional<HttpAnswer> {
      if (dice() % 6 != 0) return std::nullopt;
      const int statuses[] = {400, 409, 429, 500, 503, 401};
      return Status(statuses[dice() % 6]);
    };
    iterator.spoils = [&] { return dice() % 4 == 0 && ++spoilt > 0; };
    REQUIRE(run.UntilCaughtUp());
    CheckDelivered(run, 2'000);
    CHECK(spoilt > 0);
  }
}

TEST_CASE("nothing is lost to crashes, and a crash repeats at most a batch") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    StreamSettings settings = IteratorStreamSettings();
    settings.batch.events = 150;
    VirtualRun run(settings, seed);
    FakeIterator iterator(&run);
    iterator.page = 400;
    iterator.Add(2'000);
    std::mt19937_64 dice(seed);
    run.crash = [&] { return run.restarts < 25 && dice() % 4 == 0; };
    iterator.spoils = [&] { return dice() % 5 == 0; };
    run.For(hours(2));
    REQUIRE(run.delivered.size() == 2'000);
    int repeats = 0;
    for (const auto& [id, times] : run.delivered) repeats += times - 1;
    REQUIRE(repeats <= run.restarts * 150);
    REQUIRE(run.Failures() == "");
  }
}

TEST_CASE("a page that is shown again whole, in part or not at all") {
  // A crash before any of it is committed, after a part, and after all.
  for (const int commits : {2, 4, 7, 9}) {
    INFO(commits << " commits");
    StreamSettings settings = IteratorStreamSettings();
    settings.batch.events = 60;  // ten a part
    VirtualRun run(settings);
    FakeIterator iterator(&run);
    iterator.page = 50;
    iterator.Add(150);
    run.crash = [&] { return run.restarts == 0 && run.commits == commits; };
    REQUIRE(run.Until([&] { return run.restarts == 1; }, hours(1)));
    run.For(minutes(5));
    CheckDelivered(run, 150, 2);
    CHECK(iterator.Count("resend") >= 1);
    CHECK(run.snapshot().pending == 0);
  }
}

TEST_CASE("rows without an id are told from those of another page") {
  VirtualRun run(IteratorStreamSettings());
  FakeIterator iterator(&run);
  iterator.page = 2;
  const std::string same = R"({"user":"x"})";
  iterator.rows = {same, same, R"({"_id":"a"})", same};
  // The page before is shown again, and then one that looks like it in part.
  bool spoilt = false;
  iterator.spoils = [&] {
    return iterator.operation == "next" && iterator.first == 2 && !std::exchange(spoilt, true);
  };
  REQUIRE(run.UntilCaughtUp());
  CHECK(run.snapshot().received == 4);
  int delivered = 0;
  for (const auto& [id, times] : run.delivered) delivered += times;
  CHECK(delivered == 4);
  CHECK(run.Failures() == "");
}

TEST_CASE("the tenant's wait is kept, and its mark is the lag of a backlog") {
  VirtualRun run(IteratorStreamSettings());
  FakeIterator iterator(&run);
  iterator.Add(300);
  const std::int64_t mark = iterator.Second() - 5'000;
  iterator.tail = R"(,"wait_time":7,"timestamp_hwm":)" + std::to_string(mark);
  REQUIRE(run.Until([&] { return iterator.Count("next") == 1; }, minutes(1)));
  CHECK(run.snapshot().delivered_until == WallSeconds(seconds(mark)));
  CHECK_FALSE(run.snapshot().caught_up);
  const auto at = run.now().monotonic;
  REQUIRE(run.Until([&] { return iterator.Count("next") == 2; }, minutes(1)));
  CHECK(run.now().monotonic - at >= seconds(7));
  CHECK(run.now().monotonic - at < seconds(8));
}

TEST_CASE("a page that never parses goes to the dead letter, and the stream goes on") {
  VirtualRun run(IteratorStreamSettings());
  FakeIterator iterator(&run);
  iterator.page = 3;
  iterator.rows = {R"({"_id":"a"})", R"({"_id":"b",,})", R"({"_id":"c"})", R"({"_id":"d"})"};
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 3);
  CHECK(run.dead_lettered.size() == 1);
  CHECK(run.dead_lettered.count(R"({"_id":"b",,})") == 1);

  VirtualRun cut(IteratorStreamSettings());
  FakeIterator other(&cut);
  other.Add(30);
  other.malformed = 2;  // cut on its way, with nothing to tell it by but the text
  REQUIRE(cut.UntilCaughtUp());
  CheckDelivered(cut, 30);
  CHECK(cut.dead_lettered.empty());
}

TEST_CASE("another consumer is noticed") {
  StreamSettings settings = IteratorStreamSettings();
  settings.iterator->index = "shared";
  VirtualRun run(settings);
  FakeIterator iterator(&run);
  iterator.Add(30);
  REQUIRE(run.UntilCaughtUp());
  CHECK(iterator.index == "shared");
  // Before each look it takes a page.
  int taken = 0;
  iterator.refuses = [&]() -> std::optional<HttpAnswer> {
    if (iterator.operation != "resend") return std::nullopt;
    iterator.Add(10, "theirs" + std::to_string(taken++) + "-");
    iterator.first = iterator.next;
    iterator.next = iterator.rows.size();
    return std::nullopt;
  };
  CHECK(run.Until([&] { return run.delivered.count("theirs0-9") == 1; }, minutes(11)));
  const auto told = [&](const char* what) {
    return std::any_of(run.notices.begin(), run.notices.end(), [&](const Notice& notice) {
      return notice.text.find(what) != std::string::npos;
    });
  };
  CHECK(told("somebody else uses the index shared"));
  CHECK(run.snapshot().index_conflicts == 1);
  bool conflict = true;
  iterator.refuses = [&]() -> std::optional<HttpAnswer> {
    if (!std::exchange(conflict, false)) return std::nullopt;
    return Status(409, R"({"message":"busy"})");
  };
  run.For(minutes(2));
  CHECK(told("an earlier request is still at work, or somebody else asks with the index shared"));
  CHECK(run.snapshot().index_conflicts == 2);
  CHECK(run.Failures() == "");
}

TEST_CASE("who was shut out of a shared state moves nothing") {
  StreamSettings settings = IteratorStreamSettings();
  settings.iterator->is_shared = true;
  VirtualRun run(settings);
  FakeIterator iterator(&run);
  iterator.Add(30);
  REQUIRE(run.UntilCaughtUp());
  const int commits = run.commits;
  const auto asked = iterator.Count("next");
  run.For(minutes(5));
  CHECK(iterator.Count("next") - asked >= 9);
  CHECK(run.commits - commits >= 9);  // one before each
  bool shut_out = true;
  run.commit_fails = [&](Batch&) -> std::optional<Error> {
    if (!shut_out) return std::nullopt;
    return Error{ErrorKind::kRetry, "shut out"};
  };
  const auto before = iterator.Count("next");
  run.For(minutes(5));
  CHECK(iterator.Count("next") - before <= 1);  // it was under way
  shut_out = false;
  iterator.Add(5, "later");
  CHECK(run.Until([&] { return run.delivered.count("later4") == 1; }, minutes(2)));
  CHECK(run.Failures() == "");
}

TEST_CASE("a page that is too large blocks, and says what to do") {
  VirtualRun run(IteratorStreamSettings());
  FakeIterator iterator(&run);
  iterator.refuses = []() -> std::optional<HttpAnswer> {
    HttpAnswer answer;
    answer.failure = HttpFailure::kBodyTooLarge;
    answer.status = 200;
    return answer;
  };
  run.For(minutes(1));
  CHECK(run.snapshot().blocked_reason == "refused");
  CHECK_THAT(run.snapshot().last_error, Catch::Contains("raise tenants[].max_page_bytes"));
  iterator.refuses = nullptr;
  iterator.Add(5);
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 5);
}

}  // namespace
}  // namespace nsf::test
