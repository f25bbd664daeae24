// SPDX-License-Identifier: Apache-2.0
// A consumer that is only there for its rebalances.
#include "adapters/kafka/kafka_ownership.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_log_topic.h"
#include "adapters/kafka/kafka_verdict.h"

namespace nsf {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kPoll{500};
constexpr milliseconds kAgain{2000};
constexpr milliseconds kRoutine{10'000};
constexpr int kAskMs = 1000;
// What runs in slots that were asked back ends within it, or is cut off by its next owner.
constexpr milliseconds kGivePatience{10'000};
constexpr milliseconds kLeavePatience{1500};
constexpr milliseconds kDestroyPatience{2000};
// What is not complained of again for so long has passed.
constexpr milliseconds kComplaintLasts{15'000};

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

struct PartitionsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDeleter>;

std::string HostAndProcess() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + '-' + std::to_string(::getpid());
}

std::string_view NextStep(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return "grant this user READ on the group; it goes on by itself";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return "grant this user READ, WRITE and DESCRIBE on the topic; it goes on by itself";
    default:
      return JudgeReport(code).next_step;
  }
}

}  // namespace

class KafkaOwnership::Worker {
 public:
  Worker(KafkaStateConfig config, KafkaLog log, std::function<void()> changed)
      : config_(std::move(config)),
        slots_(SlotsTopicOf(config_)),
        name_(config_.instance.empty() ? HostAndProcess() : config_.instance),
        log_(std::move(log)),
        changed_(std::move(changed)) {}

  ~Worker() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    woken_.notify_all();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Result<void> Start() {
    if (auto made = MakeClient(); !made) return made;  // tells what is wrong with a property
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& error) {
      return Error{ErrorKind::kStop, std::string("cannot start a thread: ") + error.what() +
                                         "; raise the limits of this process"};
    }
    return {};
  }

  OwnershipView Look() const {
    const std::lock_guard lock(mutex_);
    return view_;
  }

  void GiveBack(std::int32_t slot) {
    {
      const std::lock_guard lock(mutex_);
      const auto grant = view_.grants.find(slot);
      if (grant == view_.grants.end() || !grant->second.asked_back) return;
      view_.grants.erase(grant);
    }
    woken_.notify_all();
  }

  const KafkaStateConfig& config() const { return config_; }
  const std::string& name() const { return name_; }

 private:
  void Run() {
    ::pthread_setname_np(::pthread_self(), "nsf-group");
    while (!stopping_ && !Prepare()) Pause();
    // What it was made with may have been mended since: files of certificates are read once.
    if (!stopping_ && hindered_) Renew();
    if (!stopping_) Subscribe();
    while (!stopping_) {
      TakeUpLogin(client_.get(), config_.sink, &login_);
      const Message message(rd_kafka_consumer_poll(client_.get(), static_cast<int>(kPoll.count())));
      if (message && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        Complain(message->err, rd_kafka_message_errstr(message.get()));
      }
      LookAtTrouble();
      if (failed_) break;
    }
    Leave();
  }

  // The topics are there; how many slots there are is known.
  bool Prepare() {
    const auto count = PrepareTopics(config_);
    if (!count) return Hinder(count.error());
    if (*count != config_.slots) {
      log_("topic " + slots_.topic + " has " + std::to_string(*count) +
           " partitions: so many slots there are, whatever state.slots says");
    }
    Change([count](OwnershipView* view) {
      view->slots = *count;
      view->trouble.reset();
    });
    return true;
  }

  void Renew() {
    Destroy(client_.release());
    if (const auto made = MakeClient(); !made) {
      const std::string why = made.error().message;
      Fail(RD_KAFKA_RESP_ERR__INVALID_ARG, why);
      stopping_ = true;
    }
    cut_off_ = false;
    why_.clear();
  }

