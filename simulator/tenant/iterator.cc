// SPDX-License-Identifier: Apache-2.0
// Cursors.
#include "tenant/iterator.h"

#include <algorithm>
#include <charconv>

namespace nsf_simulator {
namespace {

std::string Find(const Parameters& parameters, std::string_view name) {
  const auto at = std::find_if(parameters.begin(), parameters.end(),
                               [name](const auto& entry) { return entry.first == name; });
  return at == parameters.end() ? std::string() : at->second;
}

std::int64_t Second(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

EventNumber Visible(const History& history) { return static_cast<EventNumber>(history.size()); }

// The first event in the order of the iterator that happened at `epoch` or later; what comes behind
// it is shown, whenever it happened.
EventNumber BeginOf(const History& history, std::int64_t epoch) {
  EventNumber number = 0;
  while (number < Visible(history) && Second(history.at(number).timestamp) < epoch) ++number;
  return number;
}

}  // namespace

std::variant<IteratorPage, Refusal> IteratorDesk::Ask(const Parameters& parameters,
                                                      const History& history,
                                                      const Settings& settings, Time clock) {
  const std::string name = Find(parameters, "index");
  const std::string operation = Find(parameters, "operation");
  if (name.empty()) return Refusal{400, "index is missing"};
  if (operation.empty()) return Refusal{400, "operation is missing"};
  const auto [at, is_new] = indexes_.try_emplace(name);
  Index& index = at->second;
  // An index that nobody has set begins with what comes from now on.
  if (is_new) index.next = index.last.first = index.last.end = Visible(history);
  if (clock < index.busy_until) {
    return Refusal{409, "Another request with this index is in progress"};
  }
  if (operation != "resend") {
    if (auto refusal = MoveTo(operation, history, settings, &index)) return *std::move(refusal);
  }
  index.busy_until = clock + settings.delay + settings.iterator_hold;
  if (operation == "resend") return index.last;
  IteratorPage page{index.next, Visible(history), index.last.high_water, {}};
  const auto most = static_cast<EventNumber>(settings.iterator_page);
  const bool is_full = page.end - page.first > most;
  if (is_full) page.end = page.first + most;
  if (!is_full) page.wait = settings.iterator_wait;
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(clock).time_since_epoch().count();
  for (EventNumber number = page.first; number < page.end; ++number) {
    const std::int64_t time = Second(history.at(number).timestamp);
    if (time <= now) page.high_water = std::max(page.high_water, time);
  }
  index.next = page.end;
  return index.last = page;
}

std::optional<Refusal> IteratorDesk::MoveTo(const std::string& operation, const History& history,
                                            const Settings& settings, Index* index) {
  if (operation == "next") return std::nullopt;
  if (operation == "head") {
    index->next = 0;
    index->last.high_water = 0;
    return std::nullopt;
  }
  if (operation == "tail") {
    const auto most = static_cast<EventNumber>(settings.iterator_page);
    index->next = Visible(history) > most ? Visible(history) - most : 0;
    return std::nullopt;
  }
  std::int64_t epoch = 0;
  const char* const end = operation.data() + operation.size();
  const auto [stop, error] = std::from_chars(operation.data(), end, epoch);
  if (error != std::errc() || stop != end || epoch < 0) {
    return Refusal{400, "operation must be next, head, tail, resend or epoch seconds"};
  }
  index->next = BeginOf(history, epoch);
  index->last.high_water = epoch;
  return std::nullopt;
}

std::string IteratorBody(const IteratorPage& page, const std::string& rows) {
  return R"({"ok":1,"result":[)" + rows + R"(],"wait_time":)" + std::to_string(page.wait.count()) +
         R"(,"timestamp_hwm":)" + std::to_string(page.high_water) + '}';
}

}  // namespace nsf_simulator
