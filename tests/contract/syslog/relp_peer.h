// SPDX-License-Identifier: Apache-2.0
// The receiver's side of RELP for tests, with a parser of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "contract/syslog/receiver.h"

namespace nsf::testing {

struct PeerFrame {
  std::string transaction;
  std::string command;
  std::string data;
};

class RelpPeer {
 public:
  explicit RelpPeer(Conversation& conversation) : conversation_(conversation) {}

  // The next frame; absent at the end. Throws on what is no frame.
  std::optional<PeerFrame> Next();
  // "TXNR rsp LEN DATA".
  bool Respond(const PeerFrame& frame, const std::string& data);
  // Takes the `open` and answers it; false when there is none.
  bool Open();
  // Confirms everything to the end.
  void ConfirmAll();

 private:
  Conversation& conversation_;
  std::string unread_;
};

// The ids of the syslog messages in what a connection was sent; the last may be cut short.
std::vector<std::string> RelpIds(const std::string& text);

}  // namespace nsf::testing
