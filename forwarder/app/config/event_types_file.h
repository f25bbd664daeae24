// SPDX-License-Identifier: Apache-2.0
// The table of event types, as YAML → values. docs/EVENT-TYPES.md describes it.
#pragma once

#include <memory>
#include <string>

#include "app/config/diagnostics.h"
#include "core/format/typed/event_type.h"

namespace nsf {

// share/event-types.yaml, as it was when the program was built.
const std::string& BuiltInEventTypesText();

// The types that are built in; made once, immutable.
const EventTypes& BuiltInEventTypes();

// The types that `text` describes; null: `diagnostics` has at least one error, with its place.
std::unique_ptr<EventTypes> ReadEventTypes(const std::string& text, Diagnostics& diagnostics);

}  // namespace nsf
