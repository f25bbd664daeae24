// SPDX-License-Identifier: Apache-2.0
// Several addresses of one receiver, or of several that are equally good.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/publisher.h"

namespace nsf::syslog {

// Used by one thread.
class FailoverConnector : public Connector {
 public:
  struct Target {
    std::string address;  // for people
    std::unique_ptr<Connector> connector;
  };

  // At least one target.
  FailoverConnector(std::vector<Target> targets, Log log);

  // Connects to the first target that can be reached, beginning with the first of all, and later
  // with the one behind that whose connection was lost; the time left is shared out. Where none
  // can be reached the error says why of each.
  Result<std::unique_ptr<ByteChannel>> Connect(const Signal& stop, SteadyTime until) override;

 private:
  const std::vector<Target> targets_;
  const Log log_;
  std::size_t next_ = 0;     // the one to begin with
  std::size_t current_ = 0;  // the one last connected to
};

}  // namespace nsf::syslog
