// SPDX-License-Identifier: Apache-2.0
// Classifying, filtering and redacting, in this order: a filter compares real names.
#include "pipeline/stream/intake.h"

#include <utility>

#include "core/event/envelope.h"
#include "core/ledger/event_id.h"

namespace nsf {
namespace {

constexpr std::size_t kMostTold = 100;  // of a stream, between two starts
constexpr std::size_t kMostCharacters = 120;

}  // namespace

Intake::Intake(const StreamSettings& settings)
    : classifier_(settings.classification),
      event_type_(settings.event_type),
      filter_(settings.filter, settings.asked_path()) {
  if (settings.redaction.any()) redactor_.emplace(settings.redaction);
  directory_ = settings.directory;
  if (directory_ && settings.redaction.any()) veil_.emplace(settings.redaction);
}

Intake::Admission Intake::Admit(AuditEvent* event, WallTime now) {
  Admission admission;
  Classify(event);
  admission.filtered = filter_.ReasonToDrop(*event);
  if (!admission.filtered.empty()) return admission;
  const bool is_marked = filter_.IsMarked(*event);
  // By the real names, which redaction takes out.
  if (directory_) {
    admission.people = &directory_->Look(*event, now);
    if (veil_) admission.people = &veil_->Apply(*admission.people);
  }
  if (auto redacted = redactor_ ? redactor_->Apply(*event->row) : std::nullopt) {
    *event = *std::move(redacted);
    Classify(event);
    admission.rewritten = true;
  }
  if (is_marked) RowFilter::Mark(event);
  if (event_type_ == nullptr && IsUnclassified(*event)) NoteUnknown(event->event_text);
  return admission;
}

void Intake::Classify(AuditEvent* event) {
  if (event_type_ != nullptr) {
    event_type_->Apply(event);
  } else {
    classifier_.Classify(event);
  }
}

void Intake::NoteUnknown(std::string_view text) {
  if (unknown_.size() > kMostTold || !unknown_.insert(HashContent(text)).second) return;
  if (unknown_.size() > kMostTold) {
    notice_ =
        "more texts that no rule of classification knows are counted in events_unclassified_total "
        "and not told";
    return;
  }
  notice_ = "no rule of classification knows the text \"" + Printable(text, kMostCharacters) +
            "\": such events are OCSF base events; add a rule to the file that the key "
            "`classification` names";
}

std::optional<std::string> Intake::TakeUnknown() { return std::exchange(notice_, std::nullopt); }

}  // namespace nsf
