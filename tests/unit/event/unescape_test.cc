// SPDX-License-Identifier: Apache-2.0
// Escapes of JSON's strings, as RFC 8259 has them.
#include "core/event/unescape.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace nsf {
namespace {

using std::string_literals::operator""s;

std::string Unescaped(std::string_view inside) {
  std::string text = "before ";
  AppendUnescaped(inside, &text);
  return text.substr(7);
}

TEST_CASE("A string means what stands in it, each escape one character") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"plain", "plain"},
      {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
      {R"(a\nb\\nc\\\n)", "a\nb\\nc\\\n"},
      {R"(\u0000x)", "\0x"s},
      {R"(\u0041\u007f)", "A\x7F"},
      {R"(\u0080\u00fC\u07FF)", "\xC2\x80\xC3\xBC\xDF\xBF"},
      {R"(\u0800\u20ac\uFFFF)", "\xE0\xA0\x80\xE2\x82\xAC\xEF\xBF\xBF"},
      {R"(\ud800\udc00\uDBFF\uDFFF)", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {R"(\\u0041)", "\\u0041"},
      {"\xC3\xBC\\u00fc\xFF", "\xC3\xBC\xC3\xBC\xFF"},
  };
  for (const auto& [inside, text] : cases) {
    INFO(inside);
    CHECK(Unescaped(inside) == text);
    CHECK(HasEscapes(inside) == (inside.find('\\') != std::string::npos));
  }
}

TEST_CASE("A lone surrogate is U+FFFD, what stands beside it is what it is") {
  const std::string other = "\xEF\xBF\xBD";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(\ud800)", other},
      {R"(\udc00x)", other + "x"},
      {R"(\ud800\u0041)", other + "A"},
      {R"(\ud800\ud800\udc00)", other + "\xF0\x90\x80\x80"},
      {R"(\udc00\ud800)", other + other},
      {R"(\ud800\n\udc00)", other + "\n" + other},
  };
  for (const auto& [inside, text] : cases) {
    INFO(inside);
    CHECK(Unescaped(inside) == text);
  }
}

}  // namespace
}  // namespace nsf
