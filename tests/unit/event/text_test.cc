// SPDX-License-Identifier: Apache-2.0
// Text readings and severities, as tables.
#include "core/event/text.h"

#include <arpa/inet.h>

#include <catch2/catch.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/event/byte_block.h"
#include "core/event/envelope.h"
#include "core/event/severity.h"
#include "core/event/surrogates.h"

namespace nsf {
namespace {

TEST_CASE("Severities count downwards, and none is guessed") {
  const std::vector<std::pair<const char*, Severity>> cases = {{"1", Severity::kHigh},
                                                               {"2", Severity::kMedium},
                                                               {"4", Severity::kLow},
                                                               {"6", Severity::kInfo},
                                                               {"0", Severity::kUnknown},
                                                               {"3", Severity::kUnknown},
                                                               {"5", Severity::kUnknown},
                                                               {"7", Severity::kUnknown},
                                                               {"10", Severity::kUnknown},
                                                               {"-1", Severity::kUnknown},
                                                               {"1.0", Severity::kUnknown},
                                                               {"", Severity::kUnknown},
                                                               {"low", Severity::kLow},
                                                               {"Low", Severity::kLow},
                                                               {"MED", Severity::kMedium},
                                                               {"Medium", Severity::kMedium},
                                                               {"HIGH", Severity::kHigh},
                                                               {"critical", Severity::kHigh},
                                                               {"Very-High", Severity::kHigh},
                                                               {"very high", Severity::kHigh},
                                                               {" high ", Severity::kHigh},
                                                               {"info", Severity::kInfo},
                                                               {"Informational", Severity::kInfo},
                                                               {"unknown", Severity::kUnknown},
                                                               {"highest", Severity::kUnknown}};
  for (const auto& [text, severity] : cases) {
    INFO(text);
    CHECK(ReadSeverity(text) == severity);
  }
}

TEST_CASE("Special bytes are found wherever they stand") {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text(size, 'a');
    CHECK_FALSE(LookForSpecial<'\\'>(text).has_controls);
    CHECK_FALSE(LookForSpecial<'\\'>(text).has_stops);
    for (char& c : text) {
      for (const char special : {'\\', '\0', '\x1F', '\x20', '\x7F', '\xFF'}) {
        c = special;
        const SpecialBytes found = LookForSpecial<'\\'>(text);
        CHECK(found.has_stops == (special == '\\'));
        CHECK(found.has_controls == (special == '\0' || special == '\x1F'));
      }
      c = 'a';
    }
  }
}

TEST_CASE("UTF-8 is what the Unicode standard says it is") {
  const std::vector<std::pair<std::string, std::size_t>> cases = {
      {"", 0},
      {"a", 1},
      {"\xC3\xA9", 2},
      {"\xE2\x82\xAC", 3},
      {"\xF0\x9F\x98\x80", 4},
      {"\xF4\x8F\xBF\xBF", 4},
      {"\xC0\xAF", 0},          // overlong
      {"\xE0\x80\xAF", 0},      // overlong
      {"\xF0\x80\x80\xAF", 0},  // overlong
      {"\xED\xA0\x80", 0},      // a surrogate
      {"\xF4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xF8\x88\x80\x80\x80", 0},
      {"\x80", 0},
      {"\xC3", 0},
      {"\xC3x", 0},
      {"\xE2\x82", 0},
      {"\xE2\x82x", 0},
      {"\xFF", 0}};
  for (const auto& [bytes, length] : cases) {
    INFO(bytes);
    CHECK(Utf8Length(bytes) == length);
    if (!bytes.empty()) CHECK(IsUtf8(bytes) == (length == bytes.size()));
    for (const std::size_t before : {0U, 7U, 31U, 32U, 33U, 70U}) {
      const std::string padded = std::string(before, 'x') + bytes + std::string(before, 'y');
      CHECK(IsUtf8(padded) == IsUtf8(bytes));
    }
  }
}

TEST_CASE("Integers are read whole or not at all") {
  CHECK(ReadInteger("0") == 0);
  CHECK(ReadInteger("-7") == -7);
  CHECK(ReadInteger("9223372036854775807") == 9223372036854775807LL);
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "1e3", "0x1", "9223372036854775808", "a"}) {
    INFO(text);
    CHECK_FALSE(ReadInteger(text));
  }
}

