// SPDX-License-Identifier: Apache-2.0
// What a sink is given: records, each one event in the sink's own format, and what became of each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ports/clock.h"

namespace nsf {

// The output formats. The names used in configuration are those of FormatName().
enum class Format : std::uint8_t { kRaw, kOcsf, kEcs, kCef, kLeef };

inline constexpr std::array<Format, 5> kAllFormats = {Format::kRaw, Format::kOcsf, Format::kEcs,
                                                      Format::kCef, Format::kLeef};

constexpr std::string_view FormatName(Format format) {
  switch (format) {
    case Format::kRaw:
      return "raw";
    case Format::kOcsf:
      return "ocsf";
    case Format::kEcs:
      return "ecs";
    case Format::kCef:
      return "cef";
    case Format::kLeef:
      return "leef";
  }
  return "unknown";
}

// Whether a payload is one JSON value; otherwise it is a line of text.
constexpr bool IsJson(Format format) { return format != Format::kCef && format != Format::kLeef; }

// How severe the tenant says an event is. Netskope counts downwards: severity_level 1 is kHigh.
enum class Severity : std::uint8_t { kUnknown, kInfo, kLow, kMedium, kHigh };

// One event, formatted for one sink. Every view points into the batch that holds the record.
struct Record {
  std::string_view value;  // the payload: one event on one line, without the line break
  std::string_view raw;    // the row's bytes as the tenant sent them
  std::string_view
      event_id;           // `_id`, or the derived id of a row without one; stable across repeats
  std::string_view user;  // as received; may be empty
  std::string_view category;  // upper-case class slug: LOGIN, ADMIN_CHANGE, POLICY, API, OTHER
  WallSeconds time;           // event time; the insertion time or the epoch where there is none
  WallSeconds listed;         // the second that the tenant's windows select it by
  Severity severity = Severity::kUnknown;
  std::uint32_t class_uid = 0;  // OCSF class, for routing by header
  bool shortened = false;       // values were cut to what the format allows
  bool repaired = false;        // bytes that are not UTF-8 became U+FFFD
};

enum class OutcomeKind : std::uint8_t {
  kUndecided,  // not known to be delivered: publish it again
  kDelivered,  // acknowledged, in the sense of docs/DELIVERY.md for that sink
  kRejected,   // refused for what it is (too large, invalid): it goes to the dead letter
};

// Why a record was rejected.
struct Rejection {
  std::size_t index = 0;  // of the record in its SinkBatch
  std::string reason;     // a short, bounded word used as a metric label: "too_large", "invalid"
  std::string detail;     // for people
};

// Why a record came into the dead letter.
struct Refusal {
  std::string sink;    // that refused it
  std::string reason;  // as in the Rejection
  std::string detail;
  WallTime time;  // of the refusal
};

// The records of one batch for one sink, in order, with their outcomes.
// `outcomes` has one entry a record; only the sink that is publishing the batch writes to it.
struct SinkBatch {
  std::string sink;    // name of the sink
  std::string tenant;  // name of the tenant
  std::string stream;  // event type: "audit"
  Format format = Format::kOcsf;
  bool replay = false;            // sent again because an operator asked for it; sinks mark it
  std::vector<Refusal> refusals;  // of the dead letter's batches alone: one a record
  std::vector<Record> records;
  std::vector<OutcomeKind> outcomes;
  std::vector<Rejection> rejections;
  // Of the delivered records: those that the sink shortened to what its receiver takes, though they
  // were not `shortened` before.
  std::size_t truncated = 0;
};

}  // namespace nsf
