// SPDX-License-Identifier: Apache-2.0
// Telemetry as Prometheus metrics. A scrape is made from the last snapshot of each stream, so that
// within a stream all numbers are of one moment.
#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/prometheus/telemetry_plan.h"
#include "ports/clock.h"
#include "ports/telemetry.h"

namespace nsf {

class PrometheusTelemetry : public Telemetry, public prometheus::Collectable {
 public:
  // `clock` outlives the telemetry; gauges of time are computed with it at the scrape.
  PrometheusTelemetry(TelemetryPlan plan, const Clock& clock);
  ~PrometheusTelemetry() override;

  // Another configuration: what it does not have is shown no more, what is new is there at 0, the
  // rest goes on.
  void Configure(TelemetryPlan plan);
  // The file was read, at start or again; `good`: and is what runs now.
  void ConfigRead(bool good, WallTime at);

  void Stream(const std::string& tenant, const std::string& stream,
              const StreamSnapshot& snapshot) override;
  void Budget(const std::string& tenant, const BudgetSnapshot& snapshot) override;
  void Identities(const std::string& tenant, const IdentitySnapshot& snapshot) override;
  void RequestDuration(const std::string& tenant, std::chrono::microseconds elapsed) override;
  void EventDelay(const std::string& tenant, std::chrono::milliseconds delay,
                  std::size_t count) override;
  void EventLateness(const std::string& tenant, std::chrono::milliseconds lateness,
                     std::size_t count) override;
  void Published(const std::string& sink, std::chrono::microseconds elapsed,
                 std::string_view reason) override;
  void Truncated(const std::string& sink, std::size_t count) override;
  void Repaired(const std::string& sink, std::size_t count) override;
  void Replayed(const std::string& tenant, const std::string& stream, const std::string& sink,
                std::size_t count) override;
  void StateCommitted(std::chrono::microseconds elapsed, bool durable) override;

  std::vector<prometheus::MetricFamily> Collect() const override;
  // The text of /metrics (exposition format 0.0.4), kMetricsContentType.
  std::string Render() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace nsf
