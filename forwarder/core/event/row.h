// SPDX-License-Identifier: Apache-2.0
// One row of a page, read: its members in order, and the scalars of its `supporting_data`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/known_field.h"
#include "core/event/text.h"

namespace nsf {

enum class FieldType : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kObject, kArray };

// One member of a row, in the row's order; a name may occur twice.
struct Field {
  std::string_view name;  // decoded
  FieldType type = FieldType::kNull;
  KnownField known = KnownField::kNone;  // what its name means
  std::string_view text;  // kString: decoded; kNumber: the number's text, untouched; else empty
  std::string_view json;  // the value's bytes as received (may hold line breaks between tokens)
};

// One scalar inside `supporting_data`.
struct Scalar {
  std::string_view name;  // the member's name; an element of a list has the list's
  FieldType type = FieldType::kNull;
  std::string_view text;  // as in Field; "true", "false", and empty for null
};

// Valid JSON, but not necessarily an object.
struct Row {
  std::string_view raw;           // bytes as received, from the row's first to its last
  std::span<const Field> fields;  // empty when the row is not an object
  KnownMembers known;             // where those of the fields stand that mean something
  // What the object holds that `supporting_data` is, or that its text is: the scalar members, and
  // the scalars in its lists. Read along with the row, because every event needs some of them.
  std::span<const Scalar> supporting;
  // That object as JSON: as received, or made from the text. Empty: there is none.
  std::string_view supporting_json;
  TextKind kind = TextKind::kUtf8;  // of `raw`, and of all that stands in it
  bool may_have_breaks = true;      // between its tokens: `raw` is of several lines

  // The last field that means `field`; null: there is none.
  const Field* Find(KnownField field) const {
    const std::size_t index = known.IndexOf(field);
    return index < fields.size() ? &fields[index] : nullptr;
  }

  // Whether `text`, a name or text of this row or a part of one, is known to be as JSON writes it
  // between quotes: nothing in it is to be escaped, and it is UTF-8. What held escapes was decoded
  // to elsewhere, and quotes and control characters no reader takes.
  bool IsPlain(std::string_view text) const {
    return text.data() >= raw.data() && text.data() < raw.data() + raw.size() &&
           kind != TextKind::kAny;
  }
};

// Where a Field or a Scalar stands: offsets from the row's first byte, and sizes in bytes. A page
// of thousands of rows is kept so, in a half of its own size.
struct Member {
  static constexpr std::uint32_t kMostNameSize = (1U << 28) - 1;  // see Page::kMostBytes

  std::uint32_t name = 0;   // its first byte, behind the quote
  std::uint32_t value = 0;  // of a string: its quote
  std::uint32_t value_size = 0;
  std::uint32_t name_size : 28 = 0;
  FieldType type : 3 = FieldType::kNull;
  bool is_supporting : 1 = false;  // a Scalar
};
static_assert(sizeof(Member) == 16);

// A row that is not read yet.
struct RawRow {
  std::string_view raw;             // bytes as received, from the row's first to its last
  std::span<const Member> members;  // in order
  // All backslashes stand in these bytes of `raw`; empty: there are none.
  std::uint32_t escapes_begin = 0;
  std::uint32_t escapes_end = 0;
  TextKind kind = TextKind::kUtf8;  // see Row; kAny where it is not UTF-8
  bool may_have_breaks = true;

  // Finds all this of `raw`, if that is UTF-8.
  void LookThrough();
  bool has_escapes() const { return escapes_end != 0; }
};

// Reads the members of rows, one row after the other into the same memory: each is needed once, and
// one row's fields stay in the CPU's cache.
class MemberReader {
 public:
  MemberReader() = default;
  MemberReader(const MemberReader&) = delete;
  MemberReader& operator=(const MemberReader&) = delete;

  // What is found is valid until the next call, as long as the reader and the page are: every
  // `json` points into the page's body, text that held escapes into the reader. Never throws.
  void Read(const RawRow& raw);

  std::span<const Field> fields() const { return {fields_.data(), field_count_}; }
  const KnownMembers& known() const { return known_; }
  std::span<const Scalar> scalars() const { return {scalars_.data(), scalar_count_}; }

 private:
  void TakeAsTheyStand(const RawRow& raw);
  void Decode(const RawRow& raw);
  std::string_view Decoded(std::string_view inside);

  // Longer than what was read last: they are not made anew for each row.
  std::vector<Field> fields_;
  std::vector<Scalar> scalars_;
  std::size_t field_count_ = 0;
  std::size_t scalar_count_ = 0;
  KnownMembers known_;
  std::string decoded_;  // strings that held escapes
};

class SupportingText;

// Reads rows, one after the other into the same memory.
class RowReader {
 public:
  RowReader();
  ~RowReader();
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // What is returned is valid until the next call, as long as the reader and the page are: `raw`
  // and every `json` point into the page's body, text that held escapes, and an object that came as
  // a text, into the reader. Never throws.
  const Row& Read(const RawRow& raw);

 private:
  void ReadSupporting(const Field& data);

  Row row_;
  MemberReader members_;
  std::unique_ptr<SupportingText> text_;  // null: no `supporting_data` was a text yet
};

}  // namespace nsf
