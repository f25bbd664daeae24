// SPDX-License-Identifier: Apache-2.0
// Reading a partition of the state's topic: what was committed, and where the partition ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

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

// What an owner commits before it reads, and must come to read. A leader that has been replaced,
// and has not heard of it yet, tells an old end and an old content: what is committed after that it
// cannot show.
struct KafkaLogMark {
  static constexpr const char* kKey = "slot/opening";  // no entry of the state

  std::string value;                           // empty: nothing is expected
  std::int64_t end = 0;                        // of the partition, as it was told then
  std::chrono::milliseconds patience{30'000};  // at that end, without a sight of the mark
};

// Reads one partition from its beginning; for one thread.
class KafkaLogReader {
 public:
  // Fails as Next() does.
  static Result<std::unique_ptr<KafkaLogReader>> Begin(const KafkaStateConfig& config,
                                                       std::int32_t partition,
                                                       KafkaLogMark mark = {});
  ~KafkaLogReader();
  KafkaLogReader(const KafkaLogReader&) = delete;
  KafkaLogReader& operator=(const KafkaLogReader&) = delete;

  // As CommitLog::Read(), blocking: while somebody's transaction is open there is nothing to read.
  // `goes_on` is asked several times a second; false ends it with kRetry. kRetry also while brokers
  // are away, or where the mark is not shown, kStop where the topic is no state of this program. No
  // end from the mark's on is told before the mark was seen.
  Result<LogPiece> Next(const std::function<bool()>& goes_on);

 private:
  KafkaLogReader(const KafkaStateConfig& config, std::int32_t partition, KafkaLogMark mark,
                 KafkaClient client);

  // At an end that may be told only with the mark: whether it is waited for no longer.
  bool IsOverdue();

  const KafkaStateConfig& config_;
  const std::int32_t partition_;
  KafkaLogMark mark_;
  std::optional<std::chrono::steady_clock::time_point> missed_since_;
  const KafkaClient client_;
  const KafkaTopic topic_;
  bool fetching_ = false;
};

}  // namespace nsf
