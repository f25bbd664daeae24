// SPDX-License-Identifier: Apache-2.0
// The thread that feeds the producer.
#include "adapters/kafka/kafka_sink.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "adapters/kafka/kafka_producer.h"

namespace nsf {

class KafkaSink::Worker {
 public:
  Worker(KafkaSinkConfig config, KafkaLog log, std::unique_ptr<KafkaProducer> producer)
      : config_(std::move(config)), log_(std::move(log)), producer_(std::move(producer)) {
    thread_ = std::thread([this] { Run(); });
  }

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    ready_.notify_one();
    thread_.join();
    producer_.reset();  // every batch that it holds ends here
    for (Job& job : jobs_) job.done(Error{ErrorKind::kRetry, "the sink is being closed"});
  }

  void Add(SinkBatch& batch, Done done) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({&batch, std::move(done)});
    }
    ready_.notify_one();
  }

  std::optional<Error> Trouble() const {
    const std::lock_guard lock(producer_mutex_);
    return producer_ ? producer_->Trouble() : std::nullopt;
  }

 private:
  struct Job {
    SinkBatch* batch;
    Done done;
  };

  void Run() {
    while (true) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
      if (stop_) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      if (auto renewed = Renew(); !renewed) {
        job.done(renewed.error());
      } else {
        producer_->Produce(*job.batch, stop_, std::move(job.done));
      }
    }
  }

  // After a fatal error librdkafka's producer delivers nothing more.
  Result<void> Renew() {
    if (producer_ && !producer_->fatal()) return {};
    std::unique_ptr<KafkaProducer> failed;
    {
      const std::lock_guard lock(producer_mutex_);
      failed = std::move(producer_);
    }
    failed.reset();
    auto made = KafkaProducer::Create(config_, log_);
    if (!made) return Error{ErrorKind::kRetry, made.error().message};
    const std::lock_guard lock(producer_mutex_);
    producer_ = std::move(made).value();
    return {};
  }

  const KafkaSinkConfig config_;
  const KafkaLog log_;
  mutable std::mutex producer_mutex_;  // of the pointer: Trouble() reads it on other threads
  std::unique_ptr<KafkaProducer> producer_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

KafkaSink::KafkaSink(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

KafkaSink::~KafkaSink() = default;

Result<std::unique_ptr<KafkaSink>> KafkaSink::Create(KafkaSinkConfig config, KafkaLog log) {
  auto producer = KafkaProducer::Create(config, log);
  if (!producer) return producer.error();
  auto worker =
      std::make_unique<Worker>(std::move(config), std::move(log), std::move(producer).value());
  return std::unique_ptr<KafkaSink>(new KafkaSink(std::move(worker)));
}

void KafkaSink::Publish(SinkBatch& batch, Done done) { worker_->Add(batch, std::move(done)); }

Guarantee KafkaSink::guarantee() const {
  return {true, "reported as delivered by an idempotent producer, acks=all"};
}

std::optional<Error> KafkaSink::Trouble() const { return worker_->Trouble(); }

}  // namespace nsf
