// SPDX-License-Identifier: Apache-2.0
// The thread that appends batches.
#include "adapters/file/file_sink.h"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/file/line_file.h"

namespace nsf {
namespace {

constexpr const char* kStdout = "-";

Result<std::unique_ptr<LineFile>> OpenFile(const FileSinkConfig& config, const FileSink::Log& log) {
  if (config.path == kStdout) return LineFile::Stdout();
  std::size_t mended = 0;
  auto file = LineFile::Open(config.path, config.mode, &mended);
  if (mended > 0) {
    log("took " + std::to_string(mended) + " bytes of a cut last line off " + config.path +
        "; its event was not acknowledged and comes again");
  }
  return file;
}

}  // namespace

class FileSink::Worker {
 public:
  Worker(FileSinkConfig config, Log log, std::unique_ptr<LineFile> file)
      : config_(std::move(config)), log_(std::move(log)), file_(std::move(file)) {}

  // Call once. Throws std::system_error when the system has no thread left.
  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  ~Worker() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    ready_.notify_one();
    thread_.join();
    for (Job& job : jobs_) job.done(Error{ErrorKind::kRetry, config_.path + " is being closed"});
  }

  void Add(SinkBatch& batch, Done done) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({&batch, std::move(done)});
    }
    ready_.notify_one();
  }

  void Reopen() {
    {
      const std::lock_guard lock(mutex_);
      reopen_ = true;
    }
    ready_.notify_one();
  }

 private:
  struct Job {
    SinkBatch* batch;
    Done done;
  };

  void Run() {
    ::pthread_setname_np(::pthread_self(), "nsf-file");
    while (true) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stop_ || reopen_ || !jobs_.empty(); });
      if (stop_) return;
      const bool reopen = std::exchange(reopen_, false);
      std::optional<Job> job;
      if (!jobs_.empty()) {
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      lock.unlock();
      if (reopen) OpenAgain();
      if (job) job->done(Append(*job->batch));
    }
  }

  std::optional<Error> Append(SinkBatch& batch) {
    std::vector<std::string_view> lines;
    lines.reserve(batch.records.size());
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.outcomes[i] == OutcomeKind::kUndecided) lines.push_back(batch.records[i].value);
    }
    const bool sync = config_.sync && config_.path != kStdout;
    const auto outcome = file_->Append(lines, sync, stop_);
    if (!outcome) return outcome.error();
    for (OutcomeKind& kind : batch.outcomes) {
      if (kind == OutcomeKind::kUndecided) kind = OutcomeKind::kDelivered;
    }
    return std::nullopt;
  }

  void OpenAgain() {
    auto file = OpenFile(config_, log_);
    if (!file) return log_(file.error().message + "; the file that is open stays in use");
    file_ = std::move(file).value();
  }

  const FileSinkConfig config_;
  const Log log_;
  std::unique_ptr<LineFile> file_;  // the thread's
  std::mutex mutex_;                // of the jobs and of reopen_
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  bool reopen_ = false;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

FileSink::FileSink(FileSinkConfig config, std::unique_ptr<Worker> worker)
    : config_(std::move(config)), worker_(std::move(worker)) {}

FileSink::~FileSink() = default;

Result<std::unique_ptr<FileSink>> FileSink::Create(FileSinkConfig config, Log log) {
  auto file = OpenFile(config, log);
  if (!file) return Error{file.error().kind, "sink " + config.name + ": " + file.error().message};
  auto worker = std::make_unique<Worker>(config, std::move(log), std::move(file).value());
  try {
    worker->Start();
  } catch (const std::system_error& failure) {
    return Error{ErrorKind::kStop, "sink " + config.name + " cannot be started: " + failure.what() +
                                       "; raise the limits of this process"};
  }
  return std::unique_ptr<FileSink>(new FileSink(std::move(config), std::move(worker)));
}

void FileSink::Publish(SinkBatch& batch, Done done) { worker_->Add(batch, std::move(done)); }

Guarantee FileSink::guarantee() const {
  if (config_.path == kStdout) return {false, "written to stdout"};
  if (!config_.sync) return {false, "written, not synced: a power cut may lose it"};
  return {true, "written and synced"};
}

void FileSink::Reopen() { worker_->Reopen(); }

}  // namespace nsf
