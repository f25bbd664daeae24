// SPDX-License-Identifier: Apache-2.0
#include "app/commands/open_state.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <string_view>
#include <utility>

#include "adapters/kafka/kafka_commit_log.h"
#include "adapters/kafka/kafka_log_reader.h"
#include "adapters/kafka/kafka_log_topic.h"
#include "adapters/sqlite/sqlite_reader.h"
#include "adapters/sqlite/sqlite_store.h"
#include "adapters/system/system_random.h"
#include "app/config/kafka_connections.h"
#include "pipeline/slot/slot.h"

namespace nsf {
namespace {

// A transaction that nobody ends is aborted by the brokers after a minute and some seconds.
constexpr std::chrono::seconds kPatience{90};

class Snapshot : public StateReader {
 public:
  explicit Snapshot(std::vector<LogContent> partitions) : partitions_(std::move(partitions)) {}

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    std::vector<StateEntry> all;
    for (const LogContent& partition : partitions_) {
      std::vector<StateEntry> some = partition.Scan(prefix);
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    std::sort(all.begin(), all.end(),
              [](const StateEntry& a, const StateEntry& b) { return a.key < b.key; });
    return all;
  }
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override {
    std::vector<std::string> keys;
    const auto entries = Scan(prefix);
    for (const StateEntry& entry : *entries) keys.push_back(entry.key);
    return keys;
  }

 private:
  const std::vector<LogContent> partitions_;
};

Result<LogContent> ReadPartition(const KafkaStateConfig& config, std::int32_t partition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  const auto end = EndOfPartition(config, partition);
  if (!end) return end.error();
  const auto reader = KafkaLogReader::Begin(config, partition);
  if (!reader) return reader.error();
  LogContent content;
  while (true) {
    const auto piece =
        (*reader)->Next([until] { return std::chrono::steady_clock::now() < until; });
    if (!piece) return piece.error();
    if (content.Take(*piece, *end)) return content;
  }
}

// A slot, owned for as long as this is there.
class OwnedSlot : public StateStore {
 public:
  explicit OwnedSlot(std::unique_ptr<KafkaCommitLog> log)
      : slot_(*log, random_, {[this] { OnChange(); }, [](std::string_view) {}}),
        log_(std::move(log)) {
    slot_.Open();
  }

  Result<void> AwaitOwnership() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return slot_.phase() != Slot::Phase::kOpening; });
    if (slot_.phase() == Slot::Phase::kOwned) return {};
    if (const auto error = slot_.error()) return *error;
    return log_->Trouble().value_or(Error{
        ErrorKind::kRetry, "the state is not read yet; check that the brokers can be reached"});
  }

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    return slot_.Scan(prefix);
  }
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override {
    return slot_.Keys(prefix);
  }
  void Commit(std::vector<StateChange> changes, Done done) override {
    slot_.Commit(std::move(changes), std::move(done));
  }
  void Load(std::vector<std::string> prefixes, Loaded loaded) override {
    slot_.Load(std::move(prefixes), std::move(loaded));
  }

 private:
  void OnChange() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  SystemRandom random_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Slot slot_;
  const std::unique_ptr<KafkaCommitLog> log_;  // destroyed before the slot
};

}  // namespace

Result<std::unique_ptr<StateReader>> OpenStateReader(const Config& config) {
  if (config.state.sink.empty()) {
    auto reader = SqliteReader::Open(config.state.path);
    if (!reader) return reader.error();
    return std::unique_ptr<StateReader>(std::move(reader).value());
  }
  const KafkaStateConfig kafka = KafkaStateSettings(config);
  const auto partitions = StatePartitions(kafka);
  if (!partitions) return partitions.error();
  std::vector<LogContent> contents;
  for (std::int32_t partition = 0; partition < *partitions; ++partition) {
    auto content = ReadPartition(kafka, partition);
    if (!content) return content.error();
    contents.push_back(std::move(content).value());
  }
  return std::unique_ptr<StateReader>(std::make_unique<Snapshot>(std::move(contents)));
}

Result<std::unique_ptr<StateStore>> OpenStateStore(const Config& config) {
  if (config.state.sink.empty()) {
    auto store = SqliteStore::Open(config.state.path);
    if (!store) return store.error();
    return std::unique_ptr<StateStore>(std::move(store).value());
  }
  auto log =
      KafkaCommitLog::Create(KafkaStateSettings(config), 0, [](std::string_view /*message*/) {});
  if (!log) return log.error();
  auto slot = std::make_unique<OwnedSlot>(std::move(log).value());
  if (auto owned = slot->AwaitOwnership(); !owned) return owned.error();
  return std::unique_ptr<StateStore>(std::move(slot));
}

std::string StateName(const StateConfig& state) {
  return state.sink.empty() ? state.path : "topic " + state.topic;
}

}  // namespace nsf
