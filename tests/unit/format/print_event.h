// SPDX-License-Identifier: Apache-2.0
// For the programs that print events for tests in Python.
#pragma once

#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "app/config/event_types_file.h"
#include "core/event/page.h"
#include "core/format/format.h"
#include "support/classified.h"

namespace nsf {

inline std::optional<Format> FormatOf(std::string_view name) {
  for (const Format format : kAllFormats) {
    if (FormatName(format) == name) return format;
  }
  return std::nullopt;
}

// One line; `id` is the event's where its row states none. False: `row` is no JSON value.
inline bool PrintEvent(Format format, const std::string& row, const std::string& id,
                       const std::string& stream = "audit") {
  const Page page = Page::Parse("[" + row + "]");
  if (page.rows().size() != 1) return false;
  RowReader reader;
  AuditEvent event = ClassifiedEvent(reader.Read(page.rows()[0]));
  if (const EventType* const type = BuiltInEventTypes().Find(stream)) type->Apply(&event);
  TextBuffer line;
  AppendEvent(format, event, {"acme", stream, event.id.empty() ? id : event.id}, &line);
  std::cout << line.view() << '\n';
  return true;
}

}  // namespace nsf
