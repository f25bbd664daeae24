// SPDX-License-Identifier: Apache-2.0
// The thread that sends batches and settles them by the reports.
#include "adapters/kafka/kafka_sink.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "adapters/kafka/kafka_flight.h"
#include "adapters/kafka/kafka_message.h"
#include "adapters/kafka/kafka_producer.h"

namespace nsf {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStall{3000};
constexpr milliseconds kIdle{1000};           // Wake() ends it
constexpr milliseconds kPurgePatience{1000};  // for the reports of what is given up
constexpr std::size_t kSendsPerPoll = 1000;

Error Closing() { return {ErrorKind::kRetry, "the sink is being closed"}; }

}  // namespace

class KafkaSink::Worker {
 public:
  Worker(KafkaSinkConfig config, KafkaLog log) : config_(std::move(config)), log_(std::move(log)) {}

  ~Worker() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      producer_->Wake();
    }
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Call once.
  Result<void> Start() {
    auto producer = KafkaProducer::Create(config_, log_);
    if (!producer) return std::move(producer).error();
    producer_ = std::move(producer).value();
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& failure) {
      return Error{ErrorKind::kStop, "sink " + config_.name + " cannot be started: " +
                                         failure.what() + "; raise the limits of this process"};
    }
    return {};
  }

  void Add(SinkBatch& batch, Done done) {
    {
      const std::lock_guard lock(mutex_);
      if (!stop_) {
        jobs_.push_back({&batch, std::move(done)});
        producer_->Wake();
        return;
      }
    }
    done(Closing());
  }

  std::optional<Error> Trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  struct Job {
    SinkBatch* batch;
    Done done;
  };
  using Flights = std::list<std::unique_ptr<KafkaFlight>>;

  void Run() {
    ::pthread_setname_np(::pthread_self(), "nsf-kafka");
    while (!stop_) {
      Accept();
      const bool more = Feed();
      const bool again = Settle();
      TellTrouble();
      producer_->Poll(more || again ? milliseconds(0) : kIdle);
      if (producer_->fatal()) Renew();
      LookIntoStall();
    }
    End();
  }

  // What was published becomes a flight.
  void Accept() {
    std::list<Job> jobs;
    {
      const std::lock_guard lock(mutex_);
      jobs.swap(jobs_);
    }
    for (Job& job : jobs) {
      std::string topic = TopicOf(config_.topic, *job.batch);
      if (producer_->Topic(topic) == nullptr) {
        job.done(Error{ErrorKind::kRetry,
                       "no topic can be named \"" + topic + "\"; mend the sink's `topic`"});
        continue;
      }
      flights_.push_back(
          std::make_unique<KafkaFlight>(*job.batch, std::move(job.done), std::move(topic)));
    }
  }

  // Hands records over, up to kSendsPerPoll. False when no more can be before a report comes.
  bool Feed() {
    const auto alone = std::find_if(flights_.begin(), flights_.end(),
                                    [](const auto& flight) { return flight->alone(); });
    std::size_t left = kSendsPerPoll;
    if (alone == flights_.end()) {
      return std::all_of(flights_.begin(), flights_.end(),
                         [&](const auto& flight) { return FeedOne(*flight, &left); }) &&
             left == 0;
    }
    const bool others = std::any_of(flights_.begin(), flights_.end(), [&](const auto& flight) {
      return flight != *alone && flight->unreported() > 0;
    });
    return !others && FeedOne(**alone, &left) && left == 0;
  }

  // False when librdkafka's queue is full.
  bool FeedOne(KafkaFlight& flight, std::size_t* left) {
    if (*left == 0) return true;
    rd_kafka_topic_t* topic = producer_->Topic(flight.topic());
    const MessageHeaders headers(flight.batch());
    while (*left > 0) {
      KafkaTag* tag = flight.Next();
      if (tag == nullptr) return true;
      --*left;
      if (Send(flight, topic, headers, tag) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        flight.PutBack();  // back-pressure, not an error
        return false;
      }
    }
    return true;
  }

  rd_kafka_resp_err_t Send(KafkaFlight& flight, rd_kafka_topic_t* topic,
                           const MessageHeaders& headers, KafkaTag* tag) {
    const Record& record = flight.batch().records[tag->index];
    KafkaMessage message =
        MessageOf(config_.key, flight.batch(), tag->index, headers, flight.untimed());
    message.topic = topic;
    message.tag = tag;
    const auto code = producer_->Send(std::move(message));
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      flight.Refuse(*tag, std::to_string(record.value.size()) +
                              " bytes, and key and headers: more than message.max.bytes, " +
                              std::to_string(producer_->max_message_bytes()));
    } else if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      flight.Report(*tag, code);
    }
    return code;
  }

  // True when there is something to be sent again.
  bool Settle() {
    bool again = false;
    for (auto at = flights_.begin(); at != flights_.end();) {
      const auto progress = (*at)->Advance();
      again |= progress == KafkaFlight::Progress::kAgain;
      if (progress != KafkaFlight::Progress::kEnded) {
        ++at;
        continue;
      }
      const auto flight = std::move(*at);
      at = flights_.erase(at);
      flight->End(producer_->last_failure());
    }
    return again;
  }

  // After a fatal error librdkafka's producer delivers nothing more.
  void Renew() {
    GiveUp();
    auto made = KafkaProducer::Create(config_, log_);
    if (!made) {
      if (!std::exchange(renewal_failed_, true)) {
        log_("no new producer can be made, it is tried again: " + made.error().message);
      }
      return;
    }
    renewal_failed_ = false;
    const KafkaFailure why = producer_->last_failure();
    std::unique_ptr<KafkaProducer> old = std::move(made).value();
    {
      const std::lock_guard lock(mutex_);  // Add() wakes the one that is polled
      old.swap(producer_);
    }
    old.reset();  // librdkafka lets go of every payload
    Flights kept;
    for (auto& flight : std::exchange(flights_, {})) {
      if (flight->unreported() == 0) {
        kept.push_back(std::move(flight));
      } else {
        flight->End(why);
      }
    }
    flights_.splice(flights_.begin(), kept);
  }

  void LookIntoStall() {
    const auto now = std::chrono::steady_clock::now();
    if (flights_.empty() || producer_->cut_off() || producer_->reports() != reports_) {
      reports_ = producer_->reports();
      last_progress_ = now;
    } else if (now - last_progress_ > kStall) {
      last_progress_ = now;
      producer_->LookInto(flights_.front()->topic());
    }
  }

  // Asks for every message back, and takes the reports of most.
  void GiveUp() {
    producer_->Purge();
    const auto deadline = std::chrono::steady_clock::now() + kPurgePatience;
    const auto unreported = [this] {
      return std::any_of(flights_.begin(), flights_.end(),
                         [](const auto& flight) { return flight->unreported() > 0; });
    };
    while (unreported() && std::chrono::steady_clock::now() < deadline) {
      producer_->Poll(milliseconds(50));
    }
  }

  void TellTrouble() {
    std::optional<Error> trouble;
    if (producer_->cut_off() && !flights_.empty()) {
      const KafkaFailure& why = producer_->last_failure();
      trouble = Error{ErrorKind::kRetry, why.text + "; " + std::string(why.next_step)};
    }
    if (!trouble && !troubled_) return;
    troubled_ = trouble.has_value();
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
  }

  void End() {
    GiveUp();
    const KafkaFailure why = producer_->last_failure();
    std::unique_ptr<KafkaProducer> old;
    {
      const std::lock_guard lock(mutex_);  // who told this thread to stop may still be waking it
      old = std::move(producer_);
    }
    old.reset();  // librdkafka lets go of every payload
    for (const auto& flight : std::exchange(flights_, {})) flight->End(why);
    for (Job& job : std::exchange(jobs_, {})) {
      job.done(Closing());
    }
  }

  const KafkaSinkConfig config_;
  const KafkaLog log_;
  Flights flights_;        // the thread's
  bool troubled_ = false;  // the thread's: trouble_ is set
  bool renewal_failed_ = false;
  std::size_t reports_ = 0;  // when last looked
  std::chrono::steady_clock::time_point last_progress_;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;                 // of the three below
  std::unique_ptr<KafkaProducer> producer_;  // changed by the thread alone
  std::list<Job> jobs_;
  std::optional<Error> trouble_;
  std::thread thread_;
};

KafkaSink::KafkaSink(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

KafkaSink::~KafkaSink() = default;

Result<std::unique_ptr<KafkaSink>> KafkaSink::Create(KafkaSinkConfig config, KafkaLog log) {
  auto worker = std::make_unique<Worker>(std::move(config), std::move(log));
  if (auto started = worker->Start(); !started) return std::move(started).error();
  return std::unique_ptr<KafkaSink>(new KafkaSink(std::move(worker)));
}

void KafkaSink::Publish(SinkBatch& batch, Done done) { worker_->Add(batch, std::move(done)); }

Guarantee KafkaSink::guarantee() const {
  return {true, "reported as delivered by an idempotent producer, acks=all"};
}

std::optional<Error> KafkaSink::Trouble() const { return worker_->Trouble(); }

}  // namespace nsf
