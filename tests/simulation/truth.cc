// SPDX-License-Identifier: Apache-2.0
// Counting what arrives against what there is.
#include "simulation/truth.h"

#include <algorithm>
#include <map>

#include "core/ledger/event_id.h"
#include "simulation/timeline.h"

namespace nsf::simulation {
namespace {

namespace model = nsf_simulator;

void AddKind(WindowKind kind, std::vector<WindowKind>* kinds) {
  if (std::find(kinds->begin(), kinds->end(), kind) == kinds->end()) kinds->push_back(kind);
}

void AddKinds(const model::Settings& tenant, std::vector<WindowKind>* kinds) {
  WindowKind kind = WindowKind::kInsertion;
  if (tenant.window_pairs == model::WindowPairs::kEvent) kind = WindowKind::kEvent;
  if (tenant.window == model::WindowRule::kIgnored) {
    kind = WindowKind::kNone;
    if (OrderMisleads(tenant)) AddKind(WindowKind::kEvent, kinds);
  }
  AddKind(kind, kinds);
}

std::int64_t Second(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

}  // namespace

bool OrderMisleads(const model::Settings& tenant) {
  const bool by_another = tenant.show_insertion && tenant.sort_by != model::SortBy::kInsertion;
  return tenant.window == model::WindowRule::kIgnored &&
         (by_another || tenant.order == model::Order::kNone);
}

std::vector<WindowKind> PossibleWindows(const StreamScenario& scenario) {
  const model::Settings& tenant = scenario.tenant;
  std::vector<WindowKind> kinds;
  AddKinds(tenant, &kinds);
  // Of a tenant that has no row yet nobody can tell which times it honours: until its rows tell,
  // insertion time is what is asked for, and what is closed and called whole is so by that time.
  const bool silent = tenant.events == 0;
  if (silent && kinds[0] != WindowKind::kInsertion) kinds.push_back(WindowKind::kInsertion);
  // Where refusals that say nothing of the dialect pass by, all of six questions may be refused.
  const auto refuses = [](const Trouble& trouble) {
    return std::find(trouble.faults.begin(), trouble.faults.end(), model::Fault::k404) !=
           trouble.faults.end();
  };
  const bool both = tenant.window_pairs == model::WindowPairs::kBoth &&
                    tenant.window != model::WindowRule::kIgnored;
  if (both && std::any_of(scenario.troubles.begin(), scenario.troubles.end(), refuses)) {
    AddKind(WindowKind::kEvent, &kinds);
  }
  if (!tenant.changes_to.empty()) {
    model::Settings changed = tenant;
    model::ApplyChange(tenant.changes_to, &changed);
    AddKinds(changed, &kinds);
  }
  return kinds;
}

Truth::Truth(const StreamScenario& scenario, const model::Tenant& tenant, std::size_t sinks,
             Complaints& complaints)
    : scenario_(scenario),
      tenant_(tenant),
      sinks_(sinks),
      complaints_(complaints),
      kinds_(PossibleWindows(scenario)) {}

void Truth::Update() {
  while (places_.size() < tenant_.visible()) Add(static_cast<EventNumber>(places_.size()));
}

void Truth::Add(EventNumber number) {
  bool has_id = false;
  const std::string key = KeyOf(number, event(number).visible, &has_id);
  const auto [at, fresh] = numbers_.emplace(key, static_cast<std::uint32_t>(names_.size()));
  if (fresh) {
    names_.push_back({0, has_id, false, MayRepeat(number, has_id), std::vector<Counts>(sinks_)});
  }
  Name& name = names_[at->second];
  if (!has_id || name.events == 0) ++name.events;
  if (const auto change = tenant_.rows().ChangesAt(event(number))) {
    name.changes = name.changes || scenario_.stream.deliver_changed || !has_id;
    // Rows that are known by their bytes are new ones when they change.
    if (!has_id) numbers_.emplace(KeyOf(number, *change, &has_id), at->second);
  }
  places_.push_back({at->second, name.events - 1});
  unsettled_.push_back(number);
}

std::string Truth::KeyOf(EventNumber number, WallTime at, bool* has_id) const {
  const model::Event& event = tenant_.event(number);
  const auto odd = tenant_.rows().OddityOf(event);
  const bool broken = odd == model::OddRow::kBroken || odd == model::OddRow::kUnbalanced;
  *has_id = tenant_.rows().TemplateOf(event).has_id && !broken;
  if (*has_id) return 'i' + tenant_.NameOf(number);
  std::string key = "r";
  tenant_.rows().Append(number, event, at, &key);
  return key;
}

Truth::Name* Truth::Find(const Record& record) {
  auto at = numbers_.find('i' + std::string(record.event_id));
  if (at == numbers_.end()) at = numbers_.find('r' + std::string(record.raw));
  return at == numbers_.end() ? nullptr : &names_[at->second];
}

void Truth::Complain(const std::string& what) {
  complaints_.Add(scenario_.stream.tenant + '/' + scenario_.stream.stream + ": " + what);
}

void Truth::Count(std::size_t sink, const Record& record, std::uint32_t Counts::*what) {
  Update();
  Name* const name = Find(record);
  const std::string who = std::string(record.event_id) + " at sink " + std::to_string(sink);
  if (name == nullptr) return Complain("a record that the tenant never had: " + who);
  Counts& counts = name->sinks[sink];
  ++(counts.*what);
  const std::uint32_t most = name->events * (name->changes ? 2 : 1) + counts.explained;
  if (counts.arrived + counts.kept > most && !MayRepeat(*name)) {
    Complain("delivered again, and nothing explains it: " + who);
  }
  ++settled_ids_[HashId(record.event_id).low + sink];
}

void Truth::Explain(std::size_t sink, const Record& record) {
  if (Name* const name = Find(record)) ++name->sinks[sink].explained;
}

bool Truth::IdIsSettled(std::uint64_t id_hash) const {
  for (std::size_t sink = 0; sink < sinks_; ++sink) {
    if (!settled_ids_.contains(id_hash + sink)) return false;
  }
  return true;
}

bool Truth::Settled(EventNumber number) const {
  const Place place = places_[number];
  const Name& name = names_[place.name];
  return std::all_of(name.sinks.begin(), name.sinks.end(), [place](const Counts& counts) {
    return counts.arrived + counts.kept > place.ordinal;
  });
}

std::string Truth::Describe(EventNumber number) const {
  const model::Event& event = tenant_.event(number);
  const auto odd = tenant_.rows().OddityOf(event);
  return "event " + std::to_string(number) + " (" + tenant_.NameOf(number) + ", timestamp " +
         std::to_string(Second(event.timestamp)) + ", inserted " +
         std::to_string(Second(event.insertion)) + ", visible " +
         std::to_string(event.visible.time_since_epoch().count()) +
         (odd ? ", " + std::string(model::OddRowName(*odd)) : "") + ')';
}

WallSeconds Truth::Own(EventNumber number, WindowKind kind) const {
  const std::size_t shown = tenant_.rows().TemplateOf(event(number)).insertion_at;
  const bool by_insertion =
      kind == WindowKind::kInsertion ||
      (kind == WindowKind::kNone && shown != nsf_simulator::RowTemplate::kAbsent);
  return by_insertion ? event(number).insertion : event(number).timestamp;
}

seconds Truth::settle(WindowKind kind) const {
  return kind == WindowKind::kInsertion ? scenario_.stream.windows.settle
                                        : scenario_.stream.settle_by_event;
}

bool Truth::VisibleInTime(EventNumber number, std::size_t revisits) const {
  const auto& ages = scenario_.stream.revisit;
  return std::all_of(kinds_.begin(), kinds_.end(), [&](WindowKind kind) {
    seconds age = settle(kind);
    if (revisits > 0) age = std::max(age, ages[std::min(revisits, ages.size()) - 1]);
    return event(number).visible <= Own(number, kind) + age;
  });
}

const std::vector<EventNumber>& Truth::Unsettled() {
  Update();
  std::erase_if(unsettled_, [this](EventNumber number) { return Settled(number); });
  return unsettled_;
}

bool Truth::Leaves(EventNumber number, WallTime by) const {
  const auto at = tenant_.LeavesAt(number);
  return at && *at <= by;
}

bool Truth::LiesAhead(EventNumber number, WallSeconds until) const {
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [&](WindowKind kind) { return Own(number, kind) >= until; });
}

bool Truth::Anonymous(EventNumber number) const {
  const model::RowTemplate& row = tenant_.rows().TemplateOf(event(number));
  constexpr auto kAbsent = model::RowTemplate::kAbsent;
  return !row.has_id && row.timestamp_at == kAbsent && row.insertion_at == kAbsent;
}

std::size_t Truth::MostInASecond() const {
  std::map<WallSeconds, std::size_t> rows;
  std::size_t most = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    most = std::max(most, ++rows[Own(static_cast<EventNumber>(i), kinds_.front())]);
  }
  return most;
}

