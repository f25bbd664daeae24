// SPDX-License-Identifier: Apache-2.0
// Page bytes → where its rows are. A page is one answer of an events endpoint, in any of the
// envelopes seen in the field: rows under `data` or `result` (or nested once in an object there),
// or a bare array; a total under `total`, `totalResults`, `status.total`, as a number or a string,
// or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event/row.h"

namespace nsf {

enum class PageStatus : std::uint8_t {
  kRows,       // a list of rows, perhaps empty
  kNoList,     // an envelope without an error, and null, {} or nothing in the place of the list
  kRefused,    // well-formed, but an error in a 200 (`ok:0`, `status:"error"`), or no page
  kMalformed,  // not JSON, cut, nested deeper than the limit, or empty
};

// Owns the page's bytes; rows point into them. Movable; moving keeps every view valid.
class Page {
 public:
  static constexpr int kMostDepth = 256;
  // A larger body is malformed. A Member has room for names of that size.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 28;

  // What a parsed page takes beside its body: millions of bytes, which the next page can use.
  struct Memory {
    std::vector<Member> members;
    std::vector<RawRow> rows;
  };

  // Never throws on any input; `max_depth` bounds the nesting before it can cost stack. `spare` is
  // only memory: what it holds does not matter.
  static Page Parse(std::shared_ptr<const std::string> body, int max_depth = kMostDepth,
                    Memory spare = {});
  static Page Parse(std::string body, int max_depth = kMostDepth, Memory spare = {}) {
    return Parse(std::make_shared<const std::string>(std::move(body)), max_depth, std::move(spare));
  }
  // Of a page that nobody reads any more.
  Memory TakeMemory() && { return {std::move(members_), std::move(rows_)}; }

  PageStatus status() const { return status_; }
  std::span<const RawRow> rows() const { return rows_; }
  // As stated in this page; absent when not stated or not a number.
  std::optional<std::uint64_t> total() const { return total_; }
  // Of an iterator's page, as stated; see Envelope.
  std::optional<std::uint64_t> wait_time() const { return wait_time_; }
  std::optional<std::uint64_t> high_water() const { return high_water_; }
  // kNoList, kRefused: the server's own words, cut to 200 characters, control characters replaced.
  // kMalformed: what is wrong and at which byte.
  const std::string& message() const { return message_; }
  // The bytes as received. `RawRow::raw` points into it, so it stays valid as long as it is shared.
  const std::shared_ptr<const std::string>& body() const { return body_; }

 private:
  friend class PageContent;  // what fills it

  // Members of real pages are larger.
  static constexpr std::size_t kMinMemberBytes = 32;

  // Reads the body from byte `start` on. Returns the row that stands alone in the place of the
  // list.
  std::string_view Read(std::size_t start, int max_depth);

  PageStatus status_ = PageStatus::kMalformed;
  std::shared_ptr<const std::string> body_;
  std::vector<Member> members_;
  std::vector<RawRow> rows_;
  std::optional<std::uint64_t> total_;
  std::optional<std::uint64_t> wait_time_;
  std::optional<std::uint64_t> high_water_;
  std::string message_;
};

}  // namespace nsf
