// SPDX-License-Identifier: Apache-2.0
// Events → a batch: each event formatted once for each format that a sink wants.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/event/audit_event.h"
#include "pipeline/stream/settings.h"
#include "ports/destination.h"

namespace nsf {

class BatchBuilder {
 public:
  // `settings` outlives the builder.
  explicit BatchBuilder(const StreamSettings& settings);

  // Appends one event; `time` is the record's time. Everything that is needed of the event is
  // copied, so that its page, three times as large, can go.
  void Add(const AuditEvent& event, std::string_view event_id, WallSeconds time, MonotonicTime now);

  // Appends a row that no sink can be given: it is in the dead letter when the batch is settled.
  void AddBroken(std::string_view raw, std::string_view event_id, std::string_view reason,
                 MonotonicTime now);

  std::size_t events() const { return batch_->sinks.front().records.size(); }
  // No further event fits.
  bool full() const;
  // When a batch that is not full is to be closed for its age; absent while it is empty.
  std::optional<MonotonicTime> due() const { return due_; }

  // The batch so far, without state changes; the builder is empty again.
  std::unique_ptr<Batch> Take();

 private:
  // `raw`: the row's bytes as the batch holds them.
  std::string_view Payload(Format format, const AuditEvent& event, std::string_view event_id,
                           std::string_view raw);

  const StreamSettings& settings_;
  std::unique_ptr<Batch> batch_;
  std::optional<MonotonicTime> due_;
  std::string scratch_;  // kept, so that formatting does not allocate
};

}  // namespace nsf
