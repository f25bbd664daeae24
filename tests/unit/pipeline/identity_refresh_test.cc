// SPDX-License-Identifier: Apache-2.0
// Keeping a picture fresh against a tenant that fails in every way, in virtual time.
#include "pipeline/identity/identity_refresh.h"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <string>

#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using namespace std::chrono_literals;

class HalfRandom : public Random {
 public:
  double Uniform() override { return 0.5; }
};

// Lists made of numbers: user n is named n@x, group n is named "Group n".
std::string ListOf(const std::string& target, int users, int groups, std::uint64_t claim = 0) {
  const bool of_users = target.find("/Users") != std::string::npos;
  const auto number = [&target](const std::string& key) {
    return std::stoi(target.substr(target.find(key) + key.size()));
  };
  const int size = of_users ? users : groups;
  const int first = number("startIndex=");
  std::string body = R"({"totalResults":)" +
                     std::to_string(claim != 0 ? claim : static_cast<std::uint64_t>(size)) +
                     R"(,"Resources":[)";
  for (int i = first; i <= size && i < first + number("count="); ++i) {
    const std::string n = std::to_string(i);
    if (body.back() != '[') body += ',';
    body += of_users
                ? R"({"id":"u)" + n + R"(","userName":")" + n + R"(@x","groups":[{"value":"g1"}]})"
                : R"({"id":"g)" + n + R"(","displayName":"Group )" + n + "\"}";
  }
  return body + "]}";
}

HttpAnswer Ok(std::string body) {
  HttpAnswer answer;
  answer.status = 200;
  answer.body = std::move(body);
  return answer;
}

HttpAnswer Status(int status) {
  HttpAnswer answer;
  answer.status = status;
  return answer;
}

// Drives a refresh; each answer takes 100 ms.
class Drive {
 public:
  explicit Drive(std::chrono::seconds refresh = 1h) {
    settings.tenant = "acme";
    settings.token_reference = "file /scim";
    settings.refresh = refresh;
    Begin();
  }

  void Begin() {
    const MapState reader(state);
    auto made = IdentityRefresh::Create(settings, reader, budget, random);
    REQUIRE(made);
    refresh_ = std::move(made).value();
    next_ = {};
  }

  void Run(std::chrono::milliseconds time) {
    const auto end = now.monotonic + time;
    while (now.monotonic < end) {
      IdentityOutput out = refresh_->Step(now, std::exchange(next_, {}));
      for (const Notice& notice : out.notices) notices.push_back(notice.text);
      if (!out.commit.empty()) {
        if (commits_fail) {
          next_.committed = Result<void>(Error{ErrorKind::kRetry, "disk full"});
        } else {
          for (const StateChange& change : out.commit) {
            if (change.value) {
              state[change.key] = *change.value;
            } else {
              state.erase(change.key);
            }
          }
          next_.committed = Result<void>();
        }
      }
      auto wake = std::min(out.wake_at, end);
      if (out.request) {
        asked.push_back({out.request->target, now.monotonic});
        next_.answer = answer(out.request->target);
        wake = now.monotonic + 100ms;
      } else if (next_.committed) {
        wake = now.monotonic + 1ms;
      }
      REQUIRE(wake > now.monotonic);  // it never spins
      now.wall += std::chrono::ceil<std::chrono::milliseconds>(wake - now.monotonic);
      now.monotonic = wake;
    }
  }

  const IdentitySnapshot& snapshot() const { return refresh_->snapshot(); }
  bool IsAwaited() const { return refresh_->IsAwaited(now); }
  bool IsKeeping() const { return refresh_->IsKeeping(); }
  const Picture* picture() const { return refresh_->directory()->picture(); }
  bool Knows(const std::string& name) const {
    Identity identity;
    return picture() != nullptr && picture()->Find(name, &identity);
  }

