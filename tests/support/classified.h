// SPDX-License-Identifier: Apache-2.0
// A row as an event, classified by the built-in rules: what a stream makes of it.
#pragma once

#include <memory>

#include "app/config/classification_file.h"
#include "core/event/audit_event.h"
#include "core/event/classification.h"

namespace nsf {

// Valid as long as `row` is, and what it points into.
inline AuditEvent ClassifiedEvent(const Row& row) {
  static const std::shared_ptr<const ClassificationTable> kTable = BuiltInClassification();
  AuditEvent event = Normalize(row);
  Classifier(kTable).Classify(&event);
  return event;
}

}  // namespace nsf
