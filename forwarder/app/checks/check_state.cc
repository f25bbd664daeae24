// SPDX-License-Identifier: Apache-2.0
// The state: of a directory its disk, its owner, its content, and whether it may be written; of a
// topic, whether it is there and forgets nothing.
#include <fmt/core.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "adapters/kafka/kafka_log_topic.h"
#include "adapters/sqlite/owner_lock.h"
#include "adapters/sqlite/sqlite_reader.h"
#include "app/checks/checks.h"
#include "app/config/kafka_connections.h"

namespace nsf {
namespace {

// Ids of a day of a large tenant, a dead letter and SQLite's journal.
constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;
constexpr std::uint64_t kLeastFree = 256 * kMiB;

// statfs(2).
constexpr std::uint32_t kTmpfs = 0x01021994;
constexpr std::uint32_t kRamfs = 0x858458f6;
constexpr std::uint32_t kOverlay = 0x794c7630;
constexpr std::uint32_t kNfs = 0x6969;
constexpr std::uint32_t kSmb2 = 0xfe534d42;
constexpr std::uint32_t kCifs = 0xff534d42;

// The directory, or the nearest one above it that is there.
std::string NearestDirectory(const std::string& path) {
  std::filesystem::path nearest = std::filesystem::absolute(path);
  std::error_code ignored;
  while (!std::filesystem::exists(nearest, ignored) && nearest.has_relative_path()) {
    nearest = nearest.parent_path();
  }
  return nearest.string();
}

void CheckWritable(const std::string& subject, const std::string& directory, Findings* findings) {
  struct statvfs disk = {};
  const bool known = ::statvfs(directory.c_str(), &disk) == 0;
  if (known && (disk.f_flag & ST_RDONLY) != 0) {
    findings->push_back({Finding::Level::kWrong, subject,
                         directory + " is on a disk that is mounted read-only",
                         "the state has to be kept there",
                         "mount a volume there that may be written, or change state.path"});
  } else if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    findings->push_back({Finding::Level::kWrong, subject, directory + " cannot be written",
                         "the state has to be kept there",
                         "let this program's user write it, or change state.path"});
  } else if (known && disk.f_bavail * disk.f_frsize < kLeastFree) {
    findings->push_back({Finding::Level::kWarning, subject,
                         fmt::format("{} MiB are free on the disk of {}",
                                     disk.f_bavail * disk.f_frsize / kMiB, directory),
                         "every stream waits when the state cannot be written",
                         fmt::format("make room: {} MiB or more", kLeastFree / kMiB)});
  }
}

void CheckKind(const std::string& subject, const std::string& directory, Findings* findings) {
  struct statfs disk = {};
  if (::statfs(directory.c_str(), &disk) != 0) return;
  switch (static_cast<std::uint32_t>(disk.f_type)) {
    case kTmpfs:
    case kRamfs:
    case kOverlay:
      findings->push_back({Finding::Level::kWarning, subject,
                           directory + " is in memory, or in a container's own layer",
                           "it is gone with the next restart: each stream would begin at its "
                           "`start` again, with repeats or a gap",
                           "mount a volume there that stays, or change state.path"});
      break;
    case kNfs:
    case kSmb2:
    case kCifs:
      findings->push_back({Finding::Level::kWarning, subject,
                           directory + " is on a network file system",
                           "SQLite's locks are not to be relied upon there: two owners could "
                           "damage the state",
                           "use a disk of this host, or a block volume"});
      break;
    default:
      break;
  }
}

void CheckContent(const std::string& subject, const std::string& path, Findings* findings) {
  const std::string owner = OwnerOf(path);
  std::error_code ignored;
  if (!std::filesystem::exists(path + "/state.db", ignored)) {
    findings->push_back({Finding::Level::kGood, subject, "there is none yet",
                         "each stream begins at its `start`", ""});
    return;
  }
  const auto reader = SqliteReader::Open(path);
  const auto keys = reader ? (*reader)->Keys("") : Result<std::vector<std::string>>(reader.error());
  if (!keys) {
    findings->push_back(
        WrongAs(subject, keys.error().message, "the program would not start with it"));
    return;
  }
  findings->push_back({Finding::Level::kGood, subject,
                       std::to_string(keys->size()) + " entries, " +
                           (owner.empty() ? "owned by nobody" : "owned by " + owner),
                       "", ""});
}

void CheckDirectory(const StateConfig& state, Findings* findings) {
  const std::string subject = "state " + state.path;
  const std::string directory = NearestDirectory(state.path);
  CheckWritable(subject, directory, findings);
  CheckKind(subject, directory, findings);
  CheckContent(subject, state.path, findings);
}

void CheckTopic(const Config& config, Findings* findings) {
  const std::string subject = "state topic " + config.state.topic;
  const auto there = LookAtStateTopic(KafkaStateSettings(config), 1);
  if (!there) {
    findings->push_back({Finding::Level::kWrong, subject, there.error().message,
                         "no stream can begin without its state", ""});
  } else if (!*there) {
    findings->push_back({Finding::Level::kGood, subject,
                         "there is none yet; it is made at the first start, where this user may",
                         "each stream begins at its `start`", ""});
  } else {
    findings->push_back({Finding::Level::kGood, subject, "it is there, and compacted", "", ""});
  }
}

}  // namespace

void CheckState(const Config& config, Findings* findings) {
  if (config.state.sink.empty()) return CheckDirectory(config.state, findings);
  CheckTopic(config, findings);
}

}  // namespace nsf