TEST_CASE("An integer of any size is read as the library reads it, with any byte anywhere") {
  const std::string digits = "9182736450918273645091";
  for (std::size_t size = 1; size <= digits.size(); ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = digits.substr(0, size);
        text[at] = static_cast<char>(byte);
        std::optional<std::int64_t> expected = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + size, *expected);
        if (error != std::errc() || stop != text.data() + size) expected.reset();
        INFO(text);
        REQUIRE(ReadInteger(text) == expected);
      }
    }
  }
}

TEST_CASE("Place-holders are no values") {
  for (const char* text : {"", " ", "null", "NULL", "unknown", "Unknown", "-", "N/A", "n/a",
                           "NotAvailable", "NoSSL", "NotChecked", "None"}) {
    INFO(text);
    CHECK(IsAbsentText(text));
  }
  for (const char* text : {"0", "nullable", "unknowns", "--", "na", "false"}) {
    INFO(text);
    CHECK_FALSE(IsAbsentText(text));
  }
}

TEST_CASE("Addresses are literal IPv4 or IPv6, and nothing more") {
  for (const char* text : {"203.0.113.9", "0.0.0.0", "2001:db8::1", "::", "::ffff:192.0.2.1"}) {
    INFO(text);
    CHECK(IsIpAddress(text));
  }
  using namespace std::string_literals;
  for (const std::string& text : {""s, "1"s, "1.2.3"s, "1.2.3.4.5"s, "256.1.1.1"s, "1.2.3.4:80"s,
                                  "1.2.3.4/8"s, "fe80::1%eth0"s, "[::1]"s, "host"s, "1.2.3.4\0x"s,
                                  " 1.2.3.4"s, std::string(200, '1'), ":"s, ":::"s}) {
    INFO(text);
    CHECK_FALSE(IsIpAddress(text));
  }
}

TEST_CASE("An IPv4 address is what the system takes for one") {
  const std::vector<std::string> numbers = {"",   "0",   "00",  "01",  "9",    "10",
                                            "99", "199", "255", "256", "0255", "a"};
  for (const std::string& first : numbers) {
    for (const std::string& last : numbers) {
      const std::string text = first + ".2." + last + "." + first;
      in_addr address;
      INFO(text);
      REQUIRE(IsIpAddress(text) == (inet_pton(AF_INET, text.c_str(), &address) == 1));
    }
  }
}

TEST_CASE("Lone surrogate escapes are mended in place, pairs are left alone") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(\ud800)", R"(\ufffd)"},
      {R"(\uDFFF)", R"(\ufffd)"},
      {R"(\ud83d\ude00)", R"(\ud83d\ude00)"},
      {R"(\ud83d\u0041)", R"(\ufffd\u0041)"},
      {R"(\ud83d\ud83d\ude00)", R"(\ufffd\ud83d\ude00)"},
      {R"(\\ud800)", R"(\\ud800)"},
      {R"(\\\ud800)", R"(\\\ufffd)"},
      {R"(\ud80)", R"(\ud80)"},
      {R"(\ud83d\n)", R"(\ufffd\n)"},
      {R"(\)", R"(\)"},
      {R"(a\)", R"(a\)"},
      {R"(\u)", R"(\u)"},
      {R"(\u0000)", R"(\u0000)"},
      {R"(\uzzzz\ud800)", R"(\uzzzz\ufffd)"},
      {"", ""}};
  for (const auto& [before, after] : cases) {
    INFO(before);
    std::string text = before;
    MendSurrogates(text.data(), text.size());
    CHECK(text == after);
  }
}

TEST_CASE("Printable text is cut between characters and holds no control characters") {
  CHECK(Printable("abc", 2) == "ab");
  CHECK(Printable("\xE2\x82\xAC\xE2\x82\xAC", 1) == "\xE2\x82\xAC");
  CHECK(Printable("a\x1b[31m\r\n\x7f", 99) == "a [31m   ");
  CHECK(Printable("\xFF\xC3", 99) == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace nsf
