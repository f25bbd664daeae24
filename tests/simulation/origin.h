// SPDX-License-Identifier: Apache-2.0
// The way to a tenant and back: latencies that let answers overtake each other, answers that the
// scenario spoils, connections that fail. The tenant itself is the simulator's.
#pragma once

#include <functional>
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

 private:
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
