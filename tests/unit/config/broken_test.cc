// SPDX-License-Identifier: Apache-2.0
// Every file of broken/ is refused, with exactly the errors that its last lines name:
//   # error: LINE:COLUMN: what is wrong; the next step
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "unit/config/surroundings.h"

namespace nsf::test {
namespace {

std::vector<std::filesystem::path> BrokenFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(NSF_CONFIG_TESTS) + "/broken")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> Expected(const std::string& text) {
  constexpr std::string_view kMark = "# error: ";
  std::vector<std::string> errors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kMark)) errors.push_back("config.yaml:" + line.substr(kMark.size()));
  }
  return errors;
}

std::vector<std::string> Told(const LoadedConfig& loaded) {
  std::vector<std::string> errors;
  for (const Diagnostic& error : loaded.diagnostics.errors()) {
    errors.push_back(ToString(loaded.file, error));
  }
  return errors;
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST_CASE("each broken file is refused with its errors, all at once") {
  const std::vector<std::filesystem::path> files = BrokenFiles();
  REQUIRE(files.size() >= 40);
  for (const std::filesystem::path& file : files) {
    const std::string text = FileText(file.string());
    const LoadedConfig loaded = Load(text);
    INFO(file.filename().string());
    CHECK_FALSE(loaded.config.has_value());
    CHECK(Lines(Told(loaded)) == Lines(Expected(text)));
  }
}

TEST_CASE("an error has a place, a next step and no secret") {
  for (const std::filesystem::path& file : BrokenFiles()) {
    const LoadedConfig loaded = Load(FileText(file.string()));
    for (const Diagnostic& error : loaded.diagnostics.errors()) {
      INFO(file.filename().string() << ": " << error.message);
      CHECK(error.where.line > 0);
      CHECK(error.where.column > 0);
      CHECK(error.message.find("; ") != std::string::npos);
      for (const char* secret : {"hunter2", "t0ken", "0ther"}) {
        CHECK(error.message.find(secret) == std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace nsf::test
