// SPDX-License-Identifier: Apache-2.0
// `supporting_data` as an object, as JSON in a string, as Python's repr, and as anything else.
#include "core/event/supporting_data.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/event/api_call.h"
#include "core/event/page.h"
#include "core/event/python_literal.h"

namespace nsf {
namespace {

std::string Quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + "\"";
}

struct Read {
  Page page;
  std::shared_ptr<RowReader> reader;
  SupportingData data;
};

Read ReadOne(const std::string& json) {
  Read read{Page::Parse("[{\"supporting_data\":" + json + "}]"), std::make_shared<RowReader>(), {}};
  REQUIRE(read.page.rows().size() == 1);
  const Row& row = read.reader->Read(read.page.rows()[0]);
  read.data = ReadSupportingData(row);
  return read;
}

std::vector<std::string> ValuesOf(const SupportingData& data) {
  return {data.values.begin(), data.values.begin() + static_cast<std::ptrdiff_t>(data.value_count)};
}

TEST_CASE("Supporting data is read in every form it comes in") {
  struct Case {
    std::string json;
    std::string type;
    std::vector<std::string> values;
    std::string as_json;
  };
  const std::string object = R"({"data_type":"user","data_values":["203.0.113.9",200,false]})";
  const std::vector<Case> cases = {
      {object, "user", {"203.0.113.9", "200", "false"}, object},
      {R"({"data_type":null,"data_values":[null,""]})",
       "",
       {"", ""},
       R"({"data_type":null,"data_values":[null,""]})"},
      {R"({"data_type":"null"})", "", {}, R"({"data_type":"null"})"},
      {"{}", "", {}, "{}"},
      {Quoted(object), "user", {"203.0.113.9", "200", "false"}, object},
      {Quoted("{'data_type': 'user', 'data_values': ['203.0.113.9', 200, False]}"),
       "user",
       {"203.0.113.9", "200", "false"},
       object},
      {Quoted(R"({u'data_type': u'policy', 'data_values': ["it's", None, 'a\x41\n', True]})"),
       "policy",
       {"it's", "", "aA\n", "true"},
       R"({"data_type":"policy","data_values":["it's",null,"a\u0041\n",true]})"},
      {Quoted(R"( {"data_type":"x"} )"), "x", {}, R"({"data_type":"x"})"},
      // No object, or not only an object: the text stays what it is.
      {Quoted("Ana"), "", {}, ""},
      {Quoted(""), "", {}, ""},
      {Quoted("['a']"), "", {}, ""},
      {Quoted("{'a': f()}"), "", {}, ""},
      {Quoted("{'a': 1} + {}"), "", {}, ""},
      {Quoted(R"({"data_type":"x"},"b":{"data_type":"y"})"), "", {}, ""},
      {Quoted(R"({"data_type":"x"}},{"supporting_data":{"data_type":"y"})"), "", {}, ""},
      {Quoted("{" + std::string(5000, '[')), "", {}, ""},
      {"5", "", {}, ""},
      {"null", "", {}, ""},
      {"[1]", "", {}, ""},
  };
  for (const Case& c : cases) {
    INFO(c.json);
    const Read read = ReadOne(c.json);
    CHECK(read.data.data_type == c.type);
    CHECK(ValuesOf(read.data) == c.values);
    CHECK(read.data.json == c.as_json);
  }
}

TEST_CASE("More values than are kept are no harm") {
  std::string json = R"({"data_values":[0)";
  for (int i = 1; i < 100; ++i) json += "," + std::to_string(i);
  const Read read = ReadOne(json + "]}");
  CHECK(read.data.value_count == SupportingData::kMaxValues);
  CHECK(read.data.values.back() == "15");
}

using Scalars = std::vector<std::tuple<std::string, FieldType, std::string>>;

Scalars ScalarsOf(const std::string& json) {
  const Page page = Page::Parse("[{\"supporting_data\":" + json + "}]");
  REQUIRE(page.rows().size() == 1);
  RowReader reader;
  Scalars found;
  for (const Scalar& scalar : reader.Read(page.rows()[0]).supporting) {
    found.emplace_back(scalar.name, scalar.type, scalar.text);
  }
  return found;
}

TEST_CASE("What a text of Python's holds is what the same object holds as JSON") {
  const std::vector<std::string> texts = {
      "{}",
      "{'a': 1, 'b': None, 'c': True, 'd': False, 'e': -1.5e3, 'f': ''}",
      "{'data_values': ['x', 2, None, True, [3, 'y'], {'z': 4}, 'w'], 'n': 1}",
      "{'a': {'b': [5, 'c'], 'd': 6}, 'e': [7], 'f': {'g': 8}, 'h': 9}",
      "{'a': [[1], 2, (3, [4]), 5], 'b': (6, 7), 'c': (8,), 'd': [], 'e': ()}",
      "{'a': [{'b': [1, 2]}, 3], 'a': {'b': {}}, 'a': 'again'}",
      R"({'it\'s\x41': 'a\n\u20ac', u'b"c': ["d\\", '\ud800', 'e"f'], 'plain': 'text'})",
      "{'\xC3\xBC': '\xFF', 'x': [10L, u'\xC3\xA4']}",
      "  { 'a' : [ 1 , 2 ] , 'b': 3 }  ",
  };
  for (const std::string& text : texts) {
    INFO(text);
    std::string json;
    std::string trimmed = text;
    trimmed.erase(trimmed.find_last_not_of(' ') + 1);
    REQUIRE(PythonLiteralToJson(trimmed, &json));
    CHECK(ScalarsOf(Quoted(text)) == ScalarsOf(json));
    CHECK(ScalarsOf(json).empty() == (text == "{}"));
  }
}

TEST_CASE("Texts are read one after the other, and nothing of one is left in the next") {
  const std::string text = R"({'data_type': 'user', 'data_values': ['a\n', 'b']})";
  const std::string long_text = "{'data_values': ['" + std::string(100'000, 'x') + "']}";
  const Page page =
      Page::Parse("[{\"supporting_data\":" + Quoted(text) +
                  "},{\"supporting_data\":" + Quoted(R"({"data_type":"role"})") +
                  "},{\"supporting_data\":" + Quoted("{'a': ['b', f()]}") +
                  "},{\"supporting_data\":" + Quoted(long_text) +
                  "},{\"supporting_data\":{\"data_type\":\"x\"}},{\"a\":1}," +
                  R"({"supporting_data":"{'a': 1}","supporting_data":2},)" +
                  R"({"supporting_data":{"a":1},)" + R"("supporting_data":"{'data_type': 'z'}"}])");
  REQUIRE(page.rows().size() == 8);
  const std::vector<std::pair<std::string, std::size_t>> expected = {
      {"user", 2}, {"role", 0}, {"", 0}, {"", 1}, {"x", 0}, {"", 0}, {"", 0}, {"z", 0}};
  RowReader reader;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      INFO(i);
      const SupportingData data = ReadSupportingData(reader.Read(page.rows()[i]));
      CHECK(data.data_type == expected[i].first);
      CHECK(data.value_count == expected[i].second);
      CHECK(data.json.empty() == (i == 2 || i == 5 || i == 6));
    }
  }
}

