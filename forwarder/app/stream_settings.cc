// SPDX-License-Identifier: Apache-2.0
// From configuration to stream.
#include "app/stream_settings.h"

#include <algorithm>

namespace nsf {
namespace {

// By insertion time a row is late only by what the tenant takes to show it; by event time also by
// what the event took to get there.
constexpr std::chrono::seconds kSettleByInsertion{60};
constexpr std::chrono::seconds kSettleByEvent{600};

// `auto` is the live API's dialect: `offset` and the insertion window.
Dialect DialectOf(const PagingConfig& paging) {
  Dialect dialect;
  dialect.parameter =
      paging.parameter == PagingParameter::kSkip ? PageParameter::kSkip : PageParameter::kOffset;
  switch (paging.window) {
    case PagingWindow::kAuto:
    case PagingWindow::kInsertion:
      dialect.window = WindowKind::kInsertion;
      break;
    case PagingWindow::kEvent:
      dialect.window = WindowKind::kEvent;
      break;
    case PagingWindow::kNone:
      dialect.window = WindowKind::kNone;
      break;
  }
  return dialect;
}

std::optional<ListOrder> PinnedOrder(PagingOrder order) {
  switch (order) {
    case PagingOrder::kAuto:
      break;
    case PagingOrder::kOldest:
      return ListOrder::kOldestFirst;
    case PagingOrder::kNewest:
      return ListOrder::kNewestFirst;
    case PagingOrder::kNone:
      return ListOrder::kNeither;
  }
  return std::nullopt;
}

}  // namespace

StreamSettings StreamSettingsOf(const Config& config, const TenantConfig& tenant,
                                const std::string& event_type, const std::string& token_reference) {
  StreamSettings settings;
  settings.tenant = tenant.name;
  settings.stream = event_type;
  settings.path = "/api/v2/events/data/" + event_type;
  settings.token_reference = token_reference;
  settings.dialect = DialectOf(tenant.paging);
  settings.list_order = PinnedOrder(tenant.paging.order);
  settings.windows.length = tenant.paging.length;
  const bool by_event = settings.dialect.window == WindowKind::kEvent;
  settings.windows.settle =
      tenant.paging.settle.value_or(by_event ? kSettleByEvent : kSettleByInsertion);
  settings.page_size = tenant.page_size;
  settings.concurrency = tenant.concurrency;
  settings.revisit = tenant.paging.revisit;
  settings.deliver_changed = tenant.paging.deliver_changed;
  settings.poll_interval = tenant.poll_interval;
  settings.timeout = tenant.timeout;
  settings.max_page_bytes = tenant.max_page_bytes;
  settings.start = tenant.start;
  for (const std::string& name : tenant.sinks) {
    const auto sink = std::find_if(config.sinks.begin(), config.sinks.end(),
                                   [&name](const SinkConfig& s) { return s.name == name; });
    settings.sinks.push_back({name, sink->format});
  }
  settings.batch = {config.batch.events, config.batch.bytes, config.batch.age};
  return settings;
}

}  // namespace nsf
