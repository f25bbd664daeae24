// SPDX-License-Identifier: Apache-2.0
// Rows and their members, byte for byte, and every body that is no page.
#include "core/event/page.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/event/row.h"
#include "support/reader_difference.h"

namespace nsf {
namespace {

using namespace std::string_literals;

std::string Nested(std::size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

TEST_CASE("A row's members keep their bytes, and have their decoded text") {
  RowReader reader;
  const std::string body =
      "{\"result\":[ {\"id\" : \"a\\\"b\\\\\" ,\"n\":-0.10e+2,\"big\":18446744073709551616,\n"
      "\"t\":true,\"f\":false,\"z\":null,\"o\":{\"x\":[1,\n2]},\"l\":[{}],\"e\":\"\","
      "\"u\\u00e9\":\"\\u20ac\\ud83d\\ude00\\u0000!\"} ]}";
  const Page page = Page::Parse(body);
  REQUIRE(page.status() == PageStatus::kRows);
  REQUIRE(page.rows().size() == 1);
  struct Case {
    std::string_view name;
    FieldType type;
    std::string_view text;
    std::string_view json;
  };
  using namespace std::string_view_literals;
  const std::vector<Case> cases = {
      {"id", FieldType::kString, "a\"b\\", R"("a\"b\\")"},
      {"n", FieldType::kNumber, "-0.10e+2", "-0.10e+2"},
      {"big", FieldType::kNumber, "18446744073709551616", "18446744073709551616"},
      {"t", FieldType::kTrue, "", "true"},
      {"f", FieldType::kFalse, "", "false"},
      {"z", FieldType::kNull, "", "null"},
      {"o", FieldType::kObject, "", "{\"x\":[1,\n2]}"},
      {"l", FieldType::kArray, "", "[{}]"},
      {"e", FieldType::kString, "", "\"\""},
      {"u\xC3\xA9", FieldType::kString, "\xE2\x82\xAC\xF0\x9F\x98\x80\0!"sv,
       R"("\u20ac\ud83d\ude00\u0000!")"},
  };
  const auto fields = reader.Read(page.rows()[0]).fields;
  REQUIRE(fields.size() == cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO(cases[i].name);
    CHECK(fields[i].name == cases[i].name);
    CHECK(fields[i].type == cases[i].type);
    CHECK(fields[i].text == cases[i].text);
    CHECK(fields[i].json == cases[i].json);
    CHECK(fields[i].json.data() >= page.body()->data());
  }
  CHECK(page.rows()[0].raw == body.substr(12, body.size() - 15));
  CHECK(*page.body() == body);
}

TEST_CASE("Numbers beyond a double are numbers, with their text") {
  RowReader reader;
  const std::string many(400, '7');
  for (const std::string& number : {"1e400"s, "-1E+99999"s, many, "-" + many, many + ".5e1",
                                    "1." + many + "e309", "0.1e999"s}) {
    INFO(number);
    const std::string row = "{\"a\":" + number + ",\"\\ud800\":\"1e400\",\"b\":-12345.5e1}";
    const Page page = Page::Parse("{\"total\":12345,\"data\":[" + row + "," + number + "]}");
    REQUIRE(page.rows().size() == 2);
    CHECK(page.total() == 12345U);
    CHECK(page.rows()[0].raw == row);
    CHECK(page.rows()[1].raw == number);
    const auto fields = reader.Read(page.rows()[0]).fields;
    REQUIRE(fields.size() == 3);
    CHECK(fields[0].text == number);
    CHECK(fields[0].json == number);
    CHECK(fields[1].text == "1e400");
    CHECK(fields[2].text == "-12345.5e1");
  }
}

TEST_CASE("What is no number stays none beside one that is too big") {
  for (const std::string_view bad :
       {"--12345", "+12345",  "012345",    "00000",     "1.",         "12345.",   "12345e",
        "12345e+", ".12345",  "1.-12345",  "1e12345.1", "1.e12345",   "-",        "12345x",
        "x12345",  "1-12345", "1e--12345", "1e12345e1", "1.5e400e-3", "12345e1E1"}) {
    INFO(bad);
    CHECK(Page::Parse("[1e400," + std::string(bad) + "]").status() == PageStatus::kMalformed);
    CHECK(Page::Parse("[" + std::string(bad) + ",1e400]").status() == PageStatus::kMalformed);
  }
  CHECK(Page::Parse("[1e400,\"").status() == PageStatus::kMalformed);
  CHECK(Page::Parse("[1e400,\"\\").status() == PageStatus::kMalformed);
  CHECK(Page::Parse("1e400").status() == PageStatus::kRefused);
}

// Strings are gone through eight bytes at a time: every byte at every place of a word, and with
// fewer than eight behind it.
TEST_CASE("Each byte of a string is treated alike wherever it stands") {
  RowReader reader;
  for (int byte = 0; byte < 256; ++byte) {
    const auto odd = static_cast<char>(byte);
    const bool is_plain = byte >= 0x20 && odd != '"' && odd != '\\';
    for (std::size_t before = 0; before < 17; ++before) {
      for (const std::size_t after : {0U, 1U, 6U, 7U, 8U, 15U}) {
        const std::string text = std::string(before, 'x') + odd + std::string(after, 'y');
        const Page page = Page::Parse("[{\"a\":\"" + text + "\"}]");
        INFO(byte << " behind " << before << ", before " << after);
        REQUIRE((page.status() == PageStatus::kRows) == is_plain);
        if (is_plain) REQUIRE(reader.Read(page.rows()[0]).fields[0].text == text);
        REQUIRE((Page::Parse("[\"" + text + "\"]").status() == PageStatus::kRows) == is_plain);
      }
    }
  }
}

TEST_CASE("Where a string ends is found behind every kind of escape") {
  RowReader reader;
  for (const std::string_view inside :
       {R"()", R"(\\)", R"(\")", R"(\"\")", R"(\\\")", R"(\"x)", R"(x\"y\"z)", R"(\u0022)",
        R"(\u0022\\\u005c)", R"(\/\b\f\n\r\t)", R"(é\")"}) {
    const std::string json = "\"" + std::string(inside) + "\"";
    const Page page =
        Page::Parse("[{\"a\":" + json + ",\"b\":\"" + std::string(inside) + "\"}," + json + "]");
    INFO(json);
    REQUIRE(page.rows().size() == 2);
    CHECK(reader.Read(page.rows()[0]).fields[0].json == json);
    CHECK(reader.Read(page.rows()[0]).fields[1].json == json);
    CHECK(page.rows()[1].raw == json);
  }
}

TEST_CASE("Members of the same name are all there, in order") {
  RowReader reader;
  const Page page = Page::Parse(R"([{"a":1,"b":2,"a":3}, {"a":4}, {}, 5, {"b":6}])");
  REQUIRE(page.rows().size() == 5);
  const auto first = reader.Read(page.rows()[0]).fields;
  REQUIRE(first.size() == 3);
  CHECK(first[0].text == "1");
  CHECK(first[2].name == "a");
  CHECK(first[2].text == "3");
  CHECK(reader.Read(page.rows()[1]).fields.size() == 1);
  CHECK(reader.Read(page.rows()[2]).fields.empty());
  CHECK(reader.Read(page.rows()[3]).fields.empty());
  CHECK(reader.Read(page.rows()[4]).fields[0].text == "6");
}

TEST_CASE("A row that is a list has no members, whatever is in it") {
  RowReader reader;
  const Page page = Page::Parse(
      R"([{"supporting_data":{"a":1}},[{"supporting_data":{"a":2}},{"x":{"y":[3]}}],{"b":4}])");
  REQUIRE(page.rows().size() == 3);
  CHECK(reader.Read(page.rows()[1]).fields.empty());
  CHECK(reader.Read(page.rows()[1]).supporting.empty());
  REQUIRE(reader.Read(page.rows()[2]).fields.size() == 1);
  CHECK(reader.Read(page.rows()[2]).fields[0].name == "b");
}

TEST_CASE("A row that is a list takes nothing over from the row before it") {
  RowReader reader;
  const Page page = Page::Parse(R"([{"supporting_data":{"a":1}},[{"w":1}],[["x"]]])");
  REQUIRE(page.rows().size() == 3);
  CHECK(reader.Read(page.rows()[0]).supporting.size() == 1);
  CHECK(reader.Read(page.rows()[1]).supporting.empty());
  CHECK(reader.Read(page.rows()[2]).supporting.empty());
}

TEST_CASE("Scalars of supporting_data come with the row") {
  RowReader reader;
  struct Case {
    const char* row;
    std::vector<std::pair<std::string, std::string>> scalars;
  };
  using Scalars = std::vector<std::pair<std::string, std::string>>;
  const std::vector<Case> cases = {
      {R"({"supporting_data":{"data_type":"user","data_values":["a\n",200,false,true,null,""]}})",
       {{"data_type", "user"},
        {"data_values", "a\n"},
        {"data_values", "200"},
        {"data_values", "false"},
        {"data_values", "true"},
        {"data_values", ""},
        {"data_values", ""}}},
      {R"({"supporting_data":{"data_values":[["x"],{"y":1},"z",[2],3],"data_type":null,"w":"v"}})",
       {{"data_values", "z"}, {"data_values", "3"}, {"data_type", ""}, {"w", "v"}}},
      {R"({"supporting_data":{"data_values":{"a":["x"],"b":"y"},"n":1}})", {{"n", "1"}}},
      {R"({"supporting_data":{}})", {}},
      {R"({"supporting_data":["a"]})", {}},
      {R"({"supporting_data":"a"})", {}},
      {R"({"supporting_data":null,"details":{"data_type":"x"}})", {}},
      {R"({"supporting_data":{"a":1},"details":{"b":2,"c":[3]}})", {{"a", "1"}}},
      {R"({"supporting_data":{"a":1},"supporting_data":{"b":2}})", {{"b", "2"}}},
      {R"({"supporting_data":{"a":1},"supporting_data":null})", {}},
      {R"({"details":{"supporting_data":{"a":1}}})", {}},
  };
  for (const Case& c : cases) {
    INFO(c.row);
    const Page page = Page::Parse("[{\"supporting_data\":{\"before\":1}}," + std::string(c.row) +
                                  ",{\"after\":2}]");
    REQUIRE(page.rows().size() == 3);
    Scalars found;
    for (const Scalar& scalar : reader.Read(page.rows()[1]).supporting) {
      found.emplace_back(scalar.name, scalar.text);
    }
    CHECK(found == c.scalars);
    CHECK(reader.Read(page.rows()[0]).supporting.size() == 1);
    CHECK(reader.Read(page.rows()[2]).supporting.empty());
    CHECK(test::ReaderDifference(*page.body(), Page::kMostDepth).empty());
  }
}

TEST_CASE("A name with escapes that many elements share is decoded once, and no view moves") {
  std::string row = R"({"t":"\u0041","supporting_data":{"\u0064ata_values":["\u0042")";
  for (int i = 0; i < 2000; ++i) row += R"(,"\u0043")";
  row += "]}}";
  const Page page = Page::Parse("[" + row + "]");
  RowReader reader;
  const Row& read = reader.Read(page.rows()[0]);
  REQUIRE(read.supporting.size() == 2001);
  CHECK(read.fields[0].text == "A");
  CHECK(read.supporting[0].text == "B");
  for (const Scalar& scalar : read.supporting) REQUIRE(scalar.name == "data_values");
  CHECK(read.supporting[2000].text == "C");
}

TEST_CASE("What is no JSON says what is wrong, and where") {
  struct Case {
    std::string body;
    std::string_view part;  // of the message
  };
  using namespace std::string_literals;
  const std::vector<Case> cases = {
      {"", "empty"},
      {" \r\n\t", "empty"},
      {"\xEF\xBB\xBF", "empty"},
      {"<html><body>Bad Gateway</body></html>", "at byte 0 of 37"},
      {R"({"ok":1,"result":[{"a":1},{"a")", "at byte 30 of 30"},
      {R"({"ok":1,"result":[{"a":1})", "not JSON"},
      {R"({"ok":1,"result":[{"a":1}]}})", "not JSON"},
      {R"({"result":[{"a":1}]}{"result":[]})", "at byte 20 of"},
      {R"({"result":[{"a":1},]})", "not JSON"},
      {R"({"result":[{'a':1}]})", "not JSON"},
      {R"({"result":[NaN]})", "not JSON"},
      {R"({"result":[01]})", "not JSON"},
      {R"({"result":[1.]})", "not JSON"},
      {R"({"result":["\x41"]})", "not JSON"},
      {R"({"result":["\u12"]})", "not JSON"},
      {"{\"result\":[\"a\nb\"]}", "not JSON"},
      {"{\"result\":[\"a\x1f\"]}", "not JSON"},
      {"{\"result\":[]}\0"s, "at byte 13 of 14"},
      {"{\"result\":[]}\0{\"result\":[1]}"s, "not JSON"},
      {"{\"result\":[\"a\0b\"]}"s, "not JSON"},
      {"\0"s, "not JSON"},
      {"\xFF\xFE{\0}\0"s, "not JSON"},
      {"{\"result\":[\"\\ud800\", \"\n\"]}", "not JSON"},
  };
  for (const Case& c : cases) {
    INFO(c.body);
    const Page page = Page::Parse(c.body);
    CHECK(page.status() == PageStatus::kMalformed);
    CHECK(page.rows().empty());
    CHECK_THAT(page.message(), Catch::Contains(std::string(c.part)));
    CHECK(*page.body() == c.body);
  }
}

TEST_CASE("What is no JSON is kept as received, with a row in the place of its list or without") {
  for (const std::string body : {R"({"ok":1,"result":{"_id":"3"})", R"({"result":{"_id":"3"}]})",
                                 R"({"result":[{"_id":"3"})"}) {
    const Page page = Page::Parse(body);
    INFO(body);
    CHECK(page.status() == PageStatus::kMalformed);
    CHECK(*page.body() == body);
    CHECK_THAT(page.message(), Catch::EndsWith(" of " + std::to_string(body.size())));
  }
}

TEST_CASE("Nesting is bounded before it can cost stack") {
  CHECK(Page::Parse(Nested(8), 8).status() == PageStatus::kRows);
  CHECK(Page::Parse(Nested(9), 8).status() == PageStatus::kMalformed);
  CHECK(Page::Parse(Nested(256)).status() == PageStatus::kRows);
  CHECK(Page::Parse(Nested(257)).message() ==
        "the page is nested deeper than 256 at byte 257 of 515");
  CHECK(Page::Parse(std::string(1'000'000, '[')).status() == PageStatus::kMalformed);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK(Page::Parse(objects).status() == PageStatus::kMalformed);
}

// The grammar allows a lone surrogate, and one odd name must not stop a stream.
TEST_CASE("A lone surrogate escape costs one character, not the page") {
  RowReader reader;
  const std::string row =
      R"({"a":"x\ud800y","b":"\ud83d\ude00","c":"\\ud800","d":"\ud800\ud83d\ude00","e":"\uD800"})";
  const Page page = Page::Parse("{\"result\":[" + row + "],\"total\":1}");
  REQUIRE(page.status() == PageStatus::kRows);
  CHECK(page.message() == "");
  REQUIRE(page.rows().size() == 1);
  CHECK(page.rows()[0].raw == row);
  const auto fields = reader.Read(page.rows()[0]).fields;
  CHECK(fields[0].text == "x\xEF\xBF\xBDy");
  CHECK(fields[0].json == R"("x\ud800y")");
  CHECK(fields[1].text == "\xF0\x9F\x98\x80");
  CHECK(fields[2].text == "\\ud800");
  CHECK(fields[3].text == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  CHECK(fields[4].text == "\xEF\xBF\xBD");
}

TEST_CASE("Bytes that are not UTF-8 mark their row and pass") {
  RowReader reader;
  const Page page = Page::Parse(
      "[{\"a\":\"caf\xC3\xA9\"},{\"a\":\"caf\xE9\"},{\"b\xFF\":1},{\"c\":[\"\xED\xA0\x80\"]},{}]");
  REQUIRE(page.rows().size() == 5);
  CHECK(reader.Read(page.rows()[0]).kind != TextKind::kAny);
  CHECK(reader.Read(page.rows()[1]).kind == TextKind::kAny);
  CHECK(reader.Read(page.rows()[1]).fields[0].text == "caf\xE9");
  CHECK(reader.Read(page.rows()[2]).kind == TextKind::kAny);
  CHECK(reader.Read(page.rows()[3]).kind == TextKind::kAny);
  CHECK(reader.Read(page.rows()[4]).kind != TextKind::kAny);
}

TEST_CASE("Of a row it is known which texts need no escapes") {
  RowReader reader;
  const Page page = Page::Parse(
      "[{\"n\":\"caf\xC3\xA9\",\"e\\u0041\":\"a\\\"b\",\"z\":1.5},{\"a\":\"b\",\"c\":\"caf\xE9\"}"
      "]");
  REQUIRE(page.rows().size() == 2);
  const Row& row = reader.Read(page.rows()[0]);
  CHECK(row.IsPlain(row.fields[0].name));
  CHECK(row.IsPlain(row.fields[0].text));
  CHECK(row.IsPlain(row.fields[0].text.substr(2)));
  CHECK_FALSE(row.IsPlain(row.fields[1].name));
  CHECK_FALSE(row.IsPlain(row.fields[1].text));
  CHECK(row.IsPlain(row.fields[2].text));
  CHECK_FALSE(row.IsPlain({}));
  CHECK_FALSE(row.IsPlain("b"));
  const Row& no_utf8 = reader.Read(page.rows()[1]);
  CHECK_FALSE(no_utf8.IsPlain(no_utf8.fields[0].text));
}

TEST_CASE("Of a list that is supporting_data nothing is taken, whatever stands in it") {
  const std::string list = R"(["",{"a":{"b":""}},"c\/d",["e"],2])";
  // One of the readers each: bytes that are not UTF-8 are the lenient one's.
  const std::string other = GENERATE(R"("f")", "\"\xE9\"");
  const Page page =
      Page::Parse(R"([{"x":)" + other + R"(,"supporting_data":)" + list + R"(,"g":"h"}])");
  REQUIRE(page.rows().size() == 1);
  RowReader reader;
  const Row& row = reader.Read(page.rows()[0]);
  CHECK(row.supporting.empty());
  REQUIRE(row.fields.size() == 3);
  CHECK(row.fields[1].json == list);
  CHECK(row.fields[2].name == "g");
  CHECK(row.fields[2].text == "h");
}

TEST_CASE("Of a row it is known what stands between and in its tokens") {
  struct Case {
    const char* row;
    TextKind kind;
    bool may_have_breaks;
  };
  const std::vector<Case> cases = {
      {R"({"a":"b","supporting_data":"{'data_values': ['x', True]}"})", TextKind::kPlain, false},
      {R"(1)", TextKind::kPlain, false},
      {"{\"a\":\"caf\xC3\xA9\",\"b\":\"\x7F\"}", TextKind::kPlain, false},
      {R"({"a": "\u0041"})", TextKind::kUtf8, false},
      {"{\"a\":\n1}", TextKind::kUtf8, true},
      {"{\"a\":\t1,\"longer than a block\":0}", TextKind::kUtf8, true},
      {"{\"a\":\"caf\xE9\"}", TextKind::kAny, false}};
  RowReader reader;
  for (const Case& expected : cases) {
    INFO(expected.row);
    const Page page = Page::Parse(std::string("[") + expected.row + "]");
    REQUIRE(page.rows().size() == 1);
    const Row& row = reader.Read(page.rows()[0]);
    CHECK(row.kind == expected.kind);
    CHECK(row.may_have_breaks == expected.may_have_breaks);
  }
}

TEST_CASE("What a page took is there for the next ones, also behind a short one") {
  const std::string row = R"({"_id":"0123456789abcdef","timestamp":1700000000})";
  std::string list = row;
  for (int i = 1; i < 1000; ++i) list += ',' + row;
  const auto memory_behind = [](const std::string& body, Page::Memory memory) {
    Page page = Page::Parse(body, Page::kMostDepth, std::move(memory));
    return std::move(page).TakeMemory();
  };
  const auto where = [](const Page::Memory& memory) {
    return std::pair<const void*, const void*>(memory.members.data(), memory.rows.data());
  };
  Page::Memory memory = memory_behind('[' + list + ']', {});
  const auto first = where(memory);
  const std::vector<std::string> bodies = {"[]", "", '[' + row + ']', '[' + list + ',' + row + ']'};
  for (const std::string& body : bodies) {
    memory = memory_behind(body, std::move(memory));
    CHECK((where(memory) == first));
  }
  // What was there is not taken for the next one's.
  CHECK(Page::Parse("", Page::kMostDepth, std::move(memory)).rows().empty());
}

TEST_CASE("A row survives the page's move, and the page as long as the body is shared") {
  Page first = Page::Parse(R"({"result":[{"a":"\u0041","supporting_data":{"k":"v"}}]})");
  std::shared_ptr<const std::string> body;
  std::string_view raw;
  {
    const Page second = std::move(first);
    body = second.body();
    raw = second.rows()[0].raw;
  }
  CHECK(raw == R"({"a":"\u0041","supporting_data":{"k":"v"}})");
}

TEST_CASE("Many members and rows keep their places when memory grows") {
  RowReader reader;
  std::string body = "[";
  for (int i = 0; i < 3000; ++i) {
    body += i == 0 ? "{" : ",{";
    for (int j = 0; j < 40; ++j) {
      body += (j == 0 ? "\"" : ",\"") + std::to_string(j) + "\":" + std::to_string(i * 40 + j);
    }
    body += "}";
  }
  const Page page = Page::Parse(body + "]");
  REQUIRE(page.rows().size() == 3000);
  for (std::size_t i = 0; i < 3000; ++i) {
    const auto fields = reader.Read(page.rows()[i]).fields;
    REQUIRE(fields.size() == 40);
    REQUIRE(fields[39].text == std::to_string(i * 40 + 39));
  }
}

}  // namespace
}  // namespace nsf
