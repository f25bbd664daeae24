// SPDX-License-Identifier: Apache-2.0
// The thread that does what is asked, one thing after the other.
#include "adapters/kafka/kafka_commit_log.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "adapters/kafka/kafka_log_reader.h"
#include "adapters/kafka/kafka_log_topic.h"
#include "adapters/kafka/kafka_message.h"
#include "adapters/kafka/kafka_producer.h"
#include "adapters/kafka/kafka_transaction.h"

namespace nsf {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;
using Kind = KafkaTransacted::Kind;

constexpr milliseconds kIdle{1000};          // Wake() ends it
constexpr milliseconds kStall{3000};         // then the brokers are asked what is wrong
constexpr milliseconds kSilence{10'000};     // then that is told
constexpr milliseconds kStopPatience{1000};  // for what is under way
constexpr milliseconds kAgain{2000};
// Between a commit and the next transaction, for two reasons. The coordinator answers a commit
// before its partitions know of it, a millisecond or two with one broker: who begins earlier is
// refused (CONCURRENT_TRANSACTIONS), and librdkafka waits 20 ms then (rdkafka_txnmgr.c). And what
// becomes ready meanwhile belongs to the next one, whose cost is fixed: measured in
// docs/PERFORMANCE.md.
constexpr milliseconds kRest{6};

// A backstop: the transaction of an owner that is taken over from is aborted at once.
constexpr const char* kTransactionTimeoutMs = "60000";
constexpr int kMostMessageTimeoutMs = 60'000;

Error Retry(std::string message) { return {ErrorKind::kRetry, std::move(message)}; }
Error Closing() { return {ErrorKind::kStop, "the state is being closed"}; }

}  // namespace

class KafkaCommitLog::Worker {
 public:
  Worker(KafkaStateConfig config, std::int32_t partition, KafkaLog log, bool kept,
         Witnesses witnesses)
      : config_(std::move(config)),
        partition_(partition),
        log_(std::move(log)),
        kept_(kept),
        witnesses_(std::move(witnesses)) {}

  ~Worker() {
    if (!thread_.joinable()) return;
    Close({});
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Result<void> Start() {
    if (auto made = MakeProducer(); !made) return made;  // tells what is wrong with a property
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& error) {
      return Error{ErrorKind::kStop, std::string("cannot start a thread: ") + error.what() +
                                         "; raise the limits of this process"};
    }
    return {};
  }

  const KafkaStateConfig& config() const { return config_; }

  void Ask(std::function<void()> question) {
    bool ended = false;
    {
      const std::lock_guard lock(mutex_);
      ended = ended_;
      if (!ended) questions_.push_back(std::move(question));
      if (producer_) producer_->Wake();
    }
    if (ended) return question();  // that is all it is told
    woken_.notify_one();
  }

  void Close(std::function<void()> closed) {
    {
      const std::lock_guard lock(mutex_);
      if (closed) closed_ = std::move(closed);
      if (!stopping_) stop_at_ = Steady::now() + kStopPatience;
      stopping_ = true;
      if (producer_) producer_->Wake();
    }
    woken_.notify_one();
  }

  std::optional<Error> Trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  // These run in the thread.

  Result<void> TakeOver() {
    if (!stopping_) reader_.reset();
    WaitFor("the transactional id " + Id() + " cannot be taken over");
    seen_ = false;
    if (gone_) Pause();  // it is not brought back that soon
    while (!stopping_) {
      auto taken = TryTakeOver();
      if (taken) {
        taken_ = true;
        if (!gone_) Tell(std::nullopt);
        return {};
      }
      DropProducer();
      if (stopping_) break;
      Tell(taken.error());
      if (taken.error().kind != ErrorKind::kRetry) return taken;
      Pause();
      last_progress_ = Steady::now();  // what was told says more than that nothing happens
    }
    return Closing();
  }

  Result<std::int64_t> End() {
    if (stopping_) return Closing();
    mark_ = {};
    if (taken_) {
      // Nothing is written where everything is missed: it would look like something.
      const auto anything = kept_ ? HasAnything() : Result<bool>(true);
      if (anything && !*anything) return Gone();
      gone_ = false;  // or it is missed again when nothing is read
      if (auto marked = LeaveMark(); !marked) return marked.error();
    }
    auto end = EndOfPartition(config_, partition_);
    if (!end) Tell(end.error());
    if (end) mark_.end = *end;
    return end;
  }

