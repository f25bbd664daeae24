// SPDX-License-Identifier: Apache-2.0
// One row of a page, read: its members in order, and the scalars of its `supporting_data`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nsf {

enum class FieldType : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kObject, kArray };

// One member of a row, in the row's order; a name may occur twice.
struct Field {
  std::string_view name;  // decoded
  FieldType type = FieldType::kNull;
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
  // What `supporting_data` holds when it is an object: its scalar members, and the scalars in its
  // lists. Read along with the row, because every event needs some of them.
  std::span<const Scalar> supporting;
  bool valid_utf8 = true;  // false: some string holds bytes that are not UTF-8
};

// Reads rows one after the other into the same memory: a page is thousands of rows, each of which
// is needed once, and one row's members stay in the CPU's cache.
class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // `raw` is one of Page::rows(), or any text that may be JSON: of what is no JSON, or is nested
  // deeper than 256, no fields are read. What is returned is valid until the next call, as long as
  // the reader and the bytes of `raw` are: `raw` and every `json` point into `raw`, decoded text
  // into the reader. Memory: twice the largest row read so far. Never throws.
  const Row& Read(std::string_view raw);

 private:
  friend class RowParser;  // the only writer (row.cc)

  Row row_;
  std::string decoded_;  // a copy that the in-situ parser rewrites
  std::vector<Field> fields_;
  std::vector<Scalar> supporting_;
};

}  // namespace nsf
