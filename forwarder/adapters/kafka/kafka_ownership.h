// SPDX-License-Identifier: Apache-2.0
// Slots shared by a consumer group: each is a partition of a topic that holds no events, and the
// group's assignor (cooperative-sticky) says whose it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "adapters/kafka/kafka_settings.h"
#include "ports/ownership.h"

namespace nsf {

// One thread of its own, which polls and does nothing else.
class KafkaOwnership final : public Ownership {
 public:
  // Does not wait for a connection; joins the group by itself, once the topics are there: it makes
  // them where they are missing. `changed` and `log` are called in its thread. kConfiguration:
  // which property is wrong; kStop when the system has no thread left.
  static Result<std::unique_ptr<KafkaOwnership>> Create(KafkaStateConfig config, KafkaLog log,
                                                        std::function<void()> changed);
  // Leaves the group, unless the instance has a name that lasts: then the group waits for a session
  // for it to come back. Blocks for a second or two at most. What was held is closed before.
  ~KafkaOwnership() override;

  OwnershipView Look() const override;
  void GiveBack(std::int32_t slot) override;
  std::chrono::milliseconds session() const override;
  std::string name() const override;

 private:
  class Worker;
  explicit KafkaOwnership(std::unique_ptr<Worker> worker);

  const std::unique_ptr<Worker> worker_;
};

}  // namespace nsf
