// SPDX-License-Identifier: Apache-2.0
// Building a batch.
#include "pipeline/stream/batch_builder.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/format/format.h"

namespace nsf {
namespace {

// A page is shared where a batch holds a quarter of it or more. Of a backlog all is new, and
// nothing but the end of a page is copied.
constexpr std::size_t kSharedFrom = 4;

std::unique_ptr<Batch> EmptyBatch(const StreamSettings& settings) {
  auto batch = std::make_unique<Batch>();
  for (const SinkSpec& sink : settings.sinks) {
    SinkBatch records;
    records.sink = sink.name;
    records.tenant = settings.tenant;
    records.stream = settings.stream;
    records.format = sink.format;
    records.replay = settings.rewalk.has_value();
    batch->sinks.push_back(std::move(records));
  }
  return batch;
}

}  // namespace

BatchBuilder::BatchBuilder(const StreamSettings& settings)
    : settings_(settings), batch_(EmptyBatch(settings)) {}

bool BatchBuilder::full() const {
  return events() + withheld_ >= settings_.batch.part_events() ||
         batch_->arena.size_bytes() + row_bytes_ >= settings_.batch.part_bytes();
}

void BatchBuilder::WritePayload(Format format, const AuditEvent& event, const Origin& origin,
                                Record* record) {
  if (format == Format::kRaw && IsOneLine(*event.row)) {
    record->value = record->raw;
    record->shortened = record->repaired = false;
    return;
  }
  scratch_.clear();
  // The id as it came, not the record's copy: most are known to be the row's text.
  AppendEvent(format, event, {settings_.tenant, settings_.stream, origin.event_id, origin.people},
              &scratch_);
  record->value = batch_->arena.Copy(scratch_.view());
  record->shortened = scratch_.shortened();
  record->repaired = scratch_.repaired();
}

void BatchBuilder::Keep(const PageBody& page, std::string_view row) {
  if (batch_->pages.empty() || batch_->pages.back() != page) {
    batch_->pages.push_back(page);
    first_of_page_ = events();
    bytes_of_page_ = 0;
  }
  row_bytes_ += row.size();
  bytes_of_page_ += row.size();
}

void BatchBuilder::EndPage(const PageBody& page) {
  if (batch_->pages.empty() || batch_->pages.back() != page) return;
  if (bytes_of_page_ * kSharedFrom >= page->size()) return;
  const std::less<> before;
  for (std::size_t i = first_of_page_; i < events(); ++i) {
    const std::string_view row = batch_->sinks.front().records[i].raw;
    const bool is_in_page =
        !before(row.data(), page->data()) && before(row.data(), page->data() + page->size());
    if (!is_in_page) continue;
    const std::string_view copy = batch_->arena.Copy(row);
    for (SinkBatch& sink : batch_->sinks) {
      Record& record = sink.records[i];
      if (record.value.data() == row.data()) record.value = copy;
      record.raw = copy;
    }
  }
  batch_->pages.pop_back();
  row_bytes_ -= bytes_of_page_;  // the arena counts them now
}

// Most batches are as large as the one before.
void BatchBuilder::Reserve() {
  for (SinkBatch& sink : batch_->sinks) {
    sink.records.reserve(events_before_);
    sink.outcomes.reserve(events_before_);
  }
}

void BatchBuilder::Add(const AuditEvent& event, WallSeconds time, const Origin& origin,
                       MonotonicTime now) {
  if (!due_) due_ = now + settings_.batch.age;
  if (events() == 0) Reserve();
  Record record;
  if (origin.page) {
    Keep(origin.page, event.row->raw);
    record.raw = event.row->raw;
  } else {
    record.raw = batch_->arena.Copy(event.row->raw);
  }
  record.event_id = batch_->arena.Copy(origin.event_id);
  record.listed = origin.listed;
  record.user = batch_->arena.Copy(event.user);
  record.category = event.classification.category;
  record.time = time;
  record.severity = event.severity;
  record.class_uid = event.classification.class_uid;

  for (std::size_t i = 0; i < batch_->sinks.size(); ++i) {
    SinkBatch& sink = batch_->sinks[i];
    const auto end = batch_->sinks.begin() + static_cast<std::ptrdiff_t>(i);
    const auto same = std::find_if(batch_->sinks.begin(), end, [&](const SinkBatch& other) {
      return other.format == sink.format;
    });
    if (same != end) {
      record = same->records.back();
    } else {
      WritePayload(sink.format, event, origin, &record);
    }
    sink.records.push_back(record);
    sink.outcomes.push_back(OutcomeKind::kUndecided);
  }
}

void BatchBuilder::AddBroken(std::string_view raw, std::string_view reason, const Origin& origin,
                             MonotonicTime now) {
  if (!due_) due_ = now + settings_.batch.age;
  Record record;
  Keep(origin.page, raw);
  record.raw = raw;
  record.event_id = batch_->arena.Copy(origin.event_id);
  record.listed = origin.listed;
  for (SinkBatch& sink : batch_->sinks) {
    sink.rejections.push_back(
        {sink.records.size(), std::string(reason), "the row cannot be parsed"});
    sink.records.push_back(record);
    sink.outcomes.push_back(OutcomeKind::kRejected);
  }
}

void BatchBuilder::Withhold(MonotonicTime now) {
  if (!due_) due_ = now + settings_.batch.age;
  ++withheld_;
}

std::unique_ptr<Batch> BatchBuilder::Take() {
  due_.reset();
  withheld_ = 0;
  row_bytes_ = 0;
  events_before_ = events();
  return std::exchange(batch_, EmptyBatch(settings_));
}

}  // namespace nsf
