// SPDX-License-Identifier: Apache-2.0
// A user's file of rules: refused with errors that have a place, or a table that reads any text.
#include <memory>
#include <string>

#include "app/config/classification_file.h"
#include "core/event/classification.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nsf::fuzz::Require;
  const std::string text(nsf::fuzz::TextOf(data, size));
  nsf::Diagnostics diagnostics;
  const auto table = nsf::ReadClassification(text, diagnostics);
  Require((table == nullptr) == !diagnostics.ok(), "a table, or an error");
  if (!table) return 0;
  nsf::Classifier classifier(table);
  nsf::AuditEvent event;
  event.event_text = text;
  classifier.Classify(&event);
  Require(!event.classification.rule_id.empty(), "every event has a rule, or none");
  return 0;
}
