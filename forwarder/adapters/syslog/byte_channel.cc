// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/byte_channel.h"

#include <array>

namespace nsf::syslog {

Result<void> Drain(ByteChannel& channel) {
  std::array<char, 4096> said;
  // Bounded: a receiver that talks without end must not keep this thread.
  for (int i = 0; i < 16; ++i) {
    auto count = channel.Read(said.data(), said.size());
    if (!count) return count.error();
    if (*count == 0) break;
  }
  return {};
}

}  // namespace nsf::syslog
