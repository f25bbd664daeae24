// SPDX-License-Identifier: Apache-2.0
// Memory of large bodies that nobody reads any more, for the bodies that come next: to take
// megabytes from the system, and give them back, for every page costs more than to write into them.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "ports/http_client.h"

namespace nsf {

// Thread-safe. Holds 16 MiB at most, however many tenants there are and whatever they send.
class BodyPool final : public SpareBodies {
 public:
  // An empty string that `bytes` fit in, with memory that was used before; without any, where there
  // is none of about that size.
  std::string Take(std::size_t bytes);
  void Give(std::string body) override;
  // Lets go of what nobody has taken since the last call.
  void DropUnused();

 private:
  struct Spare {
    std::string body;
    bool unused = false;
  };

  std::mutex mutex_;
  std::vector<Spare> spare_;  // the oldest first
};

}  // namespace nsf
