// SPDX-License-Identifier: Apache-2.0
// Reading a partition of the state's topic: what was committed, and where the partition ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_settings.h"
#include "ports/commit_log.h"
#include "ports/result.h"

namespace nsf {

// A client that reads and asks, in a connection of its own. "read_committed" or "read_uncommitted".
Result<KafkaClient> MakeLogConsumer(const KafkaStateConfig& config, const char* isolation);

// The end of the partition, committed or not. Blocks for some seconds. Fails with kRetry while
// brokers are away.
Result<std::int64_t> EndOfPartition(const KafkaStateConfig& config, std::int32_t partition);

// Reads one partition from its beginning; for one thread.
class KafkaLogReader {
 public:
  // Fails as Next() does.
  static Result<std::unique_ptr<KafkaLogReader>> Begin(const KafkaStateConfig& config,
                                                       std::int32_t partition);
  ~KafkaLogReader();
  KafkaLogReader(const KafkaLogReader&) = delete;
  KafkaLogReader& operator=(const KafkaLogReader&) = delete;

  // As CommitLog::Read(), blocking: while somebody's transaction is open there is nothing to read.
  // `goes_on` is asked several times a second; false ends it with kRetry. kRetry also while brokers
  // are away, kStop where the topic is no state of this program.
  Result<LogPiece> Next(const std::function<bool()>& goes_on);

 private:
  KafkaLogReader(const KafkaStateConfig& config, std::int32_t partition, KafkaClient client);

  const KafkaStateConfig& config_;
  const std::int32_t partition_;
  const KafkaClient client_;
  const KafkaTopic topic_;
  bool fetching_ = false;
};

}  // namespace nsf
