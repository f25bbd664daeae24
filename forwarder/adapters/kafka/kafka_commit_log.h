// SPDX-License-Identifier: Apache-2.0
// One partition of the state's topic as a log with one owner: a transactional producer whose id is
// that of the partition, so that a new one shuts the old one out.
#pragma once

#include <cstdint>
#include <memory>

#include "adapters/kafka/kafka_settings.h"
#include "ports/commit_log.h"

namespace nsf {

// One thread of its own.
class KafkaCommitLog final : public CommitLog {
 public:
  // What is committed beside a change, elsewhere; called in the log's thread.
  using Witnesses = std::function<std::optional<KafkaWitness>(const StateChange&)>;

  // Does not wait for a connection. kConfiguration: which property is wrong and what to do; kStop
  // when the system has no thread left. `log` is called in its thread.
  // With `kept`, something was committed there before, and a partition that holds nothing has lost
  // it: it is told, and waited for.
  static Result<std::unique_ptr<KafkaCommitLog>> Create(KafkaStateConfig config,
                                                        std::int32_t partition, KafkaLog log,
                                                        bool kept = false,
                                                        Witnesses witnesses = {});
  // What is under way ends within a second or two.
  ~KafkaCommitLog() override;

  bool Takes(const SinkBatch& batch) const override;
  // Waits for the topic where it is missing.
  void TakeOver(std::function<void(Result<void>)> done) override;
  void AskEnd(std::function<void(Result<std::int64_t>)> done) override;
  void Read(std::function<void(Result<LogPiece>)> done) override;
  void Commit(LogCommit commit, std::function<void(LogAnswer)> done) override;
  void Close(std::function<void()> closed) override;
  std::optional<Error> Trouble() const override;

 private:
  class Worker;
  explicit KafkaCommitLog(std::unique_ptr<Worker> worker);

  const std::unique_ptr<Worker> worker_;
};

}  // namespace nsf
