// SPDX-License-Identifier: Apache-2.0
// The way to a tenant and back: latencies that let answers overtake each other, answers that the
// scenario spoils, connections that fail. The tenant itself is the simulator's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "ports/http_client.h"
#include "simulation/scenario.h"
#include "simulation/timeline.h"
#include "tenant/tenant.h"

namespace nsf::simulation {

class Origin final : public HttpClient {
 public:
  // A line for the traffic.
  using Note = std::function<void(const std::string&)>;

  // All outlive the origin. `lied`: an answer hides rows.
  Origin(const StreamScenario& scenario, std::uint64_t seed, Timeline& timeline,
         std::function<void()> lied, Note note);

  void Start(HttpRequest request, Done done) override;

  const nsf_simulator::Tenant& tenant() const { return tenant_; }
  // By the tenant's own clock.
  WallTime Clock() const { return tenant_.Clock(TrueTime(timeline_.now())); }
  void Advance() { tenant_.Advance(TrueTime(timeline_.now())); }

  // Who asked is gone, and with it all that was planned. What was on its way to an iterator may
  // arrive all the same, and move it.
  void Crash();

 private:
  // To an iterator, on its way there.
  std::map<std::uint64_t, std::string> sent_;
  std::uint64_t last_sent_ = 0;
  Dice late_;
  // What spoils the next answer, if anything.
  const Trouble* DrawTrouble();
  HttpAnswer Ask(const HttpRequest& request, nsf_simulator::Fault fault, milliseconds* takes);
  HttpAnswer Fail(HttpFailure failure, const HttpRequest& request, milliseconds* takes);
  void Write(const HttpRequest& request, const HttpAnswer& answer, milliseconds takes) const;

  const StreamScenario& scenario_;
  Dice dice_;
  Timeline& timeline_;
  std::function<void()> lied_;
  Note note_;
  nsf_simulator::Tenant tenant_;
};

}  // namespace nsf::simulation
