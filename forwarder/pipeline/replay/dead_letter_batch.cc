// SPDX-License-Identifier: Apache-2.0
// From kept rows to records, formatted anew: what was too large may fit by now.
#include "pipeline/replay/dead_letter_batch.h"

#include <tuple>
#include <utility>

#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "core/event/row.h"
#include "core/format/dead_letter.h"
#include "core/format/format.h"
#include "core/privacy/redactor.h"

namespace nsf {
namespace {

bool IsChosen(const DeadLetter& letter, const DeadLetterChoice& choice) {
  const auto matches = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  return matches(choice.tenant, letter.tenant) && matches(choice.stream, letter.stream) &&
         matches(choice.sink, letter.sink);
}

WallSeconds TimeOf(const AuditEvent& event) {
  if (event.timestamp) return *event.timestamp;
  return event.insertion.value_or(WallSeconds());
}

// The parts of a batch by whose they are.
class Parts {
 public:
  Parts(const DeadLetterForms& forms, WallTime now)
      : classifier_(forms.classification), directories_(forms.directories), now_(now) {
    for (const auto& [tenant, settings] : forms.redactions)
      redactors_.try_emplace(tenant, settings);
  }

  // False: the row cannot be parsed.
  bool Add(const DeadLetter& letter, Format format) {
    const Page page = Page::Parse('[' + letter.raw + ']');
    if (page.status() != PageStatus::kRows || page.rows().size() != 1) return false;
    RowReader reader;
    AuditEvent event = Normalize(reader.Read(page.rows().front()));
    // Kept before there was something to take out; what was taken out then stays as it is.
    if (const auto redactor = redactors_.find(letter.tenant); redactor != redactors_.end()) {
      if (auto redacted = redactor->second.Apply(*event.row)) event = *std::move(redacted);
    }
    classifier_.Classify(&event);
    TextBuffer payload;
    const auto directory = directories_.find(letter.tenant);
    const Enrichment* people =
        directory == directories_.end() ? nullptr : &directory->second->Look(event, now_);
    AppendEvent(format, event, {letter.tenant, letter.stream, letter.event_id, people}, &payload);
    Arena& arena = batch_->arena;
    Record record;
    record.value = arena.Copy(payload.view());
    record.shortened = payload.shortened();
    record.repaired = payload.repaired();
    record.raw = arena.Copy(event.row->raw);
    record.event_id = arena.Copy(letter.event_id);
    record.user = arena.Copy(event.user);
    record.category = event.classification.category;
    record.time = TimeOf(event);
    record.severity = event.severity;
    record.class_uid = event.classification.class_uid;
    SinkBatch& part = parts_[{letter.tenant, letter.stream, letter.sink}];
    part.sink = letter.sink;
    part.tenant = letter.tenant;
    part.stream = letter.stream;
    part.format = format;
    part.replay = true;
    part.records.push_back(record);
    part.outcomes.push_back(OutcomeKind::kUndecided);
    return true;
  }

  std::unique_ptr<Batch> Take() {
    if (parts_.empty()) return nullptr;
    for (auto& [whose, part] : parts_) batch_->sinks.push_back(std::move(part));
    return std::move(batch_);
  }

 private:
  Classifier classifier_;
  std::map<std::string, Redactor> redactors_;
  const std::map<std::string, std::shared_ptr<const Directory>>& directories_;
  const WallTime now_;
  std::unique_ptr<Batch> batch_ = std::make_unique<Batch>();
  std::map<std::tuple<std::string, std::string, std::string>, SinkBatch> parts_;
};

}  // namespace

DeadLetterBatch MakeDeadLetterBatch(const std::vector<std::string>& lines,
                                    const DeadLetterChoice& choice, const DeadLetterForms& forms,
                                    WallTime now) {
  DeadLetterBatch made;
  Parts parts(forms, now);
  for (const std::string& line : lines) {
    const auto letter = ReadDeadLetter(line);
    const auto format = letter ? forms.formats.find(letter->sink) : forms.formats.end();
    if (format != forms.formats.end() && IsChosen(*letter, choice) &&
        parts.Add(*letter, format->second)) {
      ++made.sent;
    } else {
      made.kept.push_back(line);
    }
  }
  made.batch = parts.Take();
  return made;
}

}  // namespace nsf
