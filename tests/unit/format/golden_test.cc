// SPDX-License-Identifier: Apache-2.0
// Rows of every variation against the bytes they are to become. tests/golden/README.md says how the
// expected files are written anew.
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

std::vector<std::string> FormatAll(Format format, const std::vector<std::string>& rows) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string id = "golden-" + std::to_string(i + 1);
    lines.push_back(FormatRow(format, rows[i], {"acme", "audit", id}));
  }
  return lines;
}

void WriteLines(const std::string& path, const std::vector<std::string>& lines) {
  std::ofstream file(path, std::ios::binary);
  for (const std::string& line : lines) file << line << '\n';
  REQUIRE(file.good());
}

TEST_CASE("Golden rows become their golden lines") {
  const std::vector<std::string> rows = ReadLines(kFolder + "input.ndjson");
  REQUIRE(rows.size() >= 25);
  for (const Format format : {Format::kRaw, Format::kOcsf}) {
    const std::string path = kFolder + std::string(FormatName(format)) + ".ndjson";
    const std::vector<std::string> lines = FormatAll(format, rows);
    if (std::getenv("NSF_WRITE_GOLDEN") != nullptr) WriteLines(path, lines);
    const std::vector<std::string> expected = ReadLines(path);
    REQUIRE(lines.size() == expected.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      INFO(path << ", line " << i + 1);
      CHECK(lines[i] == expected[i]);
    }
  }
}

}  // namespace
}  // namespace nsf
