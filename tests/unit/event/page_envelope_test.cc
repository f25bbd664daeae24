// SPDX-License-Identifier: Apache-2.0
// What stands around the rows: every envelope seen in the field, errors inside a 200, totals.
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/event/page.h"

namespace nsf {
namespace {

std::vector<std::string> RowsOf(const Page& page) {
  std::vector<std::string> rows;
  for (const RawRow& row : page.rows()) rows.emplace_back(row.raw);
  return rows;
}

TEST_CASE("Rows are found in every envelope") {
  struct Case {
    const char* body;
    std::vector<std::string> rows;
    std::optional<std::uint64_t> total;
  };
  const std::vector<std::string> two = {R"({"a":1})", R"({"a":2})"};
  const std::vector<Case> cases = {
      {R"({"ok":1,"result":[{"a":1},{"a":2}]})", two, {}},
      {R"({"ok":1,"result":[{"a":1},{"a":2}],"total":1234})", two, 1234},
      {R"({"ok":1,"data":[{"a":1},{"a":2}],"totalResults":7})", two, 7},
      {R"({"result":[{"a":1},{"a":2}],"status":{"total":2}})", two, 2},
      {R"({"status":"success","msg":"","result":[{"a":1},{"a":2}]})", two, {}},
      {R"({"status":"success","msg":"","data":[{"a":1},{"a":2}]})", two, {}},
      {R"({"status":200,"data":[{"a":1},{"a":2}]})", two, {}},
      {R"({"result":{"data":[{"a":1},{"a":2}],"total":9}})", two, 9},
      {R"({"data":{"data":[{"a":1},{"a":2}]},"total":"9"})", two, 9},
      {R"({"data":{"result":[{"a":1},{"a":2}]}})", two, {}},
      {R"([{"a":1},{"a":2}])", two, {}},
      {R"({"ok":1,"result":[{"a":1},{"a":2}],"wait_time":5,"timestamp_hwm":1760000000})", two, {}},
      {R"({"analyze_result":true,"result":[{"a":1},{"a":2}],"errors":[]})", two, {}},
      {R"({"error":null,"message":"fine","result":[{"a":1},{"a":2}]})", two, {}},
      {R"({"error":"","error_msg":"","result":[{"a":1},{"a":2}],"ok":true})", two, {}},
      {R"({"errors":{},"result":[{"a":1},{"a":2}]})", two, {}},
      {"\xEF\xBB\xBF[{\"a\":1},{\"a\":2}]", two, {}},
      {" \r\n{\"result\" : [ {\"a\":1}\n,\t{\"a\":2} ] } \n", two, {}},
      {R"({"data":[],"result":[{"a":1},{"a":2}]})", two, {}},
      {R"({"data":[{"a":1},{"a":2}],"result":[]})", two, {}},
      {R"({"data":null,"result":[{"a":1},{"a":2}]})", two, {}},
      {R"({"other":[{"result":[3]}],"result":[{"a":1},{"a":2}]})", two, {}},
      {R"({"ok":1,"result":[]})", {}, {}},
      {R"([])", {}, {}},
      {R"({"result":[],"total":0})", {}, 0},
      {R"({"result":[5,"x",null,true,[{"data":[1]}],{}]})",
       {"5", "\"x\"", "null", "true", R"([{"data":[1]}])", "{}"},
       {}},
  };
  for (const Case& c : cases) {
    INFO(c.body);
    const Page page = Page::Parse(c.body);
    CHECK(page.message() == "");
    REQUIRE(page.status() == PageStatus::kRows);
    CHECK(RowsOf(page) == c.rows);
    CHECK(page.total() == c.total);
  }
}

TEST_CASE("A row that stands alone in the place of its list is one") {
  const std::vector<std::string> befores = {R"({"ok":1,"result":)", "\xEF\xBB\xBF{\"data\" : \n"};
  const std::vector<std::string> rows = {
      R"({"_id":"x\"y","n":1.50,"details":[{"_id":1},[]],"data":{"a":1}})",
      R"({"audit_log_event":"Login \ud800"})"};
  for (const std::string& before : befores) {
    for (const std::string& row : rows) {
      INFO(before << row);
      const Page page = Page::Parse(before + row + R"( ,"total":1})");
      CHECK(page.message() == "");
      REQUIRE(page.status() == PageStatus::kRows);
      CHECK(RowsOf(page) == std::vector<std::string>{row});
      CHECK(page.total() == 1U);
    }
  }
}

TEST_CASE("An object in the place of the list that may be anything is no row") {
  const char* body =
      GENERATE(R"({"ok":1,"result":{}})", R"({"result":{"timestamp":1,"error":"Not Found"}})",
               R"({"ok":0,"result":{"_id":"x"}})", R"({"result":{"a":{"_id":"x"}}})",
               R"({"other":{"_id":"x"}})", R"({"_id":"x"})",
               R"({"other":{"_id":"x"},"result":{"a":1}})", R"({"error":"no","data":{"_id":"x"}})");
  INFO(body);
  const Page page = Page::Parse(body);
  CHECK(page.status() != PageStatus::kRows);
  CHECK(page.rows().empty());
}

