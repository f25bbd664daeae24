// SPDX-License-Identifier: Apache-2.0
// The parts of a live check: app/check.h. Each finding says what, why and how to mend it.
#pragma once

#include <string>
#include <vector>

#include "adapters/kafka/kafka_probe.h"
#include "app/check.h"
#include "ports/http_client.h"

namespace nsf {

class CurlEngine;

using Findings = std::vector<Finding>;

// Something wrong that a port told: its message ends, as all do, with the next step.
Finding WrongAs(std::string subject, const std::string& message, std::string why);

// What can be told of tokens without asking anybody: who may read them, until when they are good,
// who shares them.
void CheckSecrets(const Config& config, Findings* findings);

// Whether the request budget is enough, then each endpoint.
void CheckTenant(const TenantConfig& tenant, Findings* findings);

// Token and scope, the clocks, and what the tenant honours. False: the tenant answers, and does not
// give this token the event type (403, 404).
bool CheckEndpoint(const TenantConfig& tenant, const std::string& event_type, HttpClient& client,
                   Findings* findings);

// The SCIM token, where users are asked for.
void CheckIdentities(const TenantConfig& tenant, CurlEngine& engine, Findings* findings);

// Can what is delivered get there? With `write`, one test message is sent.
void CheckSink(const Config& config, const SinkConfig& sink, bool write, Findings* findings);
// The same of what is refused.
void CheckDeadLetter(const Config& config, bool write, Findings* findings);

// What a topic does to what is sent there.
struct TopicUse {
  std::string subject;
  const KafkaConfig* kafka;     // the sink whose connection is used
  bool holds_events;            // not: what was refused
  std::chrono::seconds oldest;  // how old the oldest event of a first run is
};
void JudgeTopic(const TopicUse& use, const KafkaTopicFacts& topic, Findings* findings);

// May the state be owned and written, will it be there tomorrow, and is anything wrong with it?
void CheckState(const Config& config, Findings* findings);

// May the address of the metrics be listened on?
void CheckServer(const Config& config, Findings* findings);

}  // namespace nsf
