// SPDX-License-Identifier: Apache-2.0
// `raw`: the bytes as received, on one line.
#include <utility>
#include <vector>

#include "support/classified.h"
#include "unit/format/parsed.h"

namespace nsf {
namespace {

TEST_CASE("Raw is the row's bytes; line breaks between tokens become spaces") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"a" : 1.50, "a":"\u0041\n",  "b":[ ]})", R"({"a" : 1.50, "a":"\u0041\n",  "b":[ ]})"},
      {"{\r\n\t\"a\":\n1\n}", "{  \t\"a\": 1 }"},
      {"{\"a\":\"caf\xE9\"}", "{\"a\":\"caf\xE9\"}"},  // not ours to mend
      {R"({"a":"\ud800"})", R"({"a":"\ud800"})"},
      {"18446744073709551617", "18446744073709551617"},
      {"[1,\n2]", "[1, 2]"},
      {"null", "null"},
      {"{}", "{}"},
  };
  for (const auto& [row, expected] : cases) {
    INFO(row);
    CHECK(FormatRow(Format::kRaw, row) == expected);
  }
}

TEST_CASE("Raw is appended, and leaves alone what is there") {
  const Page page = Page::Parse("[{\n}]");
  TextBuffer out;
  out += "first\n";
  RowReader reader;
  AppendRaw(ClassifiedEvent(reader.Read(page.rows()[0])), &out);
  CHECK(out.view() == "first\n{ }");
}

}  // namespace
}  // namespace nsf
