// SPDX-License-Identifier: Apache-2.0
// The configuration of one tenant's event type, in the terms of the stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "pipeline/stream/settings.h"

namespace nsf {

// What of the dialect the configuration pins.
DialectPins PinsOf(const PagingConfig& paging);

// Where the API has the tenant's event type, and how its pages and windows are asked for.
struct EventSource {
  std::string path;
  std::string iterator_path;  // empty: the list is read
  std::uint32_t page_size = 0;
  DialectPins pins;

  const std::string& asked_path() const { return iterator_path.empty() ? path : iterator_path; }
};
EventSource EventSourceOf(const TenantConfig& tenant, const std::string& event_type);

// `token_reference` is how messages name the tenant's token; `directory` knows its people, if any.
StreamSettings StreamSettingsOf(const Config& config, const TenantConfig& tenant,
                                const std::string& event_type, const std::string& token_reference,
                                std::shared_ptr<const Directory> directory = nullptr);

}  // namespace nsf