  IdentitySettings settings;
  Budget budget{{240, 4}};
  HalfRandom random;
  std::map<std::string, std::string> state;
  Now now{WallTime(1'760'000'000s), MonotonicTime(1h)};
  std::function<HttpAnswer(const std::string&)> answer = [](const std::string& target) {
    return Ok(ListOf(target, 2'500, 3));
  };
  std::vector<std::pair<std::string, MonotonicTime>> asked;
  std::vector<std::string> notices;
  bool commits_fail = false;

 private:
  std::unique_ptr<IdentityRefresh> refresh_;
  IdentityCompletions next_;
};

TEST_CASE("Users and groups are walked by startIndex and count, and never otherwise") {
  Drive drive;
  drive.Run(1min);
  REQUIRE(drive.asked.size() == 4);
  CHECK(drive.asked[0].first == "/api/v2/scim/Users?startIndex=1&count=1000");
  CHECK(drive.asked[1].first == "/api/v2/scim/Users?startIndex=1001&count=1000");
  CHECK(drive.asked[2].first == "/api/v2/scim/Users?startIndex=2001&count=1000");
  CHECK(drive.asked[3].first ==
        "/api/v2/scim/Groups?startIndex=1&count=1000&excludedAttributes=members");
  CHECK(drive.snapshot().users == 2'500);
  CHECK(drive.snapshot().groups == 3);
  CHECK(drive.snapshot().walks.at("whole") == 1);
  const PictureFacts& facts = drive.picture()->facts();
  CHECK(drive.snapshot().taken == facts.taken);
  CHECK(drive.snapshot().fresh_until == facts.taken + 2h + facts.took);
  CHECK(drive.Knows("2500@x"));
  drive.Run(1h);
  CHECK(drive.asked.size() == 8);
}

TEST_CASE("A restart shows what was kept, and asks when it is due") {
  Drive drive;
  drive.Run(1min);
  drive.asked.clear();
  drive.Begin();
  CHECK(drive.Knows("1@x"));
  drive.Run(30min);
  CHECK(drive.asked.empty());
  drive.Run(30min);
  CHECK(drive.asked.size() == 4);
}

TEST_CASE("A refusal is probed slowly, and the picture stays") {
  for (const int status : {401, 403, 404, 302}) {
    Drive drive(1h);
    drive.Run(1min);
    drive.answer = [status](const std::string&) { return Status(status); };
    drive.Run(2h);
    CHECK(drive.snapshot().up == false);
    CHECK_FALSE(drive.snapshot().blocked_reason.empty());
    CHECK(drive.Knows("2500@x"));
    CHECK(drive.asked.size() < 4 + 70);
    CHECK(drive.notices.size() == 1);
    if (status == 403) {
      CHECK(drive.notices[0].find("SCIM token") != std::string::npos);
      CHECK(drive.notices[0].find("REST API v2 token") != std::string::npos);
    }
    drive.answer = [](const std::string& target) { return Ok(ListOf(target, 10, 1)); };
    drive.Run(2min);
    CHECK(drive.snapshot().blocked_reason.empty());
    CHECK(drive.snapshot().users == 10);
  }
}

TEST_CASE("429, 5xx, broken pages and no answers in the middle cost time and nothing else") {
  Drive drive;
  int count = 0;
  drive.answer = [&count](const std::string& target) {
    HttpAnswer none;
    none.failure = HttpFailure::kTimeout;
    switch (++count % 8) {
      case 1:
        return Status(429);
      case 2:
        return Status(503);
      case 3:
        return Ok("{\"totalResults\":2500,\"Resources\":[{\"userN");
      case 4:
        return none;
      case 5:
        return Ok(R"({"ok":0,"error":"Internal error"})");
      case 6:
        return Status(204);
      default:
        return Ok(ListOf(target, 2'500, 3));
    }
  };
  drive.Run(30min);
  CHECK(drive.snapshot().users == 2'500);
  CHECK(drive.snapshot().walks.at("whole") == 1);
  CHECK_FALSE(drive.snapshot().walks.contains("moved"));
}

TEST_CASE("The budget of the token is kept to any minute and any second") {
  Drive drive;
  drive.answer = [](const std::string& target) { return Ok(ListOf(target, 400'000, 1)); };
  drive.Run(3min);
  REQUIRE(drive.snapshot().users == 400'000);
  for (std::size_t i = 4; i < drive.asked.size(); ++i) {
    CHECK(drive.asked[i].second - drive.asked[i - 4].second >= 1s);
  }
}

TEST_CASE("10 million users claimed are refused at once, and asked for at the next refresh") {
  Drive drive;
  drive.answer = [](const std::string& target) { return Ok(ListOf(target, 50, 1, 10'000'000)); };
  drive.Run(30min);
  CHECK(drive.asked.size() == 1);
  CHECK(drive.snapshot().blocked_reason == "too_many");
  CHECK(drive.snapshot().walks.at("failed") == 1);
  CHECK(drive.picture() == nullptr);
  drive.Run(1h);
  CHECK(drive.asked.size() == 2);
}

TEST_CASE("A page that comes again for each startIndex ends the walk") {
  Drive drive;
  drive.answer = [](const std::string&) {
    return Ok(ListOf("/Users?startIndex=1&count=1000", 2'500, 1));
  };
  drive.Run(30min);
  CHECK(drive.asked.size() == 2);
  CHECK(drive.snapshot().blocked_reason == "paging");
}

TEST_CASE("A list that moves is walked again, and taken as it is in the end") {
  Drive drive;
  int size = 2'600;
  int walks = 0;
  drive.answer = [&](const std::string& target) {
    if (target.find("startIndex=1&") != std::string::npos &&
        target.find("Users") != std::string::npos) {
      ++walks;
    }
    if (target.find("startIndex=1001&") != std::string::npos && walks <= 1) --size;
    return Ok(ListOf(target, size, 1));
  };
  drive.Run(5min);
  CHECK(drive.snapshot().walks.at("moved") == 1);
  CHECK(drive.snapshot().walks.at("whole") == 1);
  CHECK(drive.snapshot().whole);
  CHECK(drive.snapshot().users == 2'599);

  Drive never;
  int total = 5'000;
  never.answer = [&](const std::string& target) { return Ok(ListOf(target, --total, 1)); };
  never.Run(5min);
  CHECK(never.snapshot().walks.at("moved") == 3);
  CHECK_FALSE(never.snapshot().whole);
  CHECK(never.snapshot().users > 4'900);
  CHECK(never.notices.size() == 1);
}

TEST_CASE("A page that is too large is asked for in halves") {
  Drive drive;
  drive.answer = [](const std::string& target) {
    const int count = std::stoi(target.substr(target.find("count=") + 6));
    if (count > 200) {
      HttpAnswer large;
      large.failure = HttpFailure::kBodyTooLarge;
      large.status = 200;
      return large;
    }
    return Ok(ListOf(target, 500, 1));
  };
  drive.Run(5min);
  CHECK(drive.snapshot().users == 500);
}

TEST_CASE("A picture is awaited until it is there, and not where none will come") {
  Drive drive;
  CHECK(drive.IsAwaited());
  drive.Run(150ms);
  CHECK(drive.IsAwaited());  // in the middle of its walk
  drive.Run(1min);
  CHECK_FALSE(drive.IsAwaited());
  CHECK_FALSE(drive.IsKeeping());
  drive.answer = [](const std::string&) { return Status(503); };
  drive.Run(1h);
  CHECK_FALSE(drive.IsAwaited());  // the kept one is fresh yet
  drive.now.wall += 3h;
  drive.Begin();
  CHECK(drive.picture() != nullptr);
  CHECK(drive.IsAwaited());  // stale
  drive.Run(50s);
  CHECK(drive.IsAwaited());
  drive.Run(20s);
  CHECK_FALSE(drive.IsAwaited());  // failing for a minute
  drive.answer = [](const std::string& target) { return Ok(ListOf(target, 10, 1)); };
  drive.Run(10min);
  CHECK_FALSE(drive.IsAwaited());
  CHECK(drive.snapshot().users == 10);

  Drive refused;
  refused.answer = [](const std::string&) { return Status(403); };
  refused.Run(1s);
  CHECK_FALSE(refused.IsAwaited());
}

TEST_CASE("A picture is on its way into the state until it is there, or cannot be kept") {
  Drive drive;
  bool was_keeping = false;
  for (int i = 0; i < 2'000 && !was_keeping; ++i) {
    drive.Run(1ms);
    was_keeping = drive.IsKeeping();
  }
  CHECK(was_keeping);
  drive.Run(1s);
  CHECK_FALSE(drive.IsKeeping());
  drive.Begin();
  CHECK(drive.Knows("1@x"));

  Drive full;
  full.commits_fail = true;
  full.Run(1min);
  CHECK(full.Knows("1@x"));
  CHECK_FALSE(full.IsKeeping());
}

TEST_CASE("A state that takes nothing delays no picture, and is told again later") {
  Drive drive;
  drive.commits_fail = true;
  drive.Run(2h);
  CHECK(drive.Knows("2500@x"));
  CHECK(drive.state.empty());
  drive.commits_fail = false;
  drive.Run(1min);
  CHECK_FALSE(drive.state.empty());
  drive.Begin();
  CHECK(drive.Knows("2500@x"));
}

TEST_CASE("A damaged picture is told, and taken anew") {
  Drive drive;
  drive.Run(1min);
  for (auto& [key, value] : drive.state) value[value.size() / 2] ^= 0x41;
  drive.Begin();
  CHECK_FALSE(drive.Knows("1@x"));
  drive.Run(1min);
  CHECK(drive.Knows("1@x"));
  CHECK(drive.notices.at(0).find("damaged") != std::string::npos);
}

}  // namespace
}  // namespace nsf::test
