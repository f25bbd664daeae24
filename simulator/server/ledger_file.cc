// SPDX-License-Identifier: Apache-2.0
// Writes the ledger in large blocks.
#include "server/ledger_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>

namespace nsf_simulator {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

void AppendMember(std::string_view name, std::string_view value, std::string* out) {
  out->append(",\"").append(name).append("\":").append(value);
}

std::string Seconds(std::chrono::sys_seconds time) {
  return std::to_string(time.time_since_epoch().count());
}

std::string SecondsAndThousandths(Time time) {
  const auto count = time.time_since_epoch().count();
  return std::to_string(count / 1000) + '.' + std::to_string(1000 + count % 1000).substr(1);
}

// Whether any answer ever showed it: some rows had left the list before the tenant started, and
// some are others once more.
bool WasShown(const Tenant& tenant, EventNumber number) {
  const Event& event = tenant.event(number);
  if (event.kind == EventKind::kRepeated) return false;
  const auto leaves = tenant.LeavesAt(number);
  return !leaves || *leaves > std::max(event.visible, tenant.start());
}

}  // namespace

LedgerFile::~LedgerFile() {
  if (file_ >= 0) close(file_);
}

bool LedgerFile::Open(const std::string& path) {
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  return file_ >= 0;
}

void LedgerFile::AppendLine(const Tenant& tenant, EventNumber number) {
  const Event& event = tenant.event(number);
  const std::string name = tenant.NameOf(number);
  const bool has_id = tenant.rows().TemplateOf(event).has_id;
  buffer_.append(R"({"id":)").append(has_id ? Quoted(name) : "null");
  AppendMember("name", Quoted(name), &buffer_);
  AppendMember("count", has_id ? "1" : std::to_string(++equals_[name]), &buffer_);
  AppendMember("timestamp", Seconds(event.timestamp), &buffer_);
  AppendMember("insertion", Seconds(event.insertion), &buffer_);
  AppendMember("visible", SecondsAndThousandths(event.visible), &buffer_);
  if (const auto at = tenant.rows().ChangesAt(event)) {
    AppendMember("changes", SecondsAndThousandths(*at), &buffer_);
  }
  if (const auto at = tenant.LeavesAt(number)) {
    AppendMember("leaves", SecondsAndThousandths(*at), &buffer_);
  }
  if (const auto oddity = tenant.rows().OddityOf(event)) {
    AppendMember("odd", Quoted(OddRowName(*oddity)), &buffer_);
  }
  buffer_.append("}\n");
}

bool LedgerFile::Follow(const Tenant& tenant) {
  if (file_ < 0) return true;
  for (; written_ < tenant.visible(); ++written_) {
    const auto number = static_cast<EventNumber>(written_);
    if (WasShown(tenant, number)) AppendLine(tenant, number);
    if (buffer_.size() >= kBlockBytes && !Flush()) return false;
  }
  return Flush();
}

bool LedgerFile::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t count = write(file_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  buffer_.clear();
  return true;
}

}  // namespace nsf_simulator