TEST_CASE("Python's literals become JSON, strictly") {
  struct Case {
    std::string text;
    std::string json;  // empty: refused
  };
  const std::vector<Case> cases = {
      {"{}", "{}"},
      {"[]", "[]"},
      {"()", "[]"},
      {"(1,)", "[1]"},
      {"(1, 2)", "[1,2]"},
      {"None", "null"},
      {"[True, False, None]", "[true,false,null]"},
      {"-12", "-12"},
      {"10L", "10"},
      {"1.5e-07", "1.5e-07"},
      {"18446744073709551617", "18446744073709551617"},
      {"'a\"b'", R"("a\"b")"},
      {"\"it's\"", R"("it's")"},
      {R"('\\ \' \" \n \r \t')", R"("\\ ' \" \n \r \t")"},
      {R"('\x1b\u20ac\U0001f600')", R"("\u001b\u20ac\ud83d\ude00")"},
      {"{'a': {'b': [(1, 'c')]}}", R"({"a":{"b":[[1,"c"]]}})"},
      {"", ""},
      {"{", ""},
      {"{'a'}", ""},
      {"{'a':}", ""},
      {"{'a':1,}", ""},
      {"{1: 2}", ""},
      {"[1,]", ""},
      {"[1 2]", ""},
      {"'a", ""},
      {"'a' 'b'", ""},
      {R"('\z')", ""},
      {R"('\x4')", ""},
      {R"('\U00110000')", ""},
      {"'a\nb'", ""},
      {"'a\x01"
       "9",
       ""},
      {"{'a\x01"
       "'b': 1}",
       ""},
      {"nan", ""},
      {"inf", ""},
      {"01", ""},
      {"1.", ""},
      {"-", ""},
      {"1e", ""},
      {"true", ""},
      {"None None", ""},
      {"__import__('os')", ""},
      {std::string(100'000, '['), ""},
      {std::string(100'000, '('), ""},
  };
  for (const Case& c : cases) {
    INFO(c.text.substr(0, 80));
    std::string json;
    const bool read = PythonLiteralToJson(c.text, &json);
    CHECK(read == !c.json.empty());
    if (read) CHECK(json == c.json);
  }
}

TEST_CASE("An API call's parts are told apart by their form") {
  struct Case {
    std::string values;
    std::optional<std::int64_t> status;
    std::string method, path, query, trace;
  };
  const std::vector<Case> cases = {
      {R"([403,"GET","/api/v2/events/data/audit","trid=abc"])", 403, "GET",
       "/api/v2/events/data/audit", "", "abc"},
      {R"(["200","POST","/api/v2/x?a=1&b=?"])", 200, "POST", "/api/v2/x", "a=1&b=?", ""},
      {R"(["trid=1","/p","PATCH",204])", 204, "PATCH", "/p", "", "1"},
      {R"([99999,"get","nothing",null,false,""])", {}, "", "", "", ""},
      {R"([200,500,"GET","PUT","/a","/b","trid=1","trid=2"])", 200, "GET", "/a", "", "1"},
      {"[]", {}, "", "", "", ""},
  };
  for (const Case& c : cases) {
    INFO(c.values);
    const Read read = ReadOne("{\"data_values\":" + c.values + "}");
    const ApiCall call = ReadApiCall(read.data);
    CHECK(call.status == c.status);
    CHECK(call.method == c.method);
    CHECK(call.path == c.path);
    CHECK(call.query == c.query);
    CHECK(call.trace == c.trace);
  }
}

}  // namespace
}  // namespace nsf
