// SPDX-License-Identifier: Apache-2.0
// Pages with broken rows: what is good is kept byte for byte, what is broken is told with its
// bytes, and where the two cannot be told apart nothing is claimed.
#include "core/event/row.h"
#include "core/event/salvage.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event/row_scan.h"

namespace nsf {
namespace {

using namespace std::string_literals;

constexpr std::size_t kMany = 5000;

// The rows received, in order; a broken one after its reason's first letter and '!'.
std::vector<std::string> RowsOf(const ReceivedPage& salvaged) {
  std::vector<std::string> rows;
  std::size_t good = 0;
  std::size_t broken = 0;
  while (rows.size() < salvaged.received()) {
    if (broken < salvaged.broken.size() && salvaged.broken[broken].position == rows.size()) {
      const BrokenRow& row = salvaged.broken[broken++];
      rows.push_back(std::string(row.reason.substr(0, 1)) + "!" + std::string(row.raw));
    } else {
      REQUIRE(good < salvaged.page.rows().size());
      rows.emplace_back(salvaged.page.rows()[good++].raw);
    }
  }
  CHECK(good == salvaged.page.rows().size());
  CHECK(broken == salvaged.broken.size());
  return rows;
}

std::optional<ReceivedPage> SalvageText(const std::string& body, std::size_t most_rows = kMany) {
  const Page page = Page::Parse(body);
  REQUIRE(page.status() == PageStatus::kMalformed);
  return Salvage(page, most_rows);
}

std::string Nested(std::size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

TEST_CASE("A broken row leaves its neighbours as they are") {
  struct Case {
    std::string list;
    std::vector<std::string> rows;
  };
  const std::vector<Case> cases = {
      {R"({"a":1},{"b":tru},{"c":[1,2]})", {R"({"a":1})", R"(m!{"b":tru})", R"({"c":[1,2]})"}},
      {R"({"a":01})", {R"(m!{"a":01})"}},
      {R"({"a":1,},{"a":NaN},{'a':1},{"a":"\x"})",
       {R"(m!{"a":1,})", R"(m!{"a":NaN})", R"(m!{'a':1})", R"(m!{"a":"\x"})"}},
      // White space stays where it is inside a row, and belongs to none outside.
      {" {\"a\" : 1} \r\n,\t{\"a\" 1} , 5", {"{\"a\" : 1}", "m!{\"a\" 1}", "5"}},
      // Bytes that no string may hold, and those that are only odd.
      {"{\"a\":\"\n\"},{\"a\":\"\xFF\"},{\"a\":\"\x01\"}",
       {"m!{\"a\":\"\n\"}", "{\"a\":\"\xFF\"}", "m!{\"a\":\"\x01\"}"}},
      {"{\"a\":\"x\0y\"},{\"a\":1},{\0\"a\":1},\0"s,
       {"m!{\"a\":\"x\0y\"}"s, "{\"a\":1}", "m!{\0\"a\":1}"s, "m!\0"s}},
      {R"({"a":"\ud800"},{"\ud800":1},{"a":x})",
       {R"({"a":"\ud800"})", R"({"\ud800":1})", R"(m!{"a":x})"}},
      // An even number of quotes too many.
      {R"({"a":"say "hi" now"},{"a":"],[}{"})", {R"(m!{"a":"say "hi" now"})", R"({"a":"],[}{"})"}},
      {R"({"a":"\\"},{"a":"\\\""},{"a":x})", {R"({"a":"\\"})", R"({"a":"\\\""})", R"(m!{"a":x})"}},
      // Brackets that are missing inside.
      {R"({"a":[1},{"b":2})", {R"(m!{"a":[1})", R"({"b":2})"}},
      {R"({"d":[{"x":1],"y":2},{"b":2})", {R"(m!{"d":[{"x":1],"y":2})", R"({"b":2})"}},
      {R"({"b":2},{"a":{"b":1})", {R"({"b":2})", R"(m!{"a":{"b":1})"}},
      // Not objects.
      {R"(1,"x",nul,null,[1,,2],[])", {"1", R"("x")", "m!nul", "null", "m![1,,2]", "[]"}},
      {R"({"a":1} {"b":2},3)", {R"(m!{"a":1} {"b":2})", "3"}},
      {R"(<row/>,{"b":2})", {"m!<row/>", R"({"b":2})"}},
      // Where nothing stands between two commas there is no row.
      {R"({"a":1},,{"b":2},)", {R"({"a":1})", R"({"b":2})"}},
      {"{}," + Nested(255) + ",{}", {"{}", "t!" + Nested(255), "{}"}},
  };
  const auto [before, after] = GENERATE(table<std::string, std::string>(
      {{R"({"ok":1,"status":{"data":[1]},"result":[)", R"(],"total":7})"},
       {R"({"data":[],"result":[)", R"(],"n":[{}],"data":[],"totalResults":"7"})"},
       {"\xEF\xBB\xBF\n{\"data\" :\r\n{\"data\":[", R"(],"total":7}})"},
       {R"({"result":{"data":[)", R"(],"total":7}})"}}));
  for (const Case& example : cases) {
    INFO(before << example.list << after);
    const auto salvaged = SalvageText(before + example.list + after);
    REQUIRE(salvaged);
    CHECK(RowsOf(*salvaged) == example.rows);
    CHECK(salvaged->page.status() == PageStatus::kRows);
    CHECK(salvaged->page.total() == 7U);
  }
}

TEST_CASE("A bare list is split too, and a row may be as deep as the limit") {
  const std::string good = Nested(255);
  const auto salvaged = SalvageText("[" + good + ",[" + good + "],x]");
  REQUIRE(salvaged);
  CHECK(RowsOf(*salvaged) == std::vector<std::string>{good, "t![" + good + "]", "m!x"});
  CHECK_FALSE(salvaged->page.total());
}

TEST_CASE("Good rows have their fields; broken ones point into the body received") {
  RowReader reader;
  const std::string body = R"({"result":[{"_id":"a","n":1.50},{"_id":"b",}],"total":2})";
  const Page page = Page::Parse(body);
  const auto salvaged = Salvage(page, kMany);
  REQUIRE(salvaged);
  CHECK(salvaged->body == page.body());
  REQUIRE(salvaged->broken.size() == 1);
  CHECK(salvaged->broken[0].raw.data() == page.body()->data() + body.find(R"({"_id":"b")"));
  CHECK(salvaged->received() == 2);
  REQUIRE(salvaged->page.rows().size() == 1);
  CHECK(reader.Read(salvaged->page.rows()[0]).fields[1].json == "1.50");
}

TEST_CASE("Where rows cannot be told apart nothing is claimed") {
  const std::vector<std::string> bodies = {
      // Cut, at every kind of place.
      R"({"ok":1,"result":[{"a":1},{"b":2})", R"({"ok":1,"result":[{"a":1},{"b":2}])",
      R"({"ok":1,"result":[{"a":1},{"b")", R"({"ok":1,"result":[{"a":"x)", R"({"ok":1,"result":[)",
      R"([{"a":1},{"b":2})", R"([{"a":1}},{"b":2})", R"({"ok")", "[",
      // No page at all.
      "", " ", "garbage", "<html><script>var a = [1, 2];</script></html>", "{\"a\":1}\n{\"a\":2}",
      "[{\"a\":1}]\n[{\"a\":2}]", "\0\0"s, std::string(300'000, '['),
      // Broken outside of the rows.
      R"({"ok":1,"result":[{"a":1},{"b":x}],"total":})", R"({"ok":x,"result":[{"a":1},{"b":2}]})",
      R"({"result":[{"a":1},{"b":2}]} x)", R"({"result":[{"a":1},{"b":2}}])",
      // Nothing between the brackets is no empty page.
      R"({"result":[,]})", R"({"result":[],"total":x})", "[,,]",
      // Two lists of rows, whatever they are called.
      R"({"data":[1,2],"result":[x,y]})", R"({"d\u0061ta":[1,2],"result":[x,y]})",
      R"({"d\u0061ta":[1,x]})",
      // A row that has lost its end, or ended too early.
      R"([{"a":{"b":1},{"c":2},{"d":3}])", R"([{"a":{"b":1}, {"c":2},{"d":3}}])",
      R"([{"a":1}},{"b":2}])", R"([{"a":1},"x":2},{"b":2}])", R"([{"a":1],"x":2},{"b":2}])",
      R"(["a":1},{"b":2}])", R"(["a":1,"b":2,{"b":2}])",
      // A quote that is missing or one too many, also twice.
      R"([{"a":"5" x"},{"b":"y"}])", R"([{"a":"x},{"b":"y"}])",
      R"([{"a":"5" x"},{"b":"y"},{"c":"5" x"}])", R"([{"a":"5" x" } , { "b":"y"},{"c":"5" x"}])"};
  for (const std::string& body : bodies) {
    INFO(body.substr(0, 100));
    CHECK_FALSE(SalvageText(body));
    if (body.find_first_of("abx") == std::string::npos) CHECK_FALSE(SalvageText(body, 1));
  }
}

TEST_CASE("Of a page of one row the row is taken whole, however it is broken") {
  const auto row = GENERATE(
      R"({"a":"5" x"})"s, R"({"a":"x})"s, R"({"a":1}})"s, R"({"a":1],"x":2})"s, R"("a":1})"s,
      R"({"a":1},"x":2})"s, R"({"a":{"b":1},{"c":2})"s, R"({"a":"\)"s, R"({"a":[1],"b":["x]})"s,
      R"({"a":[2],"_id":"x","b":[1,{"c":2})"s, R"({"a":[2],"_id":"x","b":[1)"s);
  INFO(row);
  const auto salvaged = SalvageText(R"({"ok":1,"result":[ )" + row + R"( ],"n":{},"total":7})", 1);
  REQUIRE(salvaged);
  CHECK(RowsOf(*salvaged) == std::vector<std::string>{"m!" + row});
  CHECK(salvaged->page.total() == 7U);
  CHECK_FALSE(SalvageText(R"({"ok":1,"result":[ )" + row.substr(0, row.size() - 1), 1));
  CHECK_FALSE(SalvageText(R"({"ok":1,"result":[ )" + row + R"(],"total":})", 1));
}

TEST_CASE("Of a page of one row too much is taken rather than too little") {
  const std::string row = R"({"a":[2],"b":[1,{"c":2})";
  const auto salvaged = SalvageText(R"({"result":[)" + row + R"(],"n":[],"total":7})", 1);
  REQUIRE(salvaged);
  CHECK(RowsOf(*salvaged) == std::vector<std::string>{"m!" + row + R"(],"n":[)"});
  CHECK(salvaged->page.total() == 7U);
}

TEST_CASE("An envelope that states an error is no page, whatever its rows") {
  const std::size_t most_rows = GENERATE(std::size_t{1}, kMany);
  const auto salvaged = SalvageText(R"({"ok":0,"message":"no","result":[{"a":x}]})", most_rows);
  REQUIRE(salvaged);
  CHECK(salvaged->page.status() == PageStatus::kRefused);
  CHECK(salvaged->page.message() == "no");
  CHECK(salvaged->received() == 0);
}

TEST_CASE("Hostile nesting costs linear time and no stack") {
  const std::size_t size = std::size_t{1} << 20;
  std::string objects;
  for (std::size_t i = 0; i < size / 8; ++i) objects += "{\"a\":";
  std::string arrays = objects;
  for (std::size_t i = 0; i < size / 8; ++i) arrays += "[],";
  const std::vector<std::string> bodies = {
      "[" + std::string(size, '[') + std::string(size, '}') + "]",
      "[" + std::string(size, '[') + std::string(size, ']') + ",1]",
      "[" + std::string(size, '{') + std::string(size, ']') + "]",
      "[" + objects + "]",
      arrays,
      "[\"" + std::string(size, ' ') + "\",x]",
      "{\"data\":[\"" + std::string(size, ']'),
      "[" + std::string(size, ',') + "x]",
  };
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& body : bodies) {
    const auto salvaged = SalvageText(body, 1);
    if (salvaged) CHECK(salvaged->received() >= 1);
  }
  // Seconds even under a sanitizer, where quadratic time would be hours.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
}

TEST_CASE("More rows than any page lists are no page") {
  std::string body = "[x";
  for (std::size_t i = 1; i < RowScan::kMostRows; ++i) body += ",1";
  const auto salvaged = SalvageText(body + "]");
  REQUIRE(salvaged);
  CHECK(salvaged->received() == RowScan::kMostRows);
  CHECK_FALSE(SalvageText(body + ",1]"));
}

// A page of rows of which some are broken at random, from a fixed seed.
class BrokenPage {
 public:
  explicit BrokenPage(std::uint32_t seed) : engine_(seed) {
    const std::size_t count = 1 + Below(8);
    for (std::size_t i = 0; i < count; ++i) {
      rows.push_back(Row(i));
      is_broken.push_back(Below(3) == 0);
      if (is_broken.back()) Break(&rows.back());
      body += (i == 0 ? "" : Below(4) == 0 ? " ,\n" : ",") + rows.back();
    }
    body = R"({"ok":1,"result":[)" + body + R"(],"total":99})";
  }

  std::vector<std::string> rows;
  std::vector<bool> is_broken;
  std::string body;

 private:
  std::size_t Below(std::size_t limit) { return engine_() % limit; }

  std::string Row(std::size_t i) {
    static constexpr const char* kRests[] = {
        R"("user":"a\"b\\","n":-1.5e3)", R"("details":[{"k":[1,2]},{"k":{}}],"x":"},{")",
        R"("s":{"data_type":"u","data_values":["[",null]})", R"("u":"\u00e9 é","t":true)"};
    return R"({"_id":")" + std::to_string(i) + R"(",)" + kRests[Below(std::size(kRests))] + "}";
  }

  // Anywhere between the row's own brackets, without a quote or a backslash.
  void Break(std::string* row) {
    static constexpr std::string_view kPieces = "[]{},:0x-\n\x01\xFF";
    std::size_t at = 1 + Below(row->size() - 2);
    switch (Below(3)) {
      case 0:
        while ((*row)[at] == '"' || (*row)[at] == '\\') at = 1 + Below(row->size() - 2);
        (*row)[at] = kPieces[Below(kPieces.size())];
        return;
      case 1:
        row->insert(at, 1, kPieces[Below(kPieces.size())]);
        return;
      default:
        while ((*row)[at] == '"' || (*row)[at] == '\\') at = 1 + Below(row->size() - 2);
        row->erase(at, 1);
    }
  }

  std::mt19937 engine_;
};

TEST_CASE("Rows broken at random: good and broken ones are all that stood in the list") {
  int split = 0;
  int unsplit = 0;
  for (std::uint32_t seed = 0; seed < 20'000; ++seed) {
    const BrokenPage broken(seed);
    const Page page = Page::Parse(broken.body);
    if (page.status() != PageStatus::kMalformed) continue;
    const auto salvaged = Salvage(page, kMany);
    if (!salvaged) {
      ++unsplit;
      continue;
    }
    ++split;
    INFO("seed " << seed << ": " << broken.body);
    std::vector<std::string> expected = broken.rows;
    for (std::string& row : expected) {
      if (Page::Parse("[" + row + "]").rows().size() != 1) row.insert(0, "m!");
    }
    REQUIRE(RowsOf(*salvaged) == expected);
  }
  CHECK(split > 2000);
  CHECK(unsplit > 0);
}

}  // namespace
}  // namespace nsf