  Result<LogPiece> Read() {
    if (stopping_) return Closing();
    WaitFor("topic " + config_.topic + " is not read to the end of partition " +
            std::to_string(partition_) + ", where another producer's transaction may be open");
    if (!reader_) {
      auto begun = KafkaLogReader::Begin(config_, partition_, mark_);
      if (!begun) return begun.error();
      reader_ = std::move(begun).value();
    }
    auto piece = reader_->Next([this] { return GoesOn(); });
    if (!piece && stopping_) return Closing();
    if (!piece) {
      Tell(piece.error());
      return piece;
    }
    seen_ |= !piece->changes.empty();
    if (kept_ && !seen_ && piece->end && *piece->end >= mark_.end) return Gone();
    Tell(std::nullopt);
    return piece;
  }

  LogAnswer Commit(LogCommit& commit) {
    if (stopping_) return {LogAnswer::Kind::kFailed, Closing().message};
    reader_.reset();
    if (!producer_) return {LogAnswer::Kind::kUnknown, "there is no producer"};
    RestAfterCommit();
    WaitFor("a commit to topic " + config_.topic + " is not answered");
    KafkaTransaction transaction(config_, partition_, *producer_, log_,
                                 [this] { return GoesOn(); });
    under_way_ = &transaction;
    AddTo(transaction, commit);
    std::deque<LogCommit> later;  // which the transaction points into
    transaction.Follow([&] {
      if (!commit.gather || stopping_) return false;
      LogCommit more;
      commit.gather(more);
      if (more.batches.empty() && more.changes.empty()) return false;
      AddTo(transaction, later.emplace_back(std::move(more)));
      return true;
    });
    const KafkaTransacted outcome = transaction.Run();
    under_way_ = nullptr;
    switch (outcome.kind) {
      case Kind::kDone:
        committed_at_ = Steady::now();
        Tell(std::nullopt);
        return {};
      case Kind::kRefused:
        return {LogAnswer::Kind::kRefused, outcome.message};
      case Kind::kFailed:
        return {LogAnswer::Kind::kFailed, outcome.message};
      case Kind::kBroken:
        DropProducer();
        return {LogAnswer::Kind::kBroken, outcome.message};
      case Kind::kFenced:
        DropProducer();
        return {LogAnswer::Kind::kShutOut,
                "another instance has taken over the transactional id " + Id() +
                    ", or a transaction was open for longer than a minute"};
      case Kind::kUnknown:
        break;
    }
    DropProducer();
    return {LogAnswer::Kind::kUnknown, outcome.message};
  }

 private:
  void AddTo(KafkaTransaction& transaction, const LogCommit& commit) const {
    for (SinkBatch* batch : commit.batches) transaction.Add(*batch);
    for (const StateChange& change : commit.changes) {
      transaction.Add(change);
      auto witness = witnesses_ ? witnesses_(change) : std::nullopt;
      if (witness) transaction.Add(*std::move(witness));
    }
  }

  void Run() {
    ::pthread_setname_np(::pthread_self(), "nsf-state");
    while (!stopping_) {
      std::function<void()> question = Next();
      if (question) {
        question();
        waited_for_.clear();
      } else if (producer_) {
        reader_.reset();  // all is read: a client that only waits costs threads and connections
        producer_->Poll(kIdle);
      } else {
        Pause();
      }
    }
    // What is answered may lead to another question: that this is the end is all it is told.
    while (auto question = NextOrEnd()) question();
    reader_.reset();
    DropProducer();
    if (const auto closed = TakeClosed()) closed();
  }

  std::function<void()> Next() {
    const std::lock_guard lock(mutex_);
    return Pop();
  }

  std::function<void()> NextOrEnd() {
    const std::lock_guard lock(mutex_);
    ended_ = questions_.empty();
    return Pop();
  }

  // With the lock held. Null: there is none.
  std::function<void()> Pop() {
    if (questions_.empty()) return nullptr;
    std::function<void()> question = std::move(questions_.front());
    questions_.pop_front();
    return question;
  }

  std::function<void()> TakeClosed() {
    const std::lock_guard lock(mutex_);
    return std::move(closed_);
  }

  void RestAfterCommit() {
    std::unique_lock lock(mutex_);
    woken_.wait_until(lock, committed_at_ + kRest, [this] { return stopping_.load(); });
  }

  // Until there is something to do, or to be tried again.
  void Pause() {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, kAgain, [this] { return stopping_ || !questions_.empty(); });
  }

  bool GoesOn() {
    Watch();
    if (gone_ && under_way_ != nullptr) return false;
    return !stopping_ || Steady::now() < stop_at_;
  }

