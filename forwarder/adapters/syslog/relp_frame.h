// SPDX-License-Identifier: Apache-2.0
// Frames of RELP (the Reliable Event Logging Protocol of rsyslog), both ways; pure:
//   TXNR SP COMMAND SP DATALEN [SP DATA] LF
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ports/result.h"

namespace nsf::syslog {

// Transactions count 1, 2, …, kLastRelpTransaction, 1, …; 0 is a frame that nobody answers.
inline constexpr std::uint32_t kLastRelpTransaction = 999'999'999;
constexpr std::uint32_t NextRelpTransaction(std::uint32_t transaction) {
  return transaction >= kLastRelpTransaction ? 1 : transaction + 1;
}

struct RelpFrame {
  std::uint32_t transaction = 0;
  std::string command;
  std::string data;
};

// Appends one frame. `command`: up to 32 letters.
void AppendRelpFrame(std::uint32_t transaction, std::string_view command, std::string_view data,
                     std::string& out);

// Frames out of the bytes that a receiver sends. Holds less than two of its largest frames.
class RelpReader {
 public:
  void Add(std::string_view bytes) { bytes_ += bytes; }

  // The next frame; absent until more bytes are added. Fails for good on what is no RELP, and on a
  // frame above kLargestData: a receiver only confirms, in a line or two.
  Result<std::optional<RelpFrame>> Next();

  static constexpr std::size_t kLargestData = std::size_t{16} * 1024;

 private:
  std::string bytes_;
};

// The data of a response, "200 OK": the code, or 0 where there is none.
unsigned RelpStatus(std::string_view data);

}  // namespace nsf::syslog
