// SPDX-License-Identifier: Apache-2.0
// For the tests of formats: one row as an event, and a payload as a DOM.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <catch2/catch.hpp>
#include <string>

#include "app/config/event_types_file.h"
#include "core/event/page.h"
#include "core/format/format.h"
#include "support/classified.h"

namespace nsf {

// `row` may be anything that is JSON; it is of the event type that the context's stream names.
inline std::string FormatRow(Format format, const std::string& row,
                             const FormatContext& context = {"acme", "audit", "event-1"}) {
  const Page page = Page::Parse("{\"result\":[" + row + "]}");
  INFO(row);
  REQUIRE(page.rows().size() == 1);
  TextBuffer out;
  RowReader reader;
  AuditEvent event = ClassifiedEvent(reader.Read(page.rows()[0]));
  if (const EventType* const type = BuiltInEventTypes().Find(context.stream)) type->Apply(&event);
  AppendEvent(format, event, context, &out);
  return out.str();
}

// Valid JSON in valid UTF-8, on one line.
inline rapidjson::Document ParseLine(const std::string& line) {
  constexpr unsigned kFlags =
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  INFO(line);
  REQUIRE(line.find_first_of("\n\r") == std::string::npos);
  rapidjson::Document document;
  document.Parse<kFlags>(line.data(), line.size());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

// The value at `path` ("/metadata/uid") as JSON text, numbers as strings; "absent" if there is
// none.
inline std::string At(const rapidjson::Document& document, const std::string& path) {
  const rapidjson::Value* const value = rapidjson::Pointer(path.c_str()).Get(document);
  if (value == nullptr) return "absent";
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  value->Accept(writer);
  return {text.GetString(), text.GetSize()};
}

}  // namespace nsf