  // A leader that takes it, with the replicas that it needs, is the one to read from.
  Result<void> LeaveMark() {
    WaitFor("a commit to topic " + config_.topic + " is not answered");
    std::random_device device;
    const StateChange change{KafkaLogMark::kKey,
                             std::to_string(device()) + '-' + std::to_string(device())};
    KafkaTransaction transaction(config_, partition_, *producer_, log_,
                                 [this] { return GoesOn(); });
    under_way_ = &transaction;
    transaction.Add(change);
    const KafkaTransacted outcome = transaction.Run();
    under_way_ = nullptr;
    if (outcome.kind == Kind::kDone) mark_.value = *change.value;
    // Who is shut out reads what is there: its first commit tells, with this same producer.
    if (outcome.kind == Kind::kDone || outcome.kind == Kind::kFenced) return {};
    DropProducer();
    const Error error = Retry(outcome.message);
    Tell(error);
    Pause();
    return error;
  }

  Result<void> TryTakeOver() {
    DropProducer();  // librdkafka's takes over once in its life
    if (auto made = MakeProducer(); !made) return made;
    return TakeOverWith(*producer_);
  }

  Result<void> TakeOverWith(KafkaProducer& producer) {
    const auto there = LookAtStateTopic(config_, partition_ + 1);
    if (!there) return WithReason(there.error());
    if (!*there) return Gone();
    // Whoever brings it back is not to be shut out meanwhile.
    const auto written = gone_ ? HasAnything() : Result<bool>(true);
    if (!written) return written.error();
    if (!*written) return Gone();
    // Else librdkafka takes a second for the first transaction.
    producer.LookInto(config_.topic);
    for (const std::string& topic : Written()) producer.LookInto(topic);
    const auto taken = CallForTransaction(
        producer, [this] { return GoesOn(); },
        [&producer](int wait_ms) {
          return rd_kafka_init_transactions(producer.client(), wait_ms);
        });
    if (taken.kind == Kind::kDone) return {};
    const bool forbidden = taken.code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    return Retry("transactions cannot be begun: " + taken.message + "; " +
                 (forbidden ? StepForTransactionalId(config_, partition_)
                            : std::string(JudgeReport(taken.code).next_step)));
  }

  // Whoever only asks is told less of why no broker answers than the producer is.
  Error WithReason(const Error& error) {
    producer_->Poll(milliseconds(0));
    const KafkaFailure& why = producer_->last_failure();
    if (error.kind != ErrorKind::kRetry || why.text.empty()) return error;
    return Retry("the state in topic " + config_.topic + " cannot be read: " + why.text + "; " +
                 std::string(why.next_step));
  }

  std::set<std::string> Written() const {
    std::set<std::string> topics;
    for (const KafkaStreamName& name : config_.streams) {
      SinkBatch batch;
      batch.tenant = name.tenant;
      batch.stream = name.stream;
      topics.insert(TopicOf(config_.sink.topic, batch));
    }
    return topics;
  }

  std::string Id() const { return TransactionalId(config_, partition_); }

  Result<void> MakeProducer() {
    auto made = KafkaProducer::Create(config_.sink, log_,
                                      {{"transactional.id", Id()},
                                       {"transaction.timeout.ms", kTransactionTimeoutMs},
                                       {"message.timeout.ms", MessageTimeout()}});
    if (!made) return made.error();
    const std::lock_guard lock(mutex_);  // Ask() wakes the one that is polled
    producer_ = std::move(made).value();
    return {};
  }

  // Not longer than a transaction may last.
  std::string MessageTimeout() const {
    int timeout = kMostMessageTimeoutMs;
    for (const char* name : {"message.timeout.ms", "delivery.timeout.ms"}) {
      const auto given = config_.sink.properties.find(name);
      if (given != config_.sink.properties.end()) {
        timeout = std::min(timeout, std::stoi(given->second));
      }
    }
    return std::to_string(timeout);
  }

  // librdkafka lets go of every payload.
  void DropProducer() {
    std::unique_ptr<KafkaProducer> old;
    taken_ = false;
    {
      const std::lock_guard lock(mutex_);
      old = std::move(producer_);
    }
    old.reset();
  }

  void Tell(std::optional<Error> trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
  }

  // `otherwise`: what is the matter when nothing happens, and nothing is known of why.
  void WaitFor(std::string otherwise) {
    waited_for_ = std::move(otherwise);
    if (producer_) reports_ = producer_->reports();
    last_progress_ = looked_into_ = Steady::now();
  }

