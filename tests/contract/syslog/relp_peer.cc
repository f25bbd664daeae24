// SPDX-License-Identifier: Apache-2.0
#include "contract/syslog/relp_peer.h"

#include <stdexcept>

namespace nsf::testing {
namespace {

// Takes the first whole frame off `text`.
std::optional<PeerFrame> TakeFrame(std::string& text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  const std::size_t end = text.find_first_of(" \n", second + 1);
  if (end == std::string::npos) return std::nullopt;
  const std::size_t length = std::stoul(text.substr(second + 1, end - second - 1));
  const std::size_t data = length == 0 ? end : end + 1;
  if (text.size() <= data + length) return std::nullopt;
  if (text[data + length] != '\n') throw std::runtime_error("no frame: " + text.substr(0, 60));
  PeerFrame frame{text.substr(0, first), text.substr(first + 1, second - first - 1),
                  text.substr(data, length)};
  text.erase(0, data + length + 1);
  return frame;
}

}  // namespace

std::optional<PeerFrame> RelpPeer::Next() {
  for (;;) {
    if (auto frame = TakeFrame(unread_)) return frame;
    if (!conversation_.Read(65'536)) return std::nullopt;
    unread_ += conversation_.last();
  }
}

bool RelpPeer::Respond(const PeerFrame& frame, const std::string& data) {
  return conversation_.Write(frame.transaction + " rsp " + std::to_string(data.size()) + " " +
                             data + "\n");
}

bool RelpPeer::Open() {
  const auto frame = Next();
  return frame && frame->command == "open" &&
         Respond(*frame, "200 OK\nrelp_version=0\ncommands=syslog");
}

void RelpPeer::ConfirmAll() {
  while (const auto frame = Next()) {
    if (!Respond(*frame, "200 OK")) return;
  }
}

std::vector<std::string> RelpIds(const std::string& text) {
  std::vector<std::string> ids;
  std::string left = text;
  while (const auto frame = TakeFrame(left)) {
    if (frame->command != "syslog") continue;
    const std::size_t begin = frame->data.find(" id=\"") + 5;
    ids.push_back(frame->data.substr(begin, frame->data.find('"', begin) - begin));
  }
  return ids;
}

}  // namespace nsf::testing
