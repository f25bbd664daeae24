// SPDX-License-Identifier: Apache-2.0
// A body: what is read from it lies in it, the scan finds the rows that the parser finds, and a
// page that does not parse loses no byte when it is split.
#include <algorithm>
#include <string>
#include <vector>

#include "core/event/page.h"
#include "core/event/row.h"
#include "core/event/row_scan.h"
#include "core/event/salvage.h"
#include "core/event/text.h"
#include "fuzz/fuzz.h"
#include "support/reader_difference.h"

namespace nsf::fuzz {
namespace {

bool IsPlain(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return c == '\\' || static_cast<unsigned char>(c) < 0x20;
         });
}

constexpr int kMaxDepth = 24;  // that inputs reach it

void CheckRows(const Page& page) {
  std::string_view rest = *page.body();
  RowReader reader;
  RowReader reader_alone;
  for (const RawRow& raw : page.rows()) {
    const Row& row = reader.Read(raw);
    Require(IsInside(row.raw, rest), "rows lie in the body, in order");
    rest.remove_prefix(static_cast<std::size_t>(row.raw.data() + row.raw.size() - rest.data()));
    Require((row.kind != TextKind::kAny) == IsUtf8(row.raw), "the kind says what the bytes are");
    for (const std::string_view text : {row.raw, row.supporting_json}) {
      Require(row.kind != TextKind::kPlain || IsPlain(text), "what is said to be plain is");
    }
    std::string_view in_row = row.raw;
    for (const Field& field : row.fields) {
      Require(!field.json.empty() && IsInside(field.json, in_row), "fields lie in the row");
      in_row.remove_prefix(
          static_cast<std::size_t>(field.json.data() + field.json.size() - in_row.data()));
    }
    const Page alone = Page::Parse("[" + std::string(row.raw) + "]", kMaxDepth);
    Require(alone.rows().size() == 1 && alone.rows()[0].raw == row.raw &&
                reader_alone.Read(alone.rows()[0]).fields.size() == row.fields.size(),
            "a row alone is the same row");
  }
}

void CheckScan(const Page& page) {
  const RowScan scan = ScanRows(*page.body());
  const bool has_escaped_names = page.body()->find("\\u") != std::string::npos;
  if (has_escaped_names && scan.rows.size() != page.rows().size()) return;
  Require(scan.is_closed && scan.rows.size() == page.rows().size(), "the scan finds every row");
  for (std::size_t i = 0; i < scan.rows.size(); ++i) {
    Require(scan.rows[i].bytes.data() == page.rows()[i].raw.data() &&
                scan.rows[i].bytes.size() == page.rows()[i].raw.size(),
            "the scan finds the rows where they are");
    Require(scan.rows[i].depth <= kMaxDepth, "the scan counts no deeper than the parser");
  }
}

// The rows of `salvaged`, good and broken, with what may stand between them, from '[' to ']'.
void CheckAccounts(const ReceivedPage& salvaged) {
  std::vector<std::string_view> rows;
  for (const RawRow& row : salvaged.page.rows()) rows.push_back(row.raw);
  for (const BrokenRow& row : salvaged.broken) {
    Require(row.position <= rows.size(), "positions go up");
    rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(row.position), row.raw);
  }
  if (salvaged.broken.empty()) return;  // nothing points into the body received
  const BrokenRow& anchor = salvaged.broken.front();
  const auto is_between = [](char c) {
    return std::string_view(" \t\r\n,").find(c) != std::string_view::npos;
  };
  const std::string_view body = *salvaged.body;
  Require(IsInside(anchor.raw, body), "broken rows lie in the body received");
  std::string_view before =
      body.substr(0, static_cast<std::size_t>(anchor.raw.data() - body.data()));
  std::string_view after = body.substr(before.size());
  for (std::size_t i = anchor.position; i-- > 0;) {
    while (!before.empty() && is_between(before.back())) before.remove_suffix(1);
    Require(before.ends_with(rows[i]), "what stands before is the row before");
    before.remove_suffix(rows[i].size());
  }
  for (std::size_t i = anchor.position; i < rows.size(); ++i) {
    while (!after.starts_with(rows[i]) && !after.empty() && is_between(after.front())) {
      after.remove_prefix(1);
    }
    Require(after.starts_with(rows[i]), "what stands after is the row after");
    after.remove_prefix(rows[i].size());
  }
  while (!before.empty() && is_between(before.back())) before.remove_suffix(1);
  while (!after.empty() && is_between(after.front())) after.remove_prefix(1);
  Require(before.ends_with('[') && after.starts_with(']'), "all of the list is in a row");
}

void CheckSalvage(const Page& page, std::size_t most_rows) {
  const auto salvaged = Salvage(page, most_rows, kMaxDepth);
  if (!salvaged) return;
  Require(salvaged->page.status() != PageStatus::kMalformed, "what is salvaged is a page");
  if (salvaged->page.status() != PageStatus::kRows) {
    Require(salvaged->received() == 0, "an error has no rows");
    return;
  }
  Require(salvaged->received() > 0, "a broken page is never taken for an empty one");
  for (const BrokenRow& row : salvaged->broken) {
    Require(row.reason == "malformed" || row.reason == "too_deep", "reasons are bounded");
    if (most_rows == 1) continue;  // taken whole, it may hold more than a row
    const Page alone = Page::Parse("[" + std::string(row.raw) + "]", kMaxDepth);
    Require(row.reason == "too_deep" || alone.status() == PageStatus::kMalformed,
            "a row that parses is not broken");
  }
  CheckRows(salvaged->page);
  CheckAccounts(*salvaged);
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;        // NOLINT(google-build-using-namespace)
  using namespace nsf::fuzz;  // NOLINT(google-build-using-namespace)
  const Page page = Page::Parse(std::string(TextOf(data, size)), kMaxDepth);
  Require(*page.body() == TextOf(data, size), "the body is kept");
  if (size != 0) {
    Require(nsf::test::ReaderDifference(*page.body(), kMaxDepth).empty(),
            "both readers read alike");
  }
  if (page.status() == PageStatus::kRows) {
    CheckRows(page);
    CheckScan(page);
    Require(!Salvage(page, 1), "a good page needs no splitting");
    return 0;
  }
  Require(!page.message().empty() && page.rows().empty(), "no page says why");
  if (page.status() == PageStatus::kMalformed) {
    CheckSalvage(page, 5000);
    CheckSalvage(page, 1);
  }
  return 0;
}
