// SPDX-License-Identifier: Apache-2.0
// A run: the forwarder among its tenants, sinks and store, killed and started again, until the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/complaints.h"
#include "simulation/process.h"
#include "simulation/scenario.h"

namespace nsf::simulation {

class World {
 public:
  using Note = std::function<void(const std::string&)>;

  // `traffic` is given a line for each request, `log` what the forwarder says; each may be empty.
  World(const Scenario& scenario, Note traffic, Note log);

  // To the end, or to the first complaint: what it was and when.
  std::optional<std::string> Run();

  std::size_t crashes() const { return crashes_; }
  std::size_t events() const;

 private:
  std::unique_ptr<Sink> MakeSink(std::size_t number);
  // Lines of the traffic.
  void WriteArrival(const std::string& sink, const SinkBatch& batch, const Record& record);
  void WriteCommit(const std::vector<StateChange>& changes);
  Place* Find(const SinkBatch& batch);
  std::size_t SinkNumber(std::string_view name) const;
  void Happen();
  void Crash();
  void StartProcess();
  std::string Elapsed() const;

  const Scenario scenario_;
  Note traffic_;
  Note log_;
  Dice dice_;
  Timeline timeline_;
  Complaints complaints_;
  OwnClock clock_;
  std::vector<Place> places_;
  std::vector<std::unique_ptr<SimulatedSink>> sinks_;
  std::unique_ptr<SimulatedSink> dead_letter_;
  SimulatedStore store_;
  std::unique_ptr<Process> process_;
  std::size_t crashes_ = 0;
  std::size_t happened_ = 0;
};

}  // namespace nsf::simulation
