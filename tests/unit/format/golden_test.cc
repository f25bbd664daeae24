// SPDX-License-Identifier: Apache-2.0
// Rows of every variation against the bytes they are to become. tests/golden/README.md says how the
// expected files are written anew.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "unit/format/parsed.h"

namespace nsf {
namespace {

const std::string kFolder = "tests/golden/";  // tests run in the root of the sources

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// As a picture has them: one who is found, with all that there is, and one who was deleted.
Enrichment People() {
  Enrichment people;
  people.taken = WallSeconds(std::chrono::seconds(1'760'000'000));
  people.actor = KnownPerson{IdentityStatus::kFound,
                             {"8c7b9f6e",
                              R"(Ana "the admin" Ruíz, PhD = | \ x)",
                              "R&D",
                              "Zürich",
                              true,
                              {"Red", "a=b|c"},
                              {}}};
  people.subject =
      KnownPerson{IdentityStatus::kStale, {"5d4c", "", "", "Lagos", false, {}, people.taken}};
  return people;
}

std::vector<std::string> FormatAll(Format format, const std::vector<std::string>& rows,
                                   const Enrichment* people = nullptr) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string id = "golden-" + std::to_string(i + 1);
    lines.push_back(FormatRow(format, rows[i], {"acme", "audit", id, people}));
  }
  return lines;
}

void WriteLines(const std::string& path, const std::vector<std::string>& lines) {
  std::ofstream file(path, std::ios::binary);
  for (const std::string& line : lines) file << line << '\n';
  REQUIRE(file.good());
}

std::string PathOf(Format format, const std::string& kind = "") {
  return kFolder + kind + std::string(FormatName(format)) + (IsJson(format) ? ".ndjson" : ".txt");
}

// Where two lines begin to differ, with what stands around it: whole lines of a thousand bytes
// would have to be compared by eye.
std::string Difference(const std::string& expected, const std::string& found) {
  constexpr std::size_t kBefore = 40;
  constexpr std::size_t kShown = 120;
  const auto at = static_cast<std::size_t>(
      std::mismatch(expected.begin(), expected.end(), found.begin(), found.end()).first -
      expected.begin());
  const std::size_t from = at < kBefore ? 0 : at - kBefore;
  return "byte " + std::to_string(at) + "\n  expected: " + expected.substr(from, kShown) +
         "\n  found:    " + found.substr(from, kShown);
}

void CheckGolden(const std::string& path, const std::vector<std::string>& lines) {
  if (std::getenv("NSF_WRITE_GOLDEN") != nullptr) WriteLines(path, lines);
  const std::vector<std::string> expected = ReadLines(path);
  REQUIRE(lines.size() == expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == expected[i]) continue;
    FAIL_CHECK(path << ", line " << i + 1 << ", " << Difference(expected[i], lines[i]));
  }
}

TEST_CASE("Golden rows become their golden lines") {
  const std::vector<std::string> rows = ReadLines(kFolder + "input.ndjson");
  REQUIRE(rows.size() >= 60);
  for (const Format format : kAllFormats) CheckGolden(PathOf(format), FormatAll(format, rows));
}

TEST_CASE("Golden rows of known people become theirs, and raw ones stay as they are") {
  const std::vector<std::string> rows = ReadLines(kFolder + "people.ndjson");
  REQUIRE(rows.size() >= 5);
  const Enrichment people = People();
  for (const Format format : kAllFormats) {
    const auto lines = FormatAll(format, rows, &people);
    CheckGolden(PathOf(format, "people-"), lines);
    if (format == Format::kRaw) CHECK(lines == rows);
  }
}

// "alert {…}": the type of an event, and its row.
std::string FormatTyped(Format format, const std::string& line, const std::string& id,
                        const Enrichment* people) {
  const std::size_t space = line.find(' ');
  return FormatRow(format, line.substr(space + 1), {"acme", line.substr(0, space), id, people});
}

TEST_CASE("Golden rows of the other event types become theirs") {
  const std::vector<std::string> rows = ReadLines(kFolder + "types.txt");
  REQUIRE(rows.size() >= 15);
  Enrichment ana = People();
  ana.subject.reset();
  for (const Format format : kAllFormats) {
    std::vector<std::string> lines;
    for (const std::string& row : rows) {
      lines.push_back(
          FormatTyped(format, row, "golden-" + std::to_string(lines.size() + 1), nullptr));
    }
    for (const std::string& row : rows) {
      if (row.find("ana.ruiz@") == std::string::npos) continue;
      lines.push_back(FormatTyped(format, row, "golden-" + std::to_string(lines.size() + 1), &ana));
    }
    CheckGolden(PathOf(format, "types-"), lines);
  }
}

}  // namespace
}  // namespace nsf
