// SPDX-License-Identifier: Apache-2.0
// Page bytes → rows. A page is one answer of an events endpoint, in any of the envelopes seen in
// the field: rows under `data` or `result` (or nested once in an object there), or a bare array;
// a total under `total`, `totalResults`, `status.total`, as a number or a string, or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

// One element of the list of rows. Valid JSON, but not necessarily an object.
struct Row {
  std::string_view raw;           // bytes as received, from the row's first to its last
  std::span<const Field> fields;  // empty when the row is not an object
  // What `supporting_data` holds when it is an object: its scalar members, and the scalars in its
  // lists. Read along with the row, because every event needs some of them.
  std::span<const Scalar> supporting;
  bool valid_utf8 = true;  // false: some string holds bytes that are not UTF-8
};

enum class PageStatus : std::uint8_t {
  kRows,       // a list of rows, perhaps empty
  kRefused,    // well-formed, but an error in a 200 (`ok:0`, `status:"error"`, `errors`) or no list
  kMalformed,  // not JSON, cut, nested deeper than the limit, or empty
};

// Owns the page's bytes; rows point into them. Movable; moving keeps every view valid.
class Page {
 public:
  // Never throws on any input; `max_depth` bounds the nesting before it can cost stack.
  static Page Parse(std::string body, int max_depth = 256);

  PageStatus status() const { return status_; }
  std::span<const Row> rows() const { return rows_; }
  // As stated in this page; absent when not stated or not a number.
  std::optional<std::uint64_t> total() const { return total_; }
  // kRefused: the server's own words, cut to 200 characters, control characters replaced.
  // kMalformed: what is wrong and at which byte.
  const std::string& message() const { return message_; }
  // The bytes as received. `Row::raw` and `Field::json` point into it, so they stay valid as long
  // as it is shared; the other views (decoded text) live as long as the page.
  std::shared_ptr<const std::string> body() const { return body_; }

 private:
  friend class PageParser;  // the only writer (page.cc)

  PageStatus status_ = PageStatus::kMalformed;
  std::shared_ptr<const std::string> body_;
  std::unique_ptr<char[]> decoded_;  // a copy that the in-situ parser rewrites
  std::vector<Field> fields_;
  std::vector<Scalar> supporting_;
  std::vector<Row> rows_;
  std::optional<std::uint64_t> total_;
  std::string message_;
};

}  // namespace nsf
