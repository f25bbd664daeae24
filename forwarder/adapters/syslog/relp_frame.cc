// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/relp_frame.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "adapters/syslog/quote.h"

namespace nsf::syslog {
namespace {

constexpr std::size_t kLongestNumber = 9;
constexpr std::size_t kLongestCommand = 32;
constexpr std::size_t kLongestHead = 2 * kLongestNumber + kLongestCommand + 2;

std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good =
      failure == std::errc() && end == text.data() + text.size() && text.size() <= kLongestNumber;
  return good ? std::optional(value) : std::nullopt;
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Everything before the data: "TXNR SP COMMAND SP DATALEN", and the byte behind it.
struct Head {
  std::uint32_t transaction;
  std::string_view command;
  std::size_t data_length;
  std::size_t length;  // up to the byte behind DATALEN
};

// Absent for what is no head. `text` ends in or behind the byte behind DATALEN.
std::optional<Head> ParseHead(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find_first_of(" \n", second + 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto transaction = Number(text.substr(0, first));
  const auto length = Number(text.substr(second + 1, end - second - 1));
  const std::string_view command = text.substr(first + 1, second - first - 1);
  if (!transaction || !length || command.empty() || command.size() > kLongestCommand ||
      !std::all_of(command.begin(), command.end(), IsLetter)) {
    return std::nullopt;
  }
  return Head{*transaction, command, *length, end};
}

// Three spaces or two and a line feed, or as many bytes as a head has at most.
bool HoldsHead(std::string_view text) {
  const auto ends = [](char c) { return c == ' ' || c == '\n'; };
  return std::count_if(text.begin(), text.end(), ends) >= 3 || text.size() > kLongestHead ||
         text.find('\n') != std::string_view::npos;
}

Error NoRelp(std::string_view bytes) {
  return {ErrorKind::kRetry, "the receiver answers something that is no RELP (" +
                                 Quoted(bytes.substr(0, 40)) +
                                 "); check that it speaks RELP on this port, and that relps:// is "
                                 "written where it wants TLS"};
}

}  // namespace

void AppendRelpFrame(std::uint32_t transaction, std::string_view command, std::string_view data,
                     std::string& out) {
  out += std::to_string(transaction);
  out += ' ';
  out += command;
  out += ' ';
  out += std::to_string(data.size());
  if (!data.empty()) {
    out += ' ';
    out += data;
  }
  out += '\n';
}

Result<std::optional<RelpFrame>> RelpReader::Next() {
  using Maybe = std::optional<RelpFrame>;
  const std::string_view bytes(bytes_);
  if (!HoldsHead(bytes.substr(0, kLongestHead + 1))) return Maybe();
  const auto head = ParseHead(bytes.substr(0, kLongestHead + 1));
  if (!head || head->data_length > kLargestData) return NoRelp(bytes);
  // A space before no data is let pass.
  const std::size_t data = head->length + (bytes[head->length] == ' ' ? 1 : 0);
  const std::size_t end = data + head->data_length;
  if (data == head->length && head->data_length > 0) return NoRelp(bytes);
  if (bytes.size() <= end) return Maybe();
  if (bytes[end] != '\n') return NoRelp(bytes);
  RelpFrame frame{head->transaction, std::string(head->command),
                  std::string(bytes.substr(data, head->data_length))};
  bytes_.erase(0, end + 1);
  return Maybe(std::move(frame));
}

unsigned RelpStatus(std::string_view data) {
  return Number(data.substr(0, data.find_first_of(" \n"))).value_or(0);
}

}  // namespace nsf::syslog
