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
#include "core/event/identity.h"
#include "core/format/text_buffer.h"
#include "pipeline/stream/settings.h"
#include "ports/destination.h"

namespace nsf {

class BatchBuilder {
 public:
  using PageBody = std::shared_ptr<const std::string>;

  // `settings` outlives the builder.
  explicit BatchBuilder(const StreamSettings& settings);

  // What a record holds beside its event. `page` is the body that the row points into: the batch
  // shares it, and copies what else it needs of the event. Null: the row is copied too.
  struct Origin {
    std::string_view event_id;
    WallSeconds listed;
    const PageBody& page;
    const Enrichment* people = nullptr;  // who they are that the event names; null: unasked
  };

  // Appends one event; `time` is the record's time.
  void Add(const AuditEvent& event, WallSeconds time, const Origin& origin, MonotonicTime now);

  // Appends a row that no sink can be given: it is in the dead letter when the batch is settled.
  void AddBroken(std::string_view raw, std::string_view reason, const Origin& origin,
                 MonotonicTime now);

  // An event that is delivered to no sink: what its ledger entry needs is a commit, of a batch that
  // may hold nothing else.
  void Withhold(MonotonicTime now);

  // No further row of `page` will be added. A batch holds few rows of a page that mostly shows
  // known events, and must not keep the rest of it in memory until a sink acknowledges: they are
  // copied.
  void EndPage(const PageBody& page);

  std::size_t events() const { return batch_->sinks.front().records.size(); }
  // There is nothing to commit.
  bool empty() const { return events() == 0 && withheld_ == 0; }
  // No further event fits.
  bool full() const;
  // When a batch that is not full is to be closed for its age; absent while it is empty.
  std::optional<MonotonicTime> due() const { return due_; }

  // The batch so far, without state changes; the builder is empty again.
  std::unique_ptr<Batch> Take();

 private:
  // Of the record, whose row is there already: its payload, and what is said of it.
  void WritePayload(Format format, const AuditEvent& event, const Origin& origin, Record* record);
  void Keep(const PageBody& page, std::string_view row);
  void Reserve();

  const StreamSettings& settings_;
  std::unique_ptr<Batch> batch_;
  std::size_t withheld_ = 0;
  std::size_t events_before_ = 0;  // of the batch before
  std::size_t row_bytes_ = 0;      // of the rows in `pages`
  std::size_t first_of_page_ = 0;  // the first record whose row is in the last of `pages`
  std::size_t bytes_of_page_ = 0;  // of the rows in it
  std::optional<MonotonicTime> due_;
  TextBuffer scratch_;  // kept, so that formatting does not allocate
};

}  // namespace nsf
