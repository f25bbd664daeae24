// SPDX-License-Identifier: Apache-2.0
// This machine: clocks, randomness, secrets, signals, limits.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>

#include "adapters/system/process.h"
#include "adapters/system/secrets.h"
#include "adapters/system/signal_watcher.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_random.h"
#include "contract/syslog/certificates.h"

namespace nsf::testing {
namespace {

TEST_CASE("the clocks are those of the machine") {
  const SystemClock clock;
  const auto wall = std::chrono::system_clock::now();
  const Now first = clock.Read();
  const Now second = clock.Read();
  CHECK(std::chrono::abs(first.wall - wall) < std::chrono::seconds(60));
  CHECK(second.monotonic >= first.monotonic);
}

TEST_CASE("random numbers are in [0, 1), differ, and fill it") {
  SystemRandom random;
  SystemRandom other;
  double least = 1;
  double most = 0;
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double number = random.Uniform();
    REQUIRE(number >= 0);
    REQUIRE(number < 1);
    least = std::min(least, number);
    most = std::max(most, number);
    sum += number;
  }
  CHECK(least < 0.01);
  CHECK(most > 0.99);
  CHECK(sum / 10'000 == Approx(0.5).margin(0.05));
  CHECK(random.Uniform() != other.Uniform());
}

TEST_CASE("a secret that cannot be had names its file and the next step") {
  const Directory directory;
  const auto [name, content] = GENERATE(table<std::string, std::string>(
      {{"missing", ""}, {"empty", ""}, {"blank", " \n"}, {"huge", std::string(65'537, 'x')}}));
  const std::string path = directory.Path(name);
  if (name != "missing") directory.Write(name, content);
  const auto secret = FileSecret(path).Read();
  REQUIRE_FALSE(secret);
  CHECK(secret.error().kind == ErrorKind::kStop);
  CHECK(secret.error().message.find("file " + path) != std::string::npos);
}

TEST_CASE("neither a directory nor a pipe holds up the reading of secrets") {
  const Directory directory;
  const std::string pipe = directory.Path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_FALSE(FileSecret(pipe).Read());
  CHECK_FALSE(FileSecret(directory.Path(".")).Read());
}

TEST_CASE("a secret of 64 KiB is read, and a link is followed to where it points now") {
  const Directory directory;
  const std::string large(65'536, 'x');
  CHECK(FileSecret(directory.Write("large", large)).Read()->Reveal() == large);
  directory.Write("a", "one");
  directory.Write("b", "two");
  const std::string link = directory.Path("link");
  const FileSecret secret(link);
  for (const auto& [target, text] : {std::pair{"a", "one"}, std::pair{"b", "two"}}) {
    std::filesystem::remove(link);
    std::filesystem::create_symlink(target, link);
    CHECK(secret.Read()->Reveal() == text);
  }
}

TEST_CASE("a fixed secret is cut like one in a file") {
  CHECK(FixedSecret(Secret(" t\n"), "key token").Read()->Reveal() == "t");
  const auto empty = FixedSecret(Secret(" "), "key token").Read();
  REQUIRE_FALSE(empty);
  CHECK(empty.error().kind == ErrorKind::kStop);
  CHECK(empty.error().message.find("key token") != std::string::npos);
}

TEST_CASE("signals become calls, and the mask is given back") {
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  {
    std::promise<int> first;
    auto watcher =
        SignalWatcher::Start({SIGUSR1, SIGUSR2}, [&](int number) { first.set_value(number); });
    REQUIRE(watcher);
    ::kill(::getpid(), SIGUSR2);
    auto future = first.get_future();
    REQUIRE(future.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    CHECK(future.get() == SIGUSR2);
  }
  sigset_t after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  CHECK(::sigismember(&after, SIGUSR2) == ::sigismember(&before, SIGUSR2));
}

TEST_CASE("no core is written, and a closed pipe is only an error") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ForbidCores();
    IgnoreSigpipe();
    KeepMemorySmall();
    GiveMemoryBack();
    struct rlimit limit = {1, 1};
    ::getrlimit(RLIMIT_CORE, &limit);
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(3);
    ::close(ends[0]);
    if (limit.rlim_max != 0 || ::write(ends[1], "x", 1) != -1) ::_exit(4);
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  CHECK_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace nsf::testing