  bool Hinder(const Error& error) {
    hindered_ = true;
    TakeUpLogin(client_.get(), config_.sink, &login_);
    rd_kafka_poll(client_.get(), 0);  // connections tell of themselves
    Change([this, &error](OwnershipView* view) {
      if (error.kind == ErrorKind::kRetry) {
        view->trouble = why_.empty() ? error : Error{ErrorKind::kRetry, Unread() + why_};
      } else {
        view->error = error;
        stopping_ = true;
      }
    });
    return false;
  }

  std::string Unread() const { return "the state in topic " + config_.topic + " cannot be read: "; }

  Result<void> MakeClient() {
    const auto session = config_.session.count();
    KafkaProperties own{{"group.id", config_.topic},
                        {"client.id", name_},
                        {"partition.assignment.strategy", "cooperative-sticky"},
                        {"session.timeout.ms", std::to_string(session)},
                        {"heartbeat.interval.ms", std::to_string(std::max<long>(session / 6, 100))},
                        {"enable.auto.commit", "false"},
                        {"enable.auto.offset.store", "false"},
                        {"allow.auto.create.topics", "false"}};
    if (!config_.instance.empty()) own["group.instance.id"] = config_.instance;
    auto conf = MakeConsumerConf(config_.sink, own);
    if (!conf) return conf.error();
    rd_kafka_conf_set_opaque(conf->get(), this);
    rd_kafka_conf_set_rebalance_cb(conf->get(), OnRebalance);
    rd_kafka_conf_set_error_cb(conf->get(), OnError);
    std::array<char, 512> why{};
    client_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), why.data(), why.size()));
    if (!client_) {
      return Error{ErrorKind::kConfiguration, "sink " + config_.sink.name + ": " +
                                                  WithoutSecrets(why.data(), config_.sink) +
                                                  "; mend the sink's `brokers` or `properties`"};
    }
    static_cast<void>(conf->release());  // the client's now
    login_ = config_.sink.login->Get().version;
    rd_kafka_poll_set_consumer(client_.get());
    return {};
  }

  void Subscribe() {
    const Partitions topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), slots_.topic.c_str(), RD_KAFKA_PARTITION_UA);
    const auto code = rd_kafka_subscribe(client_.get(), topics.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) Complain(code, rd_kafka_err2str(code));
  }

  // Bounded: brokers that are away would be waited for.
  void Leave() {
    if (!client_) return;
    LeaveGroup();
    Destroy(client_.release());
  }

  // librdkafka 2.0.2 waits for ever for a broker's thread where the topic of the assignment was
  // deleted meanwhile. The program ends all the same: the client is then left behind.
  static void Destroy(rd_kafka_t* client) {
    std::promise<void> destroyed;
    const std::future<void> waited_for = destroyed.get_future();
    const auto destroy = [client](std::promise<void> done) {
      rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
      done.set_value();
    };
    try {
      std::thread(destroy, std::move(destroyed)).detach();
    } catch (const std::system_error&) {
      return;  // no thread is left
    }
    waited_for.wait_for(kDestroyPatience);
  }

  void LeaveGroup() {
    const KafkaQueue queue(rd_kafka_queue_new(client_.get()));
    const auto until = Steady::now() + kLeavePatience;
    const KafkaError error(rd_kafka_consumer_close_queue(client_.get(), queue.get()));
    while (!error && rd_kafka_consumer_closed(client_.get()) == 0 && Steady::now() < until) {
      rd_kafka_queue_poll_callback(queue.get(), 50);
    }
  }

  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                          rd_kafka_topic_partition_list_t* partitions, void* self) {
    auto* worker = static_cast<Worker*>(self);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      worker->Gain(client, partitions);
    } else if (rd_kafka_assignment_lost(client) != 0) {
      worker->Lose(partitions, worker->slots_gone_
                                   ? "their topic is gone"
                                   : "the group has not heard from this instance in time");
      worker->NoteUnheard();
      const KafkaError error(rd_kafka_incremental_unassign(client, partitions));
    } else {
      worker->HandOver(partitions);
      const KafkaError error(rd_kafka_incremental_unassign(client, partitions));
    }
  }

  void Gain(rd_kafka_t* client, rd_kafka_topic_partition_list_t* partitions) {
    for (int i = 0; i < partitions->cnt; ++i) partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    const KafkaError error(rd_kafka_incremental_assign(client, partitions));
    if (error)
      return Complain(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
    rd_kafka_pause_partitions(client, partitions);  // there is nothing to be read
    complained_at_.reset();
    unheard_.reset();
    Change([this, partitions](OwnershipView* view) {
      view->joined = true;
      if (!slots_gone_) view->trouble.reset();
      for (int i = 0; i < partitions->cnt; ++i) {
        const std::int32_t slot = partitions->elems[i].partition;
        view->grants[slot] = {++grants_, false};
        view->slots = std::max(view->slots, slot + 1);
      }
    });
  }

  void Lose(rd_kafka_topic_partition_list_t* partitions, const std::string& why) {
    Change([partitions](OwnershipView* view) {
      view->joined = false;  // who has them now is not known before it has joined again
      for (int i = 0; i < partitions->cnt; ++i) view->grants.erase(partitions->elems[i].partition);
    });
    if (partitions->cnt > 0) log_(std::to_string(partitions->cnt) + " slots are lost: " + why);
  }

  // Whose the slots are is not known until the group is heard of again. Others may have them, or,
  // where all instances are cut off, nobody.
  void NoteUnheard() {
    if (slots_gone_) return;  // which is why
    unheard_ = Error{ErrorKind::kRetry,
                     "nothing is heard of group " + config_.topic + "; " +
                         std::string(JudgeReport(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN).next_step)};
    Calm();
  }

  // What was complained of has passed; what lasts is told still.
  void Calm() {
    Change([this](OwnershipView* view) {
      view->trouble = slots_gone_ ? std::optional(SlotsAreGone(config_)) : unheard_;
    });
  }

  // The group waits until this returns; signs of life go on by themselves.
  void HandOver(rd_kafka_topic_partition_list_t* partitions) {
    Change([partitions](OwnershipView* view) {
      for (int i = 0; i < partitions->cnt; ++i) {
        const auto grant = view->grants.find(partitions->elems[i].partition);
        if (grant != view->grants.end()) grant->second.asked_back = true;
      }
    });
    bool all = false;
    {
      std::unique_lock lock(mutex_);
      all = woken_.wait_for(lock, kGivePatience, [this] {
        return stopping_ || std::none_of(view_.grants.begin(), view_.grants.end(),
                                         [](const auto& g) { return g.second.asked_back; });
      });
    }
    if (!all) Lose(partitions, "what runs in them did not come to rest in time");
  }

  static void OnError(rd_kafka_t* client, int code, const char* reason, void* self) {
    auto* worker = static_cast<Worker*>(self);
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
      std::array<char, 512> why{};
      return worker->Fail(rd_kafka_fatal_error(client, why.data(), why.size()), why.data());
    }
    const std::string_view next = NextStep(error);
    const std::string text = WithoutSecrets(reason, worker->config_.sink);
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      worker->cut_off_ = true;
      if (worker->why_.empty()) worker->why_ = "no broker can be reached; " + std::string(next);
    } else {
      worker->cut_off_ = true;  // perhaps: it is looked whether another broker answers
      worker->why_ = text + "; " + std::string(next);
    }
  }

  void Fail(rd_kafka_resp_err_t code, const std::string& why) {
    failed_ = true;
    const std::string what =
        code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
            ? "another process runs with the same state.instance, " + config_.instance +
                  ", and has taken its place; give each a name of its own"
            : "the group " + config_.topic +
                  " cannot be taken part in: " + WithoutSecrets(why, config_.sink) +
                  "; start the program again";
    Change([&what](OwnershipView* view) { view->error = Error{ErrorKind::kStop, what}; });
  }

  // What the group or a broker has against us, told by the consumer.
  void Complain(rd_kafka_resp_err_t code, const std::string& why) {
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
      std::array<char, 512> fatal{};
      return Fail(rd_kafka_fatal_error(client_.get(), fatal.data(), fatal.size()), fatal.data());
    }
    if (code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) return;  // it joins again
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) slots_gone_ = true;
    if (slots_gone_) return;  // told while it lasts
    complained_at_ = Steady::now();
    const Error trouble{ErrorKind::kRetry, "slots of group " + config_.topic + ": " +
                                               WithoutSecrets(why, config_.sink) + "; " +
                                               std::string(NextStep(code))};
    Change([&trouble](OwnershipView* view) { view->trouble = trouble; });
  }

  // Tells of trouble with connections, and that trouble has passed.
  void LookAtTrouble() {
    const auto now = Steady::now();
    if (complained_at_ && now - *complained_at_ > kComplaintLasts) {
      complained_at_.reset();
      Calm();
    }
    if (now < look_at_) return;
    look_at_ = now + (cut_off_ || slots_gone_ ? kAgain : kRoutine);
    if (slots_gone_) LookForSlots();
    const KafkaTopic topic(rd_kafka_topic_new(client_.get(), slots_.topic.c_str(), nullptr));
    const rd_kafka_metadata_t* answer = nullptr;
    const auto code = rd_kafka_metadata(client_.get(), 0, topic.get(), &answer, kAskMs);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      // Whoever only waits in a group hears of it after minutes.
      slots_gone_ |= answer->topic_cnt == 1 &&
                     answer->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      rd_kafka_metadata_destroy(answer);
      why_.clear();
      if (std::exchange(cut_off_, false)) Calm();
      return;
    }
    if (!cut_off_) return;
    Change([this](OwnershipView* view) {
      view->trouble = Error{ErrorKind::kRetry, "group " + config_.topic + ": " + why_};
    });
  }

  // Made anew it is empty: who goes on from that places tenants where their state is not.
  void LookForSlots() {
    const auto there = LookAtStateTopic(slots_, 1);
    if (!there) return;
    const auto written = *there ? WasWrittenTo(slots_, 1) : false;
    if (!written) return;
    slots_gone_ = !*written;
    Calm();
  }

  template <typename What>
  void Change(What what) {
    {
      const std::lock_guard lock(mutex_);
      what(&view_);
    }
    changed_();
  }

  void Pause() {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, kAgain, [this] { return stopping_.load(); });
  }

  const KafkaStateConfig config_;
  const KafkaStateConfig slots_;  // the topic whose partitions are the slots
  const std::string name_;
  const KafkaLog log_;
  const std::function<void()> changed_;

  // The thread's.
  KafkaClient client_;
  std::uint64_t grants_ = 0;
  bool failed_ = false;
  bool cut_off_ = false;
  bool slots_gone_ = false;
  bool hindered_ = false;    // at the start
  std::uint64_t login_ = 0;  // version of the one that the client has
  std::string why_;
  Steady::time_point look_at_{};
  std::optional<Steady::time_point> complained_at_;
  std::optional<Error> unheard_;

  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable woken_;
  OwnershipView view_;
  std::thread thread_;
};

KafkaOwnership::KafkaOwnership(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

KafkaOwnership::~KafkaOwnership() = default;

Result<std::unique_ptr<KafkaOwnership>> KafkaOwnership::Create(KafkaStateConfig config,
                                                               KafkaLog log,
                                                               std::function<void()> changed) {
  auto worker = std::make_unique<Worker>(std::move(config), std::move(log), std::move(changed));
  if (auto started = worker->Start(); !started) return started.error();
  return std::unique_ptr<KafkaOwnership>(new KafkaOwnership(std::move(worker)));
}

OwnershipView KafkaOwnership::Look() const { return worker_->Look(); }
void KafkaOwnership::GiveBack(std::int32_t slot) { worker_->GiveBack(slot); }
milliseconds KafkaOwnership::session() const { return worker_->config().session; }
std::string KafkaOwnership::name() const { return worker_->name(); }

}  // namespace nsf
