// SPDX-License-Identifier: Apache-2.0
// The window of frames that may have to be sent again, step by step and against a model.
#include "adapters/syslog/resend_window.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

using nsf::syslog::ResendWindow;

namespace {

void SendAll(ResendWindow& window) { window.Sent(window.unsent().size()); }

}  // namespace

TEST_CASE("acknowledged frames are sent again, unacknowledged ones are the caller's",
          "[syslog][resend]") {
  ResendWindow window(100);
  const auto first = window.Append("11111");
  window.Append("22222");
  window.Sent(7);  // the second one in part
  window.Acknowledge(first);
  CHECK(window.unacknowledged_bytes() == 5);
  window.Rewind(false);
  CHECK(window.unsent() == "11111");
  CHECK(window.unacknowledged_bytes() == 0);
  window.Append("33333");
  CHECK(window.unsent() == "1111133333");
}

TEST_CASE("a frame acknowledged in part is not acknowledged", "[syslog][resend]") {
  ResendWindow window(100);
  window.Append("11111");
  window.Append("22222");
  SendAll(window);
  window.Acknowledge(8);
  window.Rewind(false);
  CHECK(window.unsent() == "11111");
}

TEST_CASE("what is to be sent again is never let go before it is", "[syslog][resend]") {
  ResendWindow window(10);
  window.Append("11111");
  const auto second = window.Append("22222");
  SendAll(window);
  window.Acknowledge(second);
  window.Rewind(false);
  window.Append("33333");
  window.Sent(5);
  window.Acknowledge(5);  // the first, again
  CHECK(window.unsent() == "2222233333");
  CHECK(window.acknowledged() == second);
  SendAll(window);
  window.Acknowledge(15);
  window.Rewind(false);
  CHECK(window.unsent() == "2222233333");
}

TEST_CASE("frames that outlive quiet connections are let go", "[syslog][resend]") {
  ResendWindow window(100);
  window.Acknowledge(window.Append("old"));
  for (unsigned i = 1; i < ResendWindow::kQuietLosses; ++i) {
    window.Rewind(true);
    CHECK(window.unsent() == "old");
    SendAll(window);
  }
  window.Acknowledge(window.Append("new"));
  window.Rewind(false);
  CHECK(window.unsent() == "oldnew");
  window.Rewind(true);
  CHECK(window.unsent() == "new");
}

TEST_CASE("nothing is kept when nothing is to be kept", "[syslog][resend]") {
  ResendWindow window(0);
  const auto end = window.Append("11111");
  SendAll(window);
  window.Acknowledge(end);
  CHECK(window.held_bytes() == 0);
  window.Rewind(false);
  CHECK(window.unsent().empty());
}

TEST_CASE("a window of many pieces gives back every frame, in order", "[syslog][resend]") {
  constexpr std::size_t kFrame = 30'000;
  constexpr std::size_t kLargest = ResendWindow::kPieceBytes + 9;
  constexpr std::size_t kKeep = 4 * ResendWindow::kPieceBytes;
  ResendWindow window(kKeep);
  std::string all;
  const auto take_all = [&window] {
    std::string taken;
    while (!window.unsent().empty()) {
      taken += window.unsent();
      window.Sent(window.unsent().size());
    }
    return taken;
  };
  for (int round = 0; round < 100; ++round) {
    std::string sent;
    // Now and then a frame that no piece holds.
    for (int i = 0; i < 7; ++i) {
      const std::size_t size = round % 10 == 9 && i == 3 ? kLargest - 2 : kFrame;
      const std::string frame(size, static_cast<char>('a' + (round + i) % 26));
      window.Append({"<", frame, ">"});
      sent += "<" + frame + ">";
    }
    REQUIRE(take_all() == sent);
    all += sent;
    window.Acknowledge(window.sent());
    REQUIRE(window.held_bytes() >= std::min(all.size(), kKeep - kLargest));
    REQUIRE(window.held_bytes() <= kKeep + ResendWindow::kPieceBytes);
    if (round % 6 != 5) continue;
    window.Append("never acknowledged");
    const std::size_t kept = window.held_bytes() - std::string("never acknowledged").size();
    window.Rewind(false);
    REQUIRE(take_all() == all.substr(all.size() - kept));
    window.Acknowledge(window.sent());
  }
}

TEST_CASE("random use: every byte in order, memory bounded", "[syslog][resend]") {
  std::mt19937 random(7);
  constexpr std::size_t kKeep = 3000;
  ResendWindow window(kKeep);
  std::string decided;    // all frames ever acknowledged, in order
  std::string undecided;  // appended after them
  std::string on_wire;    // sent on this connection
  std::size_t shown = 0;  // of `decided`, the part that this connection began with is cut off
  int number = 0;
  for (int step = 0; step < 20'000; ++step) {
    switch (random() % 4) {
      case 0: {
        if (undecided.size() > 2000) break;
        const std::string frame =
            std::to_string(number++) + std::string(random() % 300, 'x') + "\n";
        window.Append(frame);
        undecided += frame;
        break;
      }
      case 1: {
        const std::size_t n = random() % (window.unsent().size() + 1);
        on_wire += window.unsent().substr(0, n);
        window.Sent(n);
        break;
      }
      case 2: {  // the receiver acknowledges whole frames of what is on the wire
        const std::size_t end = on_wire.rfind('\n');
        if (end == std::string::npos) break;
        window.Acknowledge(window.sent() - (on_wire.size() - end - 1));
        const std::size_t before = decided.size() - shown;
        if (end + 1 > before) {
          const std::size_t more = end + 1 - before;
          decided += undecided.substr(0, more);
          undecided.erase(0, more);
        }
        break;
      }
      default:
        if (random() % 10 != 0) break;
        window.Rewind(false);
        undecided.clear();
        on_wire.clear();
        shown = decided.size() - window.held_bytes();
        REQUIRE(decided.substr(shown).starts_with(window.unsent()));
        REQUIRE(window.held_bytes() >= std::min<std::size_t>(decided.size(), kKeep - 400));
    }
    REQUIRE(on_wire == (decided + undecided).substr(shown, on_wire.size()));
    REQUIRE(window.held_bytes() <= 2 * kKeep + 400);
  }
  CHECK(decided.size() > 100'000);
}
