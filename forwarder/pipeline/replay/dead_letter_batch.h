// SPDX-License-Identifier: Apache-2.0
// Lines of the dead letter → a batch that sends their rows again, to the sinks that refused them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/classification.h"
#include "core/identity/directory.h"
#include "core/privacy/privacy_settings.h"
#include "ports/clock.h"
#include "ports/destination.h"
#include "ports/record.h"

namespace nsf {

// Which lines are meant. Empty: any.
struct DeadLetterChoice {
  std::string tenant;
  std::string stream;
  std::string sink;
};

struct DeadLetterBatch {
  // One SinkBatch for each tenant, stream and sink, marked as a replay; absent when no line is to
  // be sent.
  std::unique_ptr<Batch> batch;
  std::size_t sent = 0;
  // Lines to be kept as they are: not chosen, of a sink that is not configured, or with a row that
  // cannot be parsed. Views of the lines.
  std::vector<std::string_view> kept;
};

// How rows are made into events and payloads. Records point into the table: it outlives them.
struct DeadLetterForms {
  std::map<std::string, Format> formats;  // of every configured sink
  std::shared_ptr<const ClassificationTable> classification;
  std::map<std::string, RedactionSettings> redactions;  // by tenant, where something is taken out
  // By tenant, where users are asked for and nothing is taken out: kept rows name nobody then.
  std::map<std::string, std::shared_ptr<const Directory>> directories;
};

// Pure. `now`: how old what is known of people is.
DeadLetterBatch MakeDeadLetterBatch(const std::vector<std::string>& lines,
                                    const DeadLetterChoice& choice, const DeadLetterForms& forms,
                                    WallTime now);

}  // namespace nsf
