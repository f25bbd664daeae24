// SPDX-License-Identifier: Apache-2.0
// Places of an envelope, as tables.
#include "core/event/envelope.h"

#include <algorithm>
#include <charconv>

#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::size_t kMaxMessageCharacters = 200;
constexpr std::size_t kMaxMessageBytes = kMaxMessageCharacters * 4;

struct Place {
  std::string_view key;
  std::string_view inner;
};

// Best first: the place nearest to the reason.
constexpr std::array<Place, 7> kMessagePlaces = {{
    {"status", "message"},
    {"message", ""},
    {"error", ""},  // the text itself, or `message` of an object: see Take
    {"error_msg", ""},
    {"errors", ""},  // the first text in it
    {"msg", ""},
    {"errorCode", ""},
}};

constexpr std::array<Place, 6> kTotalPlaces = {{
    {"total", ""},
    {"totalResults", ""},
    {"status", "total"},
    {"result", "total"},
    {"data", "total"},
    {"data", "totalResults"},
}};

constexpr std::array<std::string_view, 4> kErrorStatuses = {"error", "fail", "failed", "failure"};

bool IsErrorKey(std::string_view key) {
  return key == "error" || key == "errors" || key == "error_msg";
}

bool IsZero(FieldType type, std::string_view text) {
  return type == FieldType::kFalse || text == "0" || EqualsFolded(text, "false");
}

bool StatesSomething(FieldType type, std::string_view text) {
  if (type == FieldType::kNull || IsZero(type, text)) return false;
  return type != FieldType::kString || !IsAbsentText(text);
}

bool IsErrorStatus(std::string_view text) {
  if (const auto code = ReadInteger(text)) return *code >= 400;
  return std::any_of(kErrorStatuses.begin(), kErrorStatuses.end(),
                     [&](std::string_view word) { return EqualsFolded(text, word); });
}

std::optional<std::uint64_t> ReadTotal(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

void Envelope::Take(std::string_view key, std::string_view inner, bool in_list, FieldType type,
                    std::string_view text) {
  const bool is_top = inner.empty() && !in_list;
  if (is_top && key == "ok" && IsZero(type, text)) is_error_ = true;
  if (is_top && key == "status" && IsErrorStatus(text)) is_error_ = true;
  if (IsErrorKey(key) && StatesSomething(type, text)) is_error_ = true;

  if (type == FieldType::kString && !text.empty()) {
    const bool in_error = IsErrorKey(key) && (inner.empty() || inner == "message" || in_list);
    for (std::size_t i = 0; i < kMessagePlaces.size(); ++i) {
      const Place& place = kMessagePlaces[i];
      const bool is_there = place.key == key && (place.inner == inner || in_error);
      if (is_there && messages_[i].empty()) {
        messages_[i] = text.substr(0, kMaxMessageBytes);
      }
    }
  }
  if (in_list || (type != FieldType::kNumber && type != FieldType::kString)) return;
  if (is_top && key == "wait_time") wait_time_ = ReadTotal(text);
  if (is_top && key == "timestamp_hwm") high_water_ = ReadTotal(text);
  for (std::size_t i = 0; i < kTotalPlaces.size(); ++i) {
    const Place& place = kTotalPlaces[i];
    if (place.key == key && place.inner == inner) totals_[i] = ReadTotal(text);
  }
}

std::optional<std::uint64_t> Envelope::total() const {
  for (const auto& total : totals_) {
    if (total) return total;
  }
  return std::nullopt;
}

std::string Envelope::Message() const {
  for (const std::string& message : messages_) {
    if (!message.empty()) return Printable(message, kMaxMessageCharacters);
  }
  return {};
}

std::string Printable(std::string_view text, std::size_t max_characters) {
  std::string out;
  for (std::size_t i = 0; i < max_characters && !text.empty(); ++i) {
    const std::size_t length = Utf8Length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += ' ';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace nsf
