// SPDX-License-Identifier: Apache-2.0
// The file sink against a real file system: whole batches, mended lines, full disks, closed pipes.
#include "adapters/file/file_sink.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "support/published.h"

namespace nsf::test {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "file-sink-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string File(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string Content(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

void Write(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::unique_ptr<FileSink> Open(const std::string& path, std::string* log = nullptr) {
  auto sink = FileSink::Create({"out", path, true, 0640}, [log](std::string_view message) {
    if (log != nullptr) *log += message;
  });
  REQUIRE(sink);
  return std::move(sink).value();
}

std::optional<Error> PublishTo(Sink& sink, TextBatch& batch) {
  return Published(sink, batch).Outcome();
}

TEST_CASE("a batch is appended line by line, and said to be delivered when it is there") {
  TemporaryDirectory directory;
  const std::string path = directory.File("events");
  Write(path, "before\n");
  auto sink = Open(path);
  TextBatch batch({"one", "two", ""});
  CHECK_FALSE(PublishTo(*sink, batch));
  CHECK(batch.All(OutcomeKind::kDelivered));
  CHECK(Content(path) == "before\none\ntwo\n\n");
  CHECK(sink->guarantee().at_least_once);
}

TEST_CASE("what is decided already is not written again") {
  TemporaryDirectory directory;
  auto sink = Open(directory.File("events"));
  TextBatch batch({"delivered", "rejected", "open"});
  batch.batch.outcomes = {OutcomeKind::kDelivered, OutcomeKind::kRejected, OutcomeKind::kUndecided};
  CHECK_FALSE(PublishTo(*sink, batch));
  CHECK(Content(directory.File("events")) == "open\n");
  CHECK(batch.batch.outcomes[1] == OutcomeKind::kRejected);
}

TEST_CASE("a line that a crash cut is taken off, whole lines are not") {
  struct Row {
    std::string content, mended;
  };
  const Row rows[] = {
      {"", ""},
      {"whole\n", "whole\n"},
      {"whole\ncu", "whole\n"},
      {"{\"cu", ""},
      {"whole\n" + std::string(200'000, 'x'), "whole\n"},
      {std::string(70'000, 'y') + "\n" + std::string(1, 'x'), std::string(70'000, 'y') + "\n"},
  };
  for (const Row& row : rows) {
    TemporaryDirectory directory;
    const std::string path = directory.File("events");
    Write(path, row.content);
    std::string log;
    Open(path, &log);
    CHECK(Content(path) == row.mended);
    CHECK(log.empty() == (row.content == row.mended));
  }
}

TEST_CASE("a file that is none of ours is not touched") {
  const std::string content = GENERATE(std::string("a secret"),
                                       std::string("\x7f"
                                                   "ELF",
                                                   4),
                                       std::string(100'000, 'k'));
  TemporaryDirectory directory;
  const std::string path = directory.File("other");
  Write(path, content);
  const auto sink = FileSink::Create({"out", path, true, 0640}, [](std::string_view) {});
  REQUIRE_FALSE(sink);
  CHECK(sink.error().kind == ErrorKind::kConfiguration);
  CHECK_THAT(sink.error().message, Catch::Contains("move it away"));
  CHECK(Content(path) == content);
}

TEST_CASE("files are made for their owner and group; the mode can be narrower") {
  TemporaryDirectory directory;
  const std::string path = directory.File("dead");
  const mode_t before = umask(0);
  REQUIRE(FileSink::Create({"dead", path, true, 0600}, [](std::string_view) {}));
  umask(before);
  struct stat facts {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("a path that cannot be used is said with the next step") {
  TemporaryDirectory directory;
  for (const std::string& path : {directory.File("no/such/directory"), directory.File("")}) {
    const auto sink = FileSink::Create({"out", path, true, 0640}, [](std::string_view) {});
    REQUIRE_FALSE(sink);
    CHECK(sink.error().kind == ErrorKind::kConfiguration);
    CHECK_THAT(sink.error().message, Catch::Contains("make its directory"));
  }
}

TEST_CASE("a disk that fills leaves whole batches, and goes on when there is room") {
  TemporaryDirectory directory;
  const std::string path = directory.File("events");
  auto sink = Open(path);
  TextBatch fits({"first"});
  REQUIRE_FALSE(PublishTo(*sink, fits));

  // A limit of the file's size fails a write in its middle, as a full disk does.
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 3'000'000;
  setrlimit(RLIMIT_FSIZE, &small);
  TextBatch large({std::string(2'000'000, 'a'), std::string(2'000'000, 'b')});
  const auto error = PublishTo(*sink, large);
  setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK_THAT(error->message, Catch::Contains("free space"));
  CHECK(large.All(OutcomeKind::kUndecided));
  CHECK(Content(path) == "first\n");

  CHECK_FALSE(PublishTo(*sink, large));
  CHECK(std::filesystem::file_size(path) == 6 + 2 * 2'000'001);
}

TEST_CASE("a device without room is told the same way") {
  auto sink = Open("/dev/full");
  TextBatch batch({"x"});
  const auto error = PublishTo(*sink, batch);
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("free space"));
}

TEST_CASE("a rotated file is followed when it is opened again") {
  TemporaryDirectory directory;
  const std::string path = directory.File("events");
  auto sink = Open(path);
  TextBatch first({"first"}), second({"second"}), third({"third"});
  PublishTo(*sink, first);
  std::filesystem::rename(path, path + ".1");
  PublishTo(*sink, second);
  sink->Reopen();
  PublishTo(*sink, third);
  CHECK(Content(path + ".1") == "first\nsecond\n");
  CHECK(Content(path) == "third\n");
}

TEST_CASE("a rotated file is made anew without waiting for events") {
  TemporaryDirectory directory;
  const std::string path = directory.File("events");
  auto sink = Open(path);
  std::filesystem::rename(path, path + ".1");
  sink->Reopen();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!std::filesystem::exists(path) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("when a rotated file cannot be made anew, the old one stays in use") {
  TemporaryDirectory directory;
  const std::string path = directory.File("events");
  std::string log;
  auto sink = Open(path, &log);
  std::filesystem::rename(path, path + ".1");
  std::filesystem::create_directory(path);
  sink->Reopen();
  TextBatch batch({"one"});
  CHECK_FALSE(PublishTo(*sink, batch));
  sink.reset();
  CHECK_THAT(log, Catch::Contains("stays in use"));
  CHECK(Content(path + ".1") == "one\n");
}

TEST_CASE("several batches at once each stay together") {
  TemporaryDirectory directory;
  const std::string path = directory.File("events");
  auto sink = Open(path);
  TextBatch a({"a1", "a2"}), b({"b1", "b2"});
  Published first(*sink, a), second(*sink, b);
  CHECK_FALSE(second.Outcome());
  CHECK_FALSE(first.Outcome());
  CHECK(Content(path) == "a1\na2\nb1\nb2\n");
}

// Descriptor 1 is a pipe for as long as it lives.
class StdoutPipe {
 public:
  StdoutPipe() {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    reader_ = ends[0];
    saved_ = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
  }
  ~StdoutPipe() {
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
    CloseReader();
  }
  void CloseReader() {
    if (reader_ >= 0) close(reader_);
    reader_ = -1;
  }
  std::string Read(std::size_t count) const {
    std::string text(count, '\0');
    text.resize(static_cast<std::size_t>(read(reader_, text.data(), count)));
    return text;
  }

 private:
  int reader_;
  int saved_;
};

TEST_CASE("lines of any length reach a file and a pipe as they are") {
  // More than one call takes (IOV_MAX), longer and shorter than what a pipe takes at once.
  std::vector<std::string> lines;
  std::string expected;
  for (std::size_t i = 0; i < 3000; ++i) {
    lines.emplace_back(i % 500 == 0 ? 9000 : i % 7, static_cast<char>('a' + i % 26));
    expected += lines.back() + '\n';
  }
  TemporaryDirectory directory;
  const std::string path = directory.File("lines");
  TextBatch batch(lines);
  auto file = Open(path);
  CHECK_FALSE(PublishTo(*file, batch));
  CHECK(Content(path) == expected);
  std::string read;
  {
    StdoutPipe pipe;
    auto sink = Open("-");
    TextBatch piped(lines);
    std::thread reader([&] {
      while (read.size() < expected.size()) read += pipe.Read(100'000);
    });
    PublishTo(*sink, piped);
    reader.join();
  }
  CHECK((read == expected));
}

TEST_CASE("stdout is best effort, and its reader going away is no alarm") {
  signal(SIGPIPE, SIG_IGN);
  std::string read;
  std::optional<Error> error;
  bool at_least_once = true;
  {
    StdoutPipe pipe;
    auto sink = Open("-");
    at_least_once = sink->guarantee().at_least_once;
    TextBatch batch({"one", "two"});
    PublishTo(*sink, batch);
    read = pipe.Read(100);
    pipe.CloseReader();
    TextBatch unread({"three"});
    error = PublishTo(*sink, unread);
  }
  CHECK(read == "one\ntwo\n");
  CHECK_FALSE(at_least_once);
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kClosed);
}

// Descriptor 1 is a file, not opened for appending, for as long as it lives.
class StdoutFile {
 public:
  explicit StdoutFile(const std::string& path) : saved_(dup(STDOUT_FILENO)) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(file, STDOUT_FILENO);
    close(file);
  }
  ~StdoutFile() {
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
  }

 private:
  int saved_;
};

TEST_CASE("stdout that is a file gets whole batches too") {
  TemporaryDirectory directory;
  const std::string path = directory.File("redirected");
  signal(SIGXFSZ, SIG_IGN);
  std::optional<Error> full;
  {
    StdoutFile redirected(path);
    auto sink = Open("-");
    TextBatch first({"first"}), second({"second"}), large({std::string(3'000'000, 'x')});
    PublishTo(*sink, first);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 1'500'000;
    setrlimit(RLIMIT_FSIZE, &small);
    full = PublishTo(*sink, large);
    setrlimit(RLIMIT_FSIZE, &before);
    PublishTo(*sink, second);
  }
  CHECK(full);
  CHECK(Content(path) == "first\nsecond\n");
}

TEST_CASE("a pipe that nobody reads does not keep the program from stopping") {
  std::optional<Error> error;
  bool ended = true;
  {
    StdoutPipe pipe;
    auto sink = Open("-");
    TextBatch batch({std::string(1'000'000, 'x')});
    Published published(*sink, batch);
    ended = published.Ended(std::chrono::milliseconds(300));
    sink.reset();
    error = published.Outcome();
  }
  CHECK_FALSE(ended);
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
}

}  // namespace
}  // namespace nsf::test
