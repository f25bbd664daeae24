// SPDX-License-Identifier: Apache-2.0
// From configuration to stream.
#include "app/stream_settings.h"

#include <algorithm>
#include <utility>

#include "app/config/event_types_file.h"

namespace nsf {
namespace {

// By insertion time a row is late only by what the tenant takes to show it; by event time also by
// what the event took to get there.
constexpr std::chrono::seconds kSettleByInsertion{60};
constexpr std::chrono::seconds kSettleByEvent{600};

constexpr std::string_view kIterators = "/api/v2/events/dataexport/events/";

}  // namespace

DialectPins PinsOf(const PagingConfig& paging) {
  DialectPins pins;
  if (paging.parameter == PagingParameter::kOffset) pins.parameter = PageParameter::kOffset;
  if (paging.parameter == PagingParameter::kSkip) pins.parameter = PageParameter::kSkip;
  if (paging.window == PagingWindow::kInsertion) pins.window = WindowKind::kInsertion;
  if (paging.window == PagingWindow::kEvent) pins.window = WindowKind::kEvent;
  if (paging.window == PagingWindow::kNone) pins.window = WindowKind::kNone;
  if (paging.order == PagingOrder::kOldest) pins.order = ListOrder::kOldestFirst;
  if (paging.order == PagingOrder::kNewest) pins.order = ListOrder::kNewestFirst;
  if (paging.order == PagingOrder::kNone) pins.order = ListOrder::kNeither;
  return pins;
}

EventSource EventSourceOf(const TenantConfig& tenant, const std::string& event_type) {
  EventSource source{
      "/api/v2/events/data/" + event_type, {}, tenant.page_size, PinsOf(tenant.paging)};
  if (tenant.reads_iterator) source.iterator_path = std::string(kIterators) + event_type;
  if (const EventType* const known = BuiltInEventTypes().FindKnown(event_type)) {
    const EventTypeSpec& spec = known->spec();
    source.path = spec.path;
    source.page_size = std::min(source.page_size, spec.page_size);
    // What is documented to know one kind of window is not asked for another.
    const bool is_open = tenant.paging.window == PagingWindow::kAuto && spec.windows.size() == 1;
    if (is_open && spec.windows.front() == TypedWindow::kEvent) {
      source.pins.window = WindowKind::kEvent;
    }
  }
  const auto own = std::find_if(
      tenant.event_sources.begin(), tenant.event_sources.end(),
      [&event_type](const EventSourceConfig& entry) { return entry.type == event_type; });
  if (own == tenant.event_sources.end()) return source;
  if (!own->path.empty()) (tenant.reads_iterator ? source.iterator_path : source.path) = own->path;
  if (own->page_size) source.page_size = *own->page_size;
  if (own->window) {
    PagingConfig paging = tenant.paging;
    paging.window = *own->window;
    source.pins = PinsOf(paging);
  }
  return source;
}

StreamSettings StreamSettingsOf(const Config& config, const TenantConfig& tenant,
                                const std::string& event_type, const std::string& token_reference,
                                std::shared_ptr<const Directory> directory) {
  StreamSettings settings;
  settings.tenant = tenant.name;
  settings.stream = event_type;
  EventSource source = EventSourceOf(tenant, event_type);
  settings.path = std::move(source.path);
  if (!source.iterator_path.empty()) {
    settings.iterator = IteratorSettings{std::move(source.iterator_path), tenant.iterator_index,
                                         !config.state.sink.empty()};
  }
  settings.token_reference = token_reference;
  settings.pins = source.pins;
  settings.windows.length = tenant.paging.length;
  settings.windows.settle = tenant.paging.settle.value_or(kSettleByInsertion);
  settings.settle_by_event = tenant.paging.settle.value_or(kSettleByEvent);
  settings.page_size = source.page_size;
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
  settings.classification = config.classification;
  settings.event_type = BuiltInEventTypes().Find(event_type);
  settings.filter = tenant.filter;
  settings.redaction = tenant.redaction;
  settings.directory = std::move(directory);
  settings.batch = {config.batch.events, config.batch.bytes, config.batch.age};
  return settings;
}

}  // namespace nsf
