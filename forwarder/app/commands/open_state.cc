// SPDX-License-Identifier: Apache-2.0
#include "app/commands/open_state.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include "adapters/kafka/kafka_commit_log.h"
#include "adapters/kafka/kafka_log_reader.h"
#include "adapters/kafka/kafka_log_topic.h"
#include "adapters/sqlite/sqlite_reader.h"
#include "adapters/sqlite/sqlite_store.h"
#include "adapters/system/system_random.h"
#include "app/config/kafka_connections.h"
#include "app/placed_tenants.h"
#include "core/state/keys.h"
#include "pipeline/slot/open_slot.h"
#include "pipeline/slot/placement_desk.h"
#include "ports/slot_logs.h"

namespace nsf {
namespace {

// A transaction that nobody ends is aborted by the brokers after a minute and some seconds.
constexpr std::chrono::seconds kPatience{90};
constexpr std::chrono::milliseconds kLook{100};

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

// All slots that are written to, owned for as long as this is there. What is read is read beside
// their owners; whoever owns a slot that is written to is shut out first.
class OwnedSlots : public StateStore, private SlotLogs {
 public:
  OwnedSlots(KafkaStateConfig config, std::int32_t slots, std::unique_ptr<StateReader> reader)
      : config_(std::move(config)), slots_(slots), reader_(std::move(reader)) {}

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    return reader_->Scan(prefix);
  }
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override {
    return reader_->Keys(prefix);
  }
  void Load(std::vector<std::string> /*prefixes*/, Loaded loaded) override {
    loaded(Error{ErrorKind::kStop, "commands read the state as a whole"});
  }

  // Blocks. One commit a slot: what was committed when another one fails can be imported again.
  void Commit(std::vector<StateChange> changes, Done done) override {
    done(CommitAll(std::move(changes)));
  }

 private:
  Result<void> CommitAll(std::vector<StateChange> changes) {
    std::set<std::string> tenants;
    for (const StateChange& change : changes) tenants.insert(TenantOfKey(change.key));
    if (tenants.contains("")) {
      return Error{ErrorKind::kStop,
                   "an entry is of no tenant, and has no slot; export the state "
                   "again, of streams alone"};
    }
    const auto placed = Place(tenants);
    if (!placed) return placed.error();
    std::map<std::int32_t, std::vector<StateChange>> by_slot;
    for (StateChange& change : changes) {
      by_slot[placed->at(TenantOfKey(change.key))].push_back(std::move(change));
    }
    for (auto& [slot, of_slot] : by_slot) {
      if (auto committed = CommitTo(slot, std::move(of_slot)); !committed) return committed;
    }
    return {};
  }

  Result<Placements> Place(const std::set<std::string>& tenants) {
    PlacementDesk desk(*this, random_, Hearers());
    const auto knows = [&] {
      return std::all_of(tenants.begin(), tenants.end(),
                         [&](const std::string& tenant) { return desk.known().contains(tenant); });
    };
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!knows() && !desk.error() && std::chrono::steady_clock::now() < until) {
      desk.Step(tenants, slots_, std::chrono::steady_clock::now());
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kLook, [this] { return std::exchange(has_changed_, false); });
    }
    if (knows()) return desk.known();
    if (desk.error()) return *desk.error();
    return desk.Trouble().value_or(NotInTime());
  }

  Result<void> CommitTo(std::int32_t slot, std::vector<StateChange> changes) {
    auto log = OpenSlot(slot);
    if (!log) return log.error();
    nsf::OpenSlot open(std::move(log).value(), random_, Hearers());
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kPatience,
                        [&open] { return open.slot().phase() != Slot::Phase::kOpening; });
    }
    if (open.slot().phase() != Slot::Phase::kOwned) {
      if (const auto error = open.slot().error()) return *error;
      return open.log().Trouble().value_or(NotInTime());
    }
    std::promise<Result<void>> committed;
    open.slot().Commit(std::move(changes), [&committed](Result<void> result) {
      committed.set_value(std::move(result));
    });
    return committed.get_future().get();
  }

  static Error NotInTime() {
    return {ErrorKind::kRetry, "the state is not read yet; check that the brokers can be reached"};
  }

  Result<std::unique_ptr<CommitLog>> OpenSlot(std::int32_t slot) override {
    return Open(config_, slot, {});
  }
  Result<std::unique_ptr<CommitLog>> OpenPlacements() override {
    return Open(SlotsTopicOf(config_), 0,
                [this](const StateChange& change) { return PlacedTenant(config_, change); });
  }
  bool Takes(const SinkBatch& /*batch*/) const override { return false; }

  static Result<std::unique_ptr<CommitLog>> Open(const KafkaStateConfig& config,
                                                 std::int32_t partition,
                                                 KafkaCommitLog::Witnesses witnesses) {
    auto log = KafkaCommitLog::Create(
        config, partition, [](std::string_view /*message*/) {}, false, std::move(witnesses));
    if (!log) return log.error();
    return std::unique_ptr<CommitLog>(std::move(log).value());
  }

  Slot::Hearers Hearers() {
    return {[this] {
              const std::lock_guard lock(mutex_);
              has_changed_ = true;
              changed_.notify_all();
            },
            [](std::string_view /*note*/) {}};
  }

  const KafkaStateConfig config_;
  const std::int32_t slots_;
  const std::unique_ptr<StateReader> reader_;
  SystemRandom random_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_changed_ = false;
};

// How many slots there are; the topics are made where they are missing.
Result<std::int32_t> PrepareSlots(const KafkaStateConfig& config) {
  const KafkaStateConfig slots = SlotsTopicOf(config);
  const auto there = LookAtStateTopic(slots, 1);
  if (!there) return there.error();
  if (!*there) {
    if (auto made = PrepareStateTopic(slots, config.slots); !made) return made.error();
  }
  const auto count = StatePartitions(slots);
  if (!count) return count;
  if (auto made = PrepareStateTopic(config, *count); !made) return made.error();
  return count;
}

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
  const KafkaStateConfig kafka = KafkaStateSettings(config);
  const auto slots = PrepareSlots(kafka);
  if (!slots) return slots.error();
  auto reader = OpenStateReader(config);
  if (!reader) return reader.error();
  return std::unique_ptr<StateStore>(
      std::make_unique<OwnedSlots>(kafka, *slots, std::move(reader).value()));
}

std::string StateName(const StateConfig& state) {
  return state.sink.empty() ? state.path : "topic " + state.topic;
}

}  // namespace nsf