  // Tells what keeps that from getting on which somebody waits for.
  void Watch() {
    if (!producer_ || waited_for_.empty()) return;
    const auto now = Steady::now();
    if (producer_->reports() != reports_) {
      reports_ = producer_->reports();
      last_progress_ = looked_into_ = now;
    } else if (under_way_ != nullptr && !producer_->cut_off() && now - looked_into_ > kStall) {
      looked_into_ = now;
      LookIntoTopics(under_way_->topics());
    }
    if (gone_) return;
    if (producer_->cut_off()) {
      const KafkaFailure& why = producer_->last_failure();
      Tell(Retry(why.text + "; " + std::string(why.next_step)));
    } else if (now - last_progress_ > kSilence) {  // a network that drops all tells of nothing
      Tell(Retry(waited_for_ + "; check that the brokers run and can be reached, and that enough " +
                 "replicas are in sync, and it goes on by itself"));
    }
  }

  void LookIntoTopics(const std::set<std::string>& topics) {
    for (const std::string& topic : topics) {
      const auto code = producer_->LookInto(topic);
      if (topic == config_.topic && code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        static_cast<void>(Gone());
      }
      if (producer_->cut_off()) return;
    }
  }

  Result<bool> HasAnything() {
    const auto end = EndOfPartition(config_, partition_);
    if (!end) return end.error();
    return *end > 0;
  }

  // What was committed is lost with the topic.
  Error Gone() {
    gone_ = true;
    Error error = StateIsGone(config_);
    Tell(error);
    return error;
  }

  const KafkaStateConfig config_;
  const std::int32_t partition_;
  const KafkaLog log_;
  const bool kept_;
  const Witnesses witnesses_;

  // The thread's.
  std::unique_ptr<KafkaLogReader> reader_;
  KafkaTransaction* under_way_ = nullptr;
  bool taken_ = false;       // the producer is the owner's
  KafkaLogMark mark_;        // that is to be read
  bool seen_ = false;        // something was read since it was taken over
  bool gone_ = false;        // what was kept is not there any more
  std::string waited_for_;   // empty: nothing is
  std::size_t reports_ = 0;  // when last looked
  Steady::time_point last_progress_;
  Steady::time_point looked_into_;
  Steady::time_point committed_at_{};

  std::atomic<bool> stopping_{false};
  Steady::time_point stop_at_;  // set before stopping_
  mutable std::mutex mutex_;    // of what follows
  std::condition_variable woken_;
  std::unique_ptr<KafkaProducer> producer_;  // changed by the thread alone
  std::deque<std::function<void()>> questions_;
  std::function<void()> closed_;
  bool ended_ = false;  // nothing is asked of the thread any more
  std::optional<Error> trouble_;
  std::thread thread_;
};

KafkaCommitLog::KafkaCommitLog(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

KafkaCommitLog::~KafkaCommitLog() = default;

Result<std::unique_ptr<KafkaCommitLog>> KafkaCommitLog::Create(KafkaStateConfig config,
                                                               std::int32_t partition, KafkaLog log,
                                                               bool kept, Witnesses witnesses) {
  auto worker = std::make_unique<Worker>(std::move(config), partition, std::move(log), kept,
                                         std::move(witnesses));
  if (auto started = worker->Start(); !started) return started.error();
  return std::unique_ptr<KafkaCommitLog>(new KafkaCommitLog(std::move(worker)));
}

bool KafkaCommitLog::Takes(const SinkBatch& batch) const {
  const KafkaStateConfig& config = worker_->config();
  return batch.refusals.empty() ? batch.sink == config.sink.name : config.dead_letter.has_value();
}

void KafkaCommitLog::TakeOver(std::function<void(Result<void>)> done) {
  worker_->Ask([worker = worker_.get(), done = std::move(done)] { done(worker->TakeOver()); });
}

void KafkaCommitLog::AskEnd(std::function<void(Result<std::int64_t>)> done) {
  worker_->Ask([worker = worker_.get(), done = std::move(done)] { done(worker->End()); });
}

void KafkaCommitLog::Read(std::function<void(Result<LogPiece>)> done) {
  worker_->Ask([worker = worker_.get(), done = std::move(done)] { done(worker->Read()); });
}

void KafkaCommitLog::Commit(LogCommit commit, std::function<void(LogAnswer)> done) {
  worker_->Ask([worker = worker_.get(), commit = std::move(commit),
                done = std::move(done)]() mutable { done(worker->Commit(commit)); });
}

void KafkaCommitLog::Close(std::function<void()> closed) { worker_->Close(std::move(closed)); }

std::optional<Error> KafkaCommitLog::Trouble() const { return worker_->Trouble(); }

}  // namespace nsf
