// SPDX-License-Identifier: Apache-2.0
// The ground truth of one stream: which events there are, which of them are delivered, and which
// the forwarder cannot be blamed for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/dialect/dialect.h"
#include "ports/record.h"
#include "simulation/complaints.h"
#include "simulation/scenario.h"
#include "tenant/tenant.h"

namespace nsf::simulation {

using nsf_simulator::EventNumber;

// By which times the tenant's windows may select in the course of a run.
std::vector<WindowKind> PossibleWindows(const StreamScenario& scenario);

// Where no window is honoured, rows are cut by the time that they were inserted at, if they show
// it. When another one sorts the list, or none, what is asked for may stand behind the end of a
// walk, until two neighbours of a page show that the order does not hold.
bool OrderMisleads(const nsf_simulator::Settings& tenant);

class Truth {
 public:
  // All outlive the truth. `sinks`: how many there are.
  Truth(const StreamScenario& scenario, const nsf_simulator::Tenant& tenant, std::size_t sinks,
        Complaints& complaints);

  // Takes over what became visible. To be called before anything is asked.
  void Update();

  // A record arrived at a sink, or was refused there and stands in the dead letter.
  void Arrived(std::size_t sink, const Record& record) { Count(sink, record, &Counts::arrived); }
  void Kept(std::size_t sink, const Record& record) { Count(sink, record, &Counts::kept); }
  // It may arrive once more: a crash, or an acknowledgement that was lost.
  void Explain(std::size_t sink, const Record& record);
  // An event of this id arrived, or is kept, at every sink.
  bool IdIsSettled(std::uint64_t id_hash) const;

  // Every sink has the event, or the dead letter has it for the sink.
  bool Settled(EventNumber number) const;
  std::size_t events() const { return places_.size(); }
  const nsf_simulator::Event& event(EventNumber number) const { return tenant_.event(number); }
  // "_id …, timestamp …, inserted …, visible …"
  std::string Describe(EventNumber number) const;

  // The second by which the window selects it; where none is honoured, by which the forwarder cuts
  // the list: insertion time only where the row itself shows it.
  WallSeconds Own(EventNumber number, WindowKind kind) const;
  // It was visible before its window was closed, or at the latest at `revisits` of its revisits.
  bool VisibleInTime(EventNumber number, std::size_t revisits) const;
  // The events that no sink lacks are left out; in the order in which they became visible.
  const std::vector<EventNumber>& Unsettled();
  // It has left the list, or will by then.
  bool Leaves(EventNumber number, WallTime by) const;
  // Its second, by the window, is not before `until`.
  bool LiesAhead(EventNumber number, WallSeconds until) const;
  // It shows neither id nor time: it waits for its window to close, and may come once a window.
  bool Anonymous(EventNumber number) const;
  // So many rows lie in the fullest second.
  std::size_t MostInASecond() const;
  // It has no id, and equal rows.
  bool HasEquals(EventNumber number) const;
  // It has equal rows, and rows of one second change places at each request: on different pages,
  // they cannot be told from one that moved.
  bool CannotBeCounted(EventNumber number) const;
  // It lies before the stream's beginning.
  bool Before(EventNumber number, WallSeconds first_start) const;

  const std::vector<WindowKind>& kinds() const { return kinds_; }
  seconds settle(WindowKind kind) const;

 private:
  struct Counts {
    std::uint32_t arrived = 0, kept = 0;
    std::uint32_t explained = 0;
  };
  // Events that cannot be told apart: one with an id, or equal rows without.
  struct Name {
    std::uint32_t events = 0;
    bool has_id = true;
    bool changes = false;  // and is delivered anew then
    bool may_repeat = false;
    std::vector<Counts> sinks;
  };
  struct Place {
    std::uint32_t name = 0;
    std::uint32_t ordinal = 0;
  };

  void Add(EventNumber number);
  // Nothing tells which of the pages of a list, which overlap, shows which of some equal rows.
  bool MayRepeat(const Name& name) const;
  // Nothing tells it from an equal row: it has neither id nor time, or no id where rows change
  // places between two pages of a list. Or the tenant's windows went by another time before, which
  // it does not show, and its id is not kept any more. Or it does not parse, and stands in a list
  // that is walked whole again because its order failed. In doubt it comes twice.
  bool MayRepeat(EventNumber number, bool has_id) const;
  // By its id, or by its bytes as they are at a time.
  std::string KeyOf(EventNumber number, WallTime at, bool* has_id) const;
  void Complain(const std::string& what);
  // Null: the tenant never had it.
  Name* Find(const Record& record);
  void Count(std::size_t sink, const Record& record, std::uint32_t Counts::*what);

  const StreamScenario& scenario_;
  const nsf_simulator::Tenant& tenant_;
  const std::size_t sinks_;
  Complaints& complaints_;
  std::vector<WindowKind> kinds_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // of names, by key
  std::vector<Name> names_;
  std::vector<Place> places_;  // by event
  std::vector<EventNumber> unsettled_;
  std::unordered_map<std::uint64_t, std::uint32_t> settled_ids_;  // sinks that have it, by id hash
};

}  // namespace nsf::simulation
