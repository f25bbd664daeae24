// SPDX-License-Identifier: Apache-2.0
// Puts the status together: what is configured, and what the board knows.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "app/status/status_json.h"
#include "app/status/stream_board.h"
#include "ports/clock.h"
#include "ports/telemetry.h"

namespace nsf {

// Thread-safe.
class StatusDesk {
 public:
  // `board` and `clock` outlive the desk.
  StatusDesk(StreamBoard& board, const Clock& clock);

  // What runs from now on, from `file`.
  void Configure(std::vector<StatusTenant> tenants, std::vector<StatusSink> sinks,
                 const std::string& file);
  // The file was read again and is not what runs: why.
  void ConfigRefused(const std::string& error);

  // Of a tenant whose users are asked for.
  void NoteIdentities(const std::string& tenant, const IdentitySnapshot& snapshot);
  void ForgetIdentities(const std::string& tenant);

  Status Take();

 private:
  StreamBoard& board_;
  const Clock& clock_;
  std::mutex mutex_;  // of the one below
  Status configured_;
};

}  // namespace nsf
