// SPDX-License-Identifier: Apache-2.0
// Which slots a group of instances has given this one. A slot holds the state of some tenants, and
// what is delivered with it. The group only says who is to work: that nobody else does is the log's
// to see to (ports/commit_log.h), so an answer that is out of date costs time, and no event.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "ports/result.h"

namespace nsf {

struct SlotGrant {
  // One grant differs from the next of the same slot: what is held under a new number was confirmed
  // by the group.
  std::uint64_t number = 0;
  // The group waits for it: end what runs, and call GiveBack().
  bool asked_back = false;
};

struct OwnershipView {
  bool joined = false;     // the group has told what is ours, and is heard of since
  std::int32_t slots = 0;  // in all; 0: not known yet
  // Those that are ours; what is not here is not. Nobody waits for what was lost.
  std::map<std::int32_t, SlotGrant> grants;
  std::optional<Error> trouble;  // keeps the group from being heard; passes by itself
  std::optional<Error> error;    // nothing can be done any more: what, and the next step
};

class Ownership {
 public:
  virtual ~Ownership() = default;

  // What is known now. Does not block; thread-safe, as all calls.
  virtual OwnershipView Look() const = 0;
  // Nothing of a slot that was asked back runs any more.
  virtual void GiveBack(std::int32_t slot) = 0;
  // How long the group waits for a sign of life: who still holds a slot so much later has been
  // confirmed.
  virtual std::chrono::milliseconds session() const = 0;
  // This instance among the others, for people.
  virtual std::string name() const = 0;
};

}  // namespace nsf
