// SPDX-License-Identifier: Apache-2.0
// Classifying, and telling of what could not be.
#include "pipeline/stream/intake.h"

#include <utility>

#include "core/event/envelope.h"
#include "core/ledger/event_id.h"

namespace nsf {
namespace {

constexpr std::size_t kMostTold = 100;  // of a stream, between two starts
constexpr std::size_t kMostCharacters = 120;

}  // namespace

Intake::Intake(const StreamSettings& settings) : classifier_(settings.classification) {}

void Intake::Admit(AuditEvent* event) {
  classifier_.Classify(event);
  if (event->classification.class_uid == 0) NoteUnknown(event->event_text);
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