TEST_CASE("Null, an empty object and nothing in the place of the list are no list, nor an error") {
  const char* body = GENERATE(R"({"ok":1,"result":null,"total":7})", R"({"data":{},"total":"7"})",
                              R"({"status":"success","total":7})");
  INFO(body);
  const Page page = Page::Parse(body);
  CHECK(page.status() == PageStatus::kNoList);
  CHECK(page.rows().empty());
  CHECK(page.total() == 7U);
  CHECK(page.message() == "the answer holds no list of rows");
}

TEST_CASE("A total that is no number of rows is absent") {
  const std::vector<std::string> garbage = {"-1",
                                            "1.5",
                                            "1e3",
                                            "\"\"",
                                            "\"many\"",
                                            "null",
                                            "true",
                                            "[]",
                                            "{}",
                                            "\"-1\"",
                                            "\"1 \"",
                                            "\"0x10\"",
                                            "99999999999999999999999"};
  for (const std::string& total : garbage) {
    INFO(total);
    const Page page = Page::Parse(R"({"result":[1],"total":)" + total + "}");
    REQUIRE(page.status() == PageStatus::kRows);
    CHECK_FALSE(page.total());
  }
  CHECK(Page::Parse(R"({"result":[],"total":18446744073709551615})").total() ==
        18446744073709551615U);
  CHECK(Page::Parse(R"({"result":[],"status":{"total":3},"total":"4"})").total() == 4U);
  CHECK(Page::Parse(R"({"result":[],"total":null,"totalResults":5})").total() == 5U);
  CHECK(Page::Parse(R"({"result":{"x":{"total":5},"data":[1]}})").total() == std::nullopt);
  CHECK(Page::Parse(R"({"result":[],"x":{"total":5},"status":[{"total":6}]})").total() ==
        std::nullopt);
}

TEST_CASE("An error inside a 200, or no list, is never taken for no events") {
  struct Case {
    const char* body;
    const char* message;
  };
  const std::vector<Case> cases = {
      {R"({"ok":0,"message":"bad query"})", "bad query"},
      {R"({"ok":0,"message":"bad query","result":[]})", "bad query"},
      {R"({"ok":false,"result":[{"a":1}]})", "the tenant states an error and no reason"},
      {R"({"ok":"0","result":[]})", "the tenant states an error and no reason"},
      {R"({"error":"no such field"})", "no such field"},
      {R"({"error":{"code":7,"message":"no such field"},"result":[]})", "no such field"},
      {R"({"status":"error","message":"later"})", "later"},
      {R"({"status":"Error","result":[]})", "the tenant states an error and no reason"},
      {R"({"status":"error","errorCode":"Authorization Error","errors":["token gone","x"]})",
       "token gone"},
      {R"({"errors":[{"message":"token gone","code":3}],"result":[]})", "token gone"},
      {R"({"ok":0,"status":401,"error_msg":"who are you"})", "who are you"},
      {R"({"status":"503","result":[]})", "the tenant states an error and no reason"},
      {R"({"ok":1,"result":{"a":1}})", "the answer holds no list of rows"},
      {R"({"ok":1,"result":"none"})", "the answer holds no list of rows"},
      {R"({"ok":1,"result":{"rows":[1]}})", "the answer holds no list of rows"},
      {R"({"ok":1,"result":{"x":{"data":[1]}}})", "the answer holds no list of rows"},
      {"null", "the answer holds no list of rows"},
      {"17", "the answer holds no list of rows"},
      {"\"rows\"", "the answer holds no list of rows"},
      {R"({"data":[1],"result":[2]})", "the answer holds two lists of rows"},
      {R"({"result":[1],"result":[2]})", "the answer holds two lists of rows"},
      {R"({"ok":0,"message":"a\n\u0000\u0007b\u007f"})", "a   b "},
      {"{\"ok\":0,\"message\":\"a\xFF\"}", "a\xEF\xBF\xBD"},
  };
  for (const Case& c : cases) {
    INFO(c.body);
    const Page page = Page::Parse(c.body);
    CHECK(page.status() == PageStatus::kRefused);
    CHECK(page.rows().empty());
    CHECK(page.message() == c.message);
  }
}

TEST_CASE("An answer without a list has words, and none of it is a row") {
  struct Case {
    const char* body;
    const char* message;
  };
  const std::vector<Case> cases = {
      {R"({"ok":1,"result":null})", "the answer holds no list of rows"},
      {R"({"ok":1,"rows":[1]})", "the answer holds no list of rows"},
      {R"({"message":"Time parameters are not passed"})", "Time parameters are not passed"},
      {R"({"status":{"message":"inner"},"message":"outer"})", "inner"},
      {"{}", "the answer holds no list of rows"},
  };
  for (const Case& c : cases) {
    INFO(c.body);
    const Page page = Page::Parse(c.body);
    CHECK(page.status() == PageStatus::kNoList);
    CHECK(page.rows().empty());
    CHECK(page.message() == c.message);
  }
}

TEST_CASE("The server's words are cut to 200 characters, never inside one") {
  std::string words;
  for (int i = 0; i < 300; ++i) words += "\xC3\xA9";
  const Page page = Page::Parse(R"({"ok":0,"message":")" + words + "\"}");
  CHECK(page.message() == words.substr(0, 400));
}

}  // namespace
}  // namespace nsf
