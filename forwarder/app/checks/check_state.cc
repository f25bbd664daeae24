// SPDX-License-Identifier: Apache-2.0
// The state: of a directory its owner, its content, and whether it may be written; of a topic,
// whether it is there and forgets nothing.
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "adapters/kafka/kafka_log_topic.h"
#include "adapters/sqlite/owner_lock.h"
#include "adapters/sqlite/sqlite_reader.h"
#include "app/checks/checks.h"
#include "app/config/kafka_connections.h"

namespace nsf {
namespace {

// The directory, or the nearest one above it that is there.
std::string NearestDirectory(const std::string& path) {
  std::filesystem::path nearest = std::filesystem::absolute(path);
  std::error_code ignored;
  while (!std::filesystem::exists(nearest, ignored) && nearest.has_relative_path()) {
    nearest = nearest.parent_path();
  }
  return nearest.string();
}

void CheckDirectory(const StateConfig& state, Findings* findings) {
  const std::string subject = "state " + state.path;
  const std::string directory = NearestDirectory(state.path);
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    findings->push_back({Finding::Level::kWrong, subject, directory + " cannot be written",
                         "the state has to be kept there",
                         "let this program's user write it, or change state.path"});
  }
  const std::string owner = OwnerOf(state.path);
  std::error_code ignored;
  if (!std::filesystem::exists(state.path + "/state.db", ignored)) {
    findings->push_back({Finding::Level::kGood, subject, "there is none yet",
                         "each stream begins at its `start`", ""});
    return;
  }
  const auto reader = SqliteReader::Open(state.path);
  const auto keys = reader ? (*reader)->Keys("") : Result<std::vector<std::string>>(reader.error());
  if (!keys) {
    findings->push_back({Finding::Level::kWrong, subject, keys.error().message, "", ""});
    return;
  }
  findings->push_back({Finding::Level::kGood, subject,
                       std::to_string(keys->size()) + " entries, " +
                           (owner.empty() ? "owned by nobody" : "owned by " + owner),
                       "", ""});
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