bool Truth::HasEquals(EventNumber number) const {
  const Name& name = names_[places_[number].name];
  return !name.has_id && name.events > 1;
}

bool Truth::CannotBeCounted(EventNumber number) const {
  return scenario_.tenant.ties == model::Ties::kShuffled && HasEquals(number);
}

bool Truth::MayRepeat(const Name& name) const {
  const bool in_list = scenario_.tenant.window == model::WindowRule::kIgnored;
  return name.may_repeat || (in_list && !name.has_id && name.events > 1);
}

bool Truth::MayRepeat(EventNumber number, bool has_id) const {
  const model::Settings& tenant = scenario_.tenant;
  const bool drifts =
      tenant.window == model::WindowRule::kIgnored && tenant.ties == model::Ties::kShuffled;
  const model::RowTemplate& row = tenant_.rows().TemplateOf(event(number));
  constexpr auto kAbsent = model::RowTemplate::kAbsent;
  const bool untold = row.timestamp_at == kAbsent || row.insertion_at == kAbsent;
  const auto odd = tenant_.rows().OddityOf(event(number));
  const bool broken = odd == model::OddRow::kBroken || odd == model::OddRow::kUnbalanced;
  return Anonymous(number) || (drifts && !has_id) || (untold && kinds_.size() > 1) ||
         (broken && OrderMisleads(tenant));
}

bool Truth::Before(EventNumber number, WallSeconds first_start) const {
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [&](WindowKind kind) { return Own(number, kind) < first_start; });
}

}  // namespace nsf::simulation
