// SPDX-License-Identifier: Apache-2.0
// Writes the ledger in large blocks.
#include "server/ledger_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace nsf_simulator {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

// Times in seconds; `visible` with its milliseconds.
void AppendLine(const Tenant& tenant, EventNumber number, std::string* out) {
  const Event& event = tenant.event(number);
  const auto visible = event.visible.time_since_epoch().count();
  const std::string thousandth = std::to_string(1000 + visible % 1000).substr(1);
  out->append(R"({"id":")").append(tenant.IdOf(number)).append(R"(","timestamp":)");
  out->append(std::to_string(event.timestamp.time_since_epoch().count()));
  out->append(R"(,"insertion":)");
  out->append(std::to_string(event.insertion.time_since_epoch().count()));
  out->append(R"(,"visible":)").append(std::to_string(visible / 1000));
  out->append(".").append(thousandth).append("}\n");
}

}  // namespace

LedgerFile::~LedgerFile() {
  if (file_ >= 0) close(file_);
}

bool LedgerFile::Open(const std::string& path) {
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  return file_ >= 0;
}

bool LedgerFile::Follow(const Tenant& tenant) {
  if (file_ < 0) return true;
  for (; written_ < tenant.visible(); ++written_) {
    AppendLine(tenant, static_cast<EventNumber>(written_), &buffer_);
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
