// SPDX-License-Identifier: Apache-2.0
// Each scanned row is parsed alone, and the body is parsed once more without the broken ones: only
// what the page's own parser reads is ever taken for a row.
#include "core/event/salvage.h"

#include <utility>

#include "core/event/row_scan.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::string_view kMalformed = "malformed";
constexpr std::string_view kTooDeep = "too_deep";
// How many closing brackets an envelope may have behind its list of rows.
constexpr int kMostEnds = 8;

bool IsGoodRow(std::string_view bytes, int max_depth) {
  std::string body = "[";
  body += bytes;
  body += ']';
  return Page::Parse(std::move(body), max_depth).status() == PageStatus::kRows;
}

// `body` with `rows` in place of `list`, a part of it.
std::string Replace(std::string_view body, std::string_view list, std::string_view rows) {
  const auto begin = static_cast<std::size_t>(list.data() - body.data());
  std::string replaced;
  replaced.reserve(body.size() - list.size() + rows.size());
  replaced += body.substr(0, begin);
  replaced += rows;
  replaced += body.substr(begin + list.size());
  return replaced;
}

// What the broken ones are taken out of.
std::optional<ReceivedPage> Conclude(ReceivedPage salvaged, std::string rebuilt, std::size_t good,
                                     int max_depth) {
  salvaged.page = Page::Parse(std::move(rebuilt), max_depth);
  if (salvaged.page.status() == PageStatus::kMalformed) return std::nullopt;
  if (salvaged.page.status() != PageStatus::kRows) {
    salvaged.broken.clear();
  } else if (salvaged.page.rows().size() != good) {
    return std::nullopt;  // there is a list that the scan does not know of
  }
  return salvaged;
}

std::optional<ReceivedPage> Split(const Page& malformed, const RowScan& scan, int max_depth) {
  ReceivedPage salvaged;
  salvaged.body = malformed.body();
  std::string good;
  good.reserve(scan.list.size());
  for (std::size_t i = 0; i < scan.rows.size(); ++i) {
    const ScannedRow& row = scan.rows[i];
    if (row.depth > max_depth) {
      salvaged.broken.push_back({row.bytes, kTooDeep, i});
    } else if (!IsGoodRow(row.bytes, max_depth)) {
      salvaged.broken.push_back({row.bytes, kMalformed, i});
    } else {
      if (!good.empty()) good += ',';
      good += row.bytes;
    }
  }
  const std::size_t good_count = scan.rows.size() - salvaged.broken.size();
  return Conclude(std::move(salvaged), Replace(*malformed.body(), scan.list, good), good_count,
                  max_depth);
}

// The list ends at the last bracket behind which the envelope goes on as JSON: at an earlier one
// the envelope might go on with what is left of the row. Of an envelope that holds another list
// behind its rows, the row then takes a part with it; that is too much, and nothing is lost.
std::optional<ReceivedPage> TakeAsOne(const Page& malformed, const RowScan& scan, int max_depth) {
  const std::string_view body = *malformed.body();
  const std::string_view rest(scan.list.data(),
                              static_cast<std::size_t>(body.end() - scan.list.data()));
  std::size_t end = rest.size();
  for (int i = 0; i < kMostEnds && end != 0; ++i) {
    end = rest.rfind(']', end - 1);
    if (end == std::string_view::npos) break;
    const std::string_view list = rest.substr(0, end);
    ReceivedPage salvaged;
    salvaged.body = malformed.body();
    salvaged.broken.push_back({TrimSpaces(list), kMalformed, 0});
    auto taken = Conclude(std::move(salvaged), Replace(body, list, {}), 0, max_depth);
    if (taken) return taken;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ReceivedPage> Salvage(const Page& malformed, std::size_t most_rows, int max_depth) {
  if (malformed.status() != PageStatus::kMalformed) return std::nullopt;
  const RowScan scan = ScanRows(*malformed.body());
  // Commas alone between the brackets must not be taken for an empty page, nor for a row.
  if (scan.rows.empty()) return std::nullopt;
  if (scan.is_closed && !scan.is_doubtful) {
    if (auto split = Split(malformed, scan, max_depth)) return split;
  }
  return most_rows <= 1 ? TakeAsOne(malformed, scan, max_depth) : std::nullopt;
}

}  // namespace nsf
