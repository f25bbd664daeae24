// SPDX-License-Identifier: Apache-2.0
// The pieces that writers of JSON formats put their text together from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/event/byte_block.h"
#include "core/event/row.h"
#include "core/format/digits.h"
#include "core/format/json_text.h"
#include "core/format/padded_text.h"
#include "core/format/short_texts.h"
#include "core/format/text_buffer.h"

namespace nsf {

class JsonPieces {
 protected:
  // A text, as a JSON string; and what stands between the quotes.
  struct Quoted {
    std::string_view text;
  };
  struct Inside {
    std::string_view text;
  };

  // Both outlive this object.
  JsonPieces(const Row& row, TextBuffer* out) : row_(row), out_(*out), texts_(row) {}

  // Appends pieces one behind the other: JSON as it stands, the two above, integers. An event is a
  // hundred of them, most a few bytes long: those of one call are written into memory that is
  // asked for once, and literals by a few stores.
  template <typename... Pieces>
  void Put(const Pieces&... pieces) {
    const std::size_t room = (MostBytes(pieces) + ...);
    char* to = out_.Room(room);
    ((to = Write(pieces, room, to)), ...);
    out_.GrowTo(to);
  }
  // `before` is what stands before a text: its key, and whatever closes what came before.
  template <typename Before>
  void PutTextIfAny(const Before& before, std::string_view text) {
    if (!text.empty()) Put(before, Quoted{text});
  }
  // A value of the row as it stands, and as a string.
  void PutValue(std::string_view json) { AppendJsonValue(json, &out_, row_.kind); }
  void PutNested(std::string_view json) { AppendNestedJson(json, &out_, row_.kind); }

  const Row& row_;
  TextBuffer& out_;

 private:
  // How many bytes a piece takes at most, if nothing in it has to be escaped.
  template <std::size_t kSize>
  static constexpr std::size_t MostBytes(const char (&/*literal*/)[kSize]) {
    return kSize - 1;
  }
  static std::size_t MostBytes(std::string_view json) { return json.size(); }
  template <std::size_t kMost>
  static constexpr std::size_t MostBytes(const PaddedText<kMost>& /*json*/) {
    return kMost;
  }
  static std::size_t MostBytes(const Inside& piece) {
    return piece.text.size() + ShortTexts::kMostBytes;
  }
  static std::size_t MostBytes(const Quoted& piece) { return MostBytes(Inside{piece.text}) + 2; }
  static constexpr std::size_t MostBytes(std::int64_t /*value*/) { return kMostDigits; }

  // Each writes a piece to `to`, where at least as many bytes are free as it takes at most, and
  // returns what is behind it. What is longer, as it is escaped, leaves `room` bytes free for the
  // pieces that follow.
  template <std::size_t kSize>
  static char* Write(const char (&literal)[kSize], std::size_t /*room*/, char* to) {
    std::memcpy(to, literal, kSize - 1);
    return to + kSize - 1;
  }
  static char* Write(std::string_view json, std::size_t /*room*/, char* to) {
    CopyBytes(json, to);
    return to + json.size();
  }
  template <std::size_t kMost>
  static char* Write(const PaddedText<kMost>& json, std::size_t /*room*/, char* to) {
    return json.Copy(to);
  }
  char* Write(const Inside& piece, std::size_t room, char* to) {
    if (texts_.Has(piece.text)) return texts_.Copy(piece.text, to);  // most are
    return WriteOther(piece.text, room, to);
  }
  char* Write(const Quoted& piece, std::size_t room, char* to) {
    *to = '"';
    to = Write(Inside{piece.text}, room, to + 1);
    *to = '"';
    return to + 1;
  }
  static char* Write(std::int64_t value, std::size_t /*room*/, char* to) {
    return WriteInteger(value, to);
  }

  char* WriteOther(std::string_view text, std::size_t room, char* to);

  ShortTexts texts_;
};

}  // namespace nsf
