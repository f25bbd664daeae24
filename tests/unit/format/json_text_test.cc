// SPDX-License-Identifier: Apache-2.0
// JSON text from hostile text.
#include "core/format/json_text.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <clocale>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/event/text.h"

namespace nsf {
namespace {

std::string AsString(std::string_view text) {
  TextBuffer out;
  AppendJsonString(text, &out);
  return out.str();
}

std::string AsValue(std::string_view json) {
  TextBuffer out;
  AppendJsonValue(json, &out);
  return out.str();
}

TEST_CASE("Strings are escaped, and made UTF-8") {
  using namespace std::string_view_literals;
  const std::vector<std::pair<std::string_view, std::string>> cases = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"a\"b\\c/d", R"("a\"b\\c/d")"},
      {"\n\r\t\b\f", R"("\n\r\t\u0008\u000c")"},
      {"\0\x01\x1f\x7f"sv, "\"\\u0000\\u0001\\u001f\x7f\""},
      {"caf\xC3\xA9 \xF0\x9F\x98\x80", "\"caf\xC3\xA9 \xF0\x9F\x98\x80\""},
      {"caf\xE9!", "\"caf\xEF\xBF\xBD!\""},
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xFE\xFF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xE2\x80\xA8", "\"\xE2\x80\xA8\""},
  };
  for (const auto& [text, json] : cases) {
    INFO(json);
    CHECK(AsString(text) == json);
  }
}

// Runs of plain bytes are found 64 and sixteen at a time, and their ends in steps that overlap:
// every byte at every place of a text of each size.
TEST_CASE("Each byte is treated alike wherever it stands") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string alone = AsString(std::string(1, static_cast<char>(byte)));
    const std::string inner = alone.substr(1, alone.size() - 2);
    for (std::size_t size = 1; size <= 130; size += size == 36 || size == 66 ? 28 : 1) {
      for (std::size_t before = 0; before < size; ++before) {
        const std::string left(before, 'x');
        const std::string right(size - 1 - before, 'y');
        const std::string text = left + static_cast<char>(byte) + right;
        REQUIRE(AsString(text) == "\"" + left + inner + right + "\"");
      }
    }
  }
}

TEST_CASE("What is escaped often is escaped as what is escaped once") {
  const std::string characters = "a\"\\\n\xC3";
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::string json;
    for (std::size_t size = random() % 120; text.size() < size;) {
      const std::size_t kind = random() % 40;  // mostly plain
      const char c = kind < characters.size() ? characters[kind] : 'b';
      text += c;
      const std::string alone = AsString(std::string(1, c));
      json += alone.substr(1, alone.size() - 2);
    }
    REQUIRE(AsString(text) == '"' + json + '"');
  }
}

TEST_CASE("Values pass as they are, on one line and in UTF-8") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"a":[1,2.50,-0.0,1e+09,18446744073709551617],"b":"x\"\\\u00e9"})",
       R"({"a":[1,2.50,-0.0,1e+09,18446744073709551617],"b":"x\"\\\u00e9"})"},
      {"{\"a\":\r\n\t[1,\n2]}", "{\"a\":   [1, 2]}"},
      {"\"caf\xE9\"", "\"caf\xEF\xBF\xBD\""},
      {R"("\ud800 \ud83d\ude00 \\ud800")", R"("\ufffd \ud83d\ude00 \\ud800")"},
      {R"("\\\"\udc00")", R"("\\\"\ufffd")"},
      {"\"\xC3\xA9\"", "\"\xC3\xA9\""},
      {"null", "null"},
      {"", ""},
  };
  for (const auto& [json, expected] : cases) {
    INFO(json);
    CHECK(AsValue(json) == expected);
  }
}

TEST_CASE("JSON within JSON is the string that its value would be") {
  const std::vector<std::string> pieces = {
      "\"",       "\\\"", "\\\\", "\\n",  "\\u00e9", "\\ud800",          "\\ud83d\\ude00",
      "\xC3\xA9", "\n",   "\x7F", "\xE9", "x",       "some more letters"};
  std::mt19937 random(4);
  for (int round = 0; round < 20'000; ++round) {
    std::string json;
    for (std::size_t size = random() % 100; json.size() < size;) {
      json += pieces[std::min<std::size_t>(random() % 40, pieces.size() - 1)];
    }
    TextBuffer nested;
    AppendNestedJson(json, &nested);
    REQUIRE(nested.view() == AsString(AsValue(json)));
    if (!IsUtf8(json)) continue;
    TextBuffer known;
    AppendNestedJson(json, &known, TextKind::kUtf8);
    REQUIRE(known.view() == nested.view());
    CHECK(known.repaired() == nested.repaired());
    TextBuffer value;
    AppendJsonValue(json, &value, TextKind::kUtf8);
    REQUIRE(value.view() == AsValue(json));
  }
}

TEST_CASE("Integers of every size are written") {
  std::int64_t value = 1;
  for (int digits = 1; digits < 19; ++digits, value *= 10) {
    for (const std::int64_t one : {value - 1, value, value + 1, -value}) {
      TextBuffer out;
      AppendInteger(one, &out);
      CHECK(out.view() == std::to_string(one));
    }
  }
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t one : {Limits::max(), Limits::min(), Limits::min() + 1}) {
    TextBuffer out;
    AppendInteger(one, &out);
    CHECK(out.view() == std::to_string(one));
  }
}

TEST_CASE("Integers have no grouping in any locale") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"C", "de_DE.UTF-8", "en_US.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // not on this machine
    TextBuffer out;
    AppendInteger(-1'760'000'100'000, &out);
    AppendInteger(std::numeric_limits<std::int64_t>::min(), &out);
    CHECK(out.view() == "-1760000100000-9223372036854775808");
  }
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace nsf
