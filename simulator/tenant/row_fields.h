// SPDX-License-Identifier: Apache-2.0
// A row as a list of fields, and its text with slots: what differs from event to event (id and
// times) has a fixed width and is written over when the row is sent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenant/settings.h"

namespace nsf_simulator {

enum class IdShape { kHex24, kUuid, kHex32, kHex22, kDigits };

struct RowTemplate {
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

  std::string text;
  std::string user;  // decoded, as a filter compares it
  IdShape id_shape = IdShape::kHex24;
  bool has_id = true;           // false: the name stands under another key
  std::size_t id_at = kAbsent;  // of the id, or else of the name
  std::size_t timestamp_at = kAbsent;
  std::size_t insertion_at = kAbsent;
  std::size_t count_at = kAbsent;  // of the first digit of `count`
};

enum class Slot { kNone, kId, kTimestamp, kInsertion, kCount };

struct Field {
  std::string key;
  std::string value;  // JSON text, with zeros where the slot is
  Slot slot = Slot::kNone;
};

// White space between tokens.
struct Spacing {
  std::string_view open;
  std::string_view after_colon;
  std::string_view after_comma;
  std::string_view close;
};

inline constexpr Spacing kCompact{"", "", "", ""};

std::string Quoted(std::string_view content);

// JSON string content as the text it stands for. The vocabulary escapes only what this knows.
std::string Decoded(std::string_view content);

std::size_t IdWidth(IdShape shape);
std::size_t TimeWidth(TimeUnit unit);

// Zeros of the right width for a slot, ids in quotes.
std::string IdPlace(IdShape shape);
std::string TimePlace(TimeUnit unit);

// nullptr if there is none.
Field* FindField(std::string_view key, std::vector<Field>* fields);

// Sets the row's text and slots. A slot of a value in quotes begins behind the quote.
void WriteRow(const std::vector<Field>& fields, const Spacing& spacing, RowTemplate* row);

}  // namespace nsf_simulator
