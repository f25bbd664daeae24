// SPDX-License-Identifier: Apache-2.0
// Putting the status together.
#include "app/status/status_desk.h"

#include <utility>

#include "app/version.h"

namespace nsf {

StatusDesk::StatusDesk(StreamBoard& board, const Clock& clock) : board_(board), clock_(clock) {
  configured_.version = kVersion;
  configured_.commit = kCommit;
  configured_.started = clock.Read().wall;
}

void StatusDesk::Configure(std::vector<StatusTenant> tenants, std::vector<StatusSink> sinks,
                           const std::string& file) {
  const WallTime now = clock_.Read().wall;
  const std::lock_guard lock(mutex_);
  configured_.tenants = std::move(tenants);
  configured_.sinks = std::move(sinks);
  configured_.config = {file, now, {}};
}

void StatusDesk::ConfigRefused(const std::string& error) {
  const std::lock_guard lock(mutex_);
  configured_.config.error = error;
}

void StatusDesk::NoteIdentities(const std::string& tenant, const IdentitySnapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  configured_.identities[tenant] = snapshot;
}

void StatusDesk::ForgetIdentities(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  configured_.identities.erase(tenant);
}

Status StatusDesk::Take() {
  Status status;
  {
    const std::lock_guard lock(mutex_);
    status = configured_;
  }
  status.now = clock_.Read();
  status.streams = board_.Streams(status.now);
  status.troubles = board_.Troubles();
  return status;
}

}  // namespace nsf
