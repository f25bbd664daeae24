// SPDX-License-Identifier: Apache-2.0
// Records and state changes in one transaction of a producer. A broker's refusal of one record
// aborts all: those that were refused together are tried in halves, in transactions that are
// aborted too, until the record to blame stands alone. docs/KAFKA.md has the table of errors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/kafka/kafka_message.h"
#include "adapters/kafka/kafka_producer.h"
#include "adapters/kafka/kafka_reports.h"
#include "adapters/kafka/kafka_settings.h"
#include "adapters/kafka/kafka_verdict.h"
#include "ports/record.h"
#include "ports/result.h"
#include "ports/state_store.h"

namespace nsf {

// What became of a transaction, or of a call for one.
struct KafkaTransacted {
  enum class Kind : std::uint8_t {
    kDone,     // committed: every record has its outcome
    kRefused,  // aborted, and records were refused for what they are: again, without them
    kFailed,   // aborted: again, later
    kBroken,   // nothing is committed, and the producer can do nothing more
    kUnknown,  // the producer can do nothing more; whether it was committed, the topic tells
    kFenced,   // the same, and another producer has its place
  };
  Kind kind = Kind::kDone;
  std::string message;                                    // why not, and the next step
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;  // of the call
};

// Repeats a call of librdkafka's for as long as its error says so, and `goes_on` does.
KafkaTransacted CallForTransaction(KafkaProducer& producer, const std::function<bool()>& goes_on,
                                   const std::function<rd_kafka_error_t*(int wait_ms)>& call);

// Whoever has this id shuts out whoever had it before.
std::string TransactionalId(const KafkaStateConfig& config, std::int32_t partition);
// What is to be done where this user may not have it.
std::string StepForTransactionalId(const KafkaStateConfig& config, std::int32_t partition);

// For one thread, and for one transaction.
class KafkaTransaction final : private KafkaReports {
 public:
  // All is outlived; `partition`: of the state's topic. `goes_on` is asked several times a second:
  // false, and the transaction is given up as kUnknown.
  KafkaTransaction(const KafkaStateConfig& config, std::int32_t partition, KafkaProducer& producer,
                   const KafkaLog& log, std::function<bool()> goes_on);
  KafkaTransaction(const KafkaTransaction&) = delete;
  KafkaTransaction& operator=(const KafkaTransaction&) = delete;

  // The undecided records of the batch; or those refused, where it has refusals.
  void Add(SinkBatch& batch);
  void Add(const StateChange& change);
  void Add(KafkaWitness witness);

  // `more` adds what has become ready, and tells whether there was anything. It is called while
  // what was added is on its way, until the transaction holds enough or nothing follows any more.
  void Follow(std::function<bool()> more) { more_ = std::move(more); }

  // Blocks. After kBroken, kUnknown and kFenced the producer goes before what was added.
  KafkaTransacted Run();

  // Those that what is under way goes to.
  std::set<std::string> topics() const;

 private:
  // What was added together.
  struct Part {
    SinkBatch* given;
    SinkBatch letters;  // of refused records: what is sent in their place
    std::string topic;
    KafkaKey key;
    MessageHeaders headers;

    const SinkBatch& sent() const { return letters.records.empty() ? *given : letters; }
  };
  // One message: a record, a change of the state, or its witness.
  struct Item {
    KafkaTag tag;
    Part* part = nullptr;
    std::size_t index = 0;  // of the record
    const StateChange* change = nullptr;
    const KafkaWitness* witness = nullptr;
    bool untimed = false;  // the broker refuses the event's time
    rd_kafka_resp_err_t report = RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  using Numbers = std::vector<std::size_t>;  // of items

  void Report(const KafkaTag& tag, rd_kafka_resp_err_t code) override;

  // Absent: try again, something was learned.
  std::optional<KafkaTransacted> Attempt();
  // Hands these to the producer, until a report is bad. Whether it has all.
  bool Send(const Numbers& numbers);
  enum class Sent : std::uint8_t { kTaken, kRefused, kStuck };
  Sent SendOne(Item& item);
  // Waits for the reports of all that is sent, or for the first that is bad. Whether all are good.
  bool Await();
  // Sends what follows what is on its way. False: some of it was not sent.
  bool SendMore();
  static std::size_t SizeOf(const Item& item);
  const std::string& TopicOfItem(const Item& item) const;
  KafkaMessage Message(Item& item);
  KafkaTransacted Begin();
  KafkaTransacted Commit();
  KafkaTransacted Abort();
  // What the reports of an aborted transaction say of its records; `otherwise`, why it was aborted.
  std::optional<KafkaTransacted> Judge(const KafkaTransacted& otherwise);
  // Finds who is to blame among those refused together.
  KafkaTransacted Isolate(const Numbers& refused);
  // Sends these in a transaction that is aborted, and adds to `refused` which of them are.
  KafkaTransacted TryAlone(const Numbers& half, Numbers& refused);
  KafkaFate FateOf(std::size_t number) const;
  void Refuse(Item& item, const std::string& reason, const std::string& detail);
  void Settle();
  // Which record is to blame, or else what the call that failed says.
  KafkaTransacted Failure(const KafkaTransacted& otherwise) const;

  const KafkaStateConfig& config_;
  const std::int32_t partition_;  // of the state's topic
  KafkaProducer& producer_;
  const KafkaLog& log_;
  const std::function<bool()> goes_on_;
  std::function<bool()> more_;
  std::deque<Part> parts_;
  std::deque<KafkaWitness> witnesses_;
  std::deque<Item> items_;  // never moved: messages point to their tags
  // What is sent at a time, and reported before more is: a topic may take smaller requests.
  std::vector<Numbers> groups_{1};
  std::size_t unreported_ = 0;
  bool bad_ = false;      // of those sent last, one is not delivered
  bool refused_ = false;  // records were
  bool learned_ = false;  // how to send some in another way
  int gaps_ = 0;          // in the sequence numbers, one attempt after the other
  std::string stuck_;     // what can be sent in no way
};

}  // namespace nsf
