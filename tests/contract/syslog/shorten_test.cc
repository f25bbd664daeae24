// SPDX-License-Identifier: Apache-2.0
// Payloads made to fit: by hand, and random ones judged by parsers that share nothing with the code
// under test (RapidJSON for JSON; for CEF and LEEF readers of the test's own).
#include "adapters/syslog/shorten.h"

#include <rapidjson/document.h>

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/syslog/message_writer.h"

using namespace nsf;
using namespace nsf::syslog;

namespace {

const std::string kEllipsis = "\xE2\x80\xA6";

std::string Of(std::size_t count, const std::string& piece) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

rapidjson::Document Parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.c_str());
  INFO(text);
  REQUIRE_FALSE(document.HasParseError());
  REQUIRE(document.IsObject());
  return document;
}

std::string Text(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

// key=value of a CEF extension, unescaped; throws where an escape is cut.
std::map<std::string, std::string> CefValues(const std::string& line) {
  std::size_t at = 0;
  for (int bars = 0; bars < 7; ++at) {
    if (line.at(at) == '\\') {
      ++at;
    } else if (line.at(at) == '|') {
      ++bars;
    }
  }
  std::map<std::string, std::string> values;
  std::string key, word;
  bool in_value = false;
  const auto put = [&](const std::string& text) { values[key] += text; };
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (in_value && c == '\\') {
      const char escaped = line.at(++at);
      if (std::string("=\\n").find(escaped) == std::string::npos) throw std::runtime_error(line);
      word += escaped;
    } else if (c == '=') {  // the last word was the next key
      const std::size_t space = word.rfind(' ');
      if (in_value) put(word.substr(0, space));
      key = in_value ? word.substr(space + 1) : word;
      word.clear();
      in_value = true;
      values[key];
    } else {
      word += c;
    }
  }
  put(word);
  return values;
}

}  // namespace

TEST_CASE("what is missed least goes first", "[syslog][shorten]") {
  const std::string long_text(100, 'm');
  const std::string raw = R"("raw_data":")" + std::string(80, 'r') + R"(")";
  const std::string supporting = R"("supporting_data":{"data_values":[1,"a,}]\"",{"b":[]}]})";
  const std::string message = R"("message":")" + long_text + R"(")";
  const std::string mark = R"(,"netskope_truncated":true})";
  struct Case {
    const char* what;
    std::string payload;
    std::size_t most;  // 0: exactly what `shortened` has
    std::string shortened;
  };
  const std::vector<Case> cases = {
      {"raw_data is enough", "{" + message + "," + raw + "," + supporting + "}", 230,
       "{" + message + "," + supporting + mark},
      {"details go before supporting_data",
       "{" + supporting + R"(,"details":[{"diff":{"a":[1,[]]}}],)" + message + "}", 210,
       "{" + supporting + "," + message + mark},
      {"both go, from the end", "{" + message + "," + supporting + "," + raw + "}", 160,
       "{" + message + mark},
      {"both go, from the front", "{" + raw + ", " + supporting + "," + message + "}", 160,
       "{ " + message + mark},
      {"raw_data alone", "{" + raw + "}", 60, R"({"netskope_truncated":true})"},
      {"a place for the mark that holds nothing else", R"({"metadata":{ },)" + message + "}", 0,
       R"({"metadata":{"is_truncated":true },"message":")" + std::string(80, 'm') + kEllipsis +
           R"("})"},
      {"within an object", R"({"unmapped":{)" + supporting + "}," + message + "}", 160,
       R"({"unmapped":{},)" + message + mark},
      {"then the longest value", "{" + message + R"(,"id":"65f0"})", 0,
       R"({"message":")" + std::string(69, 'm') + kEllipsis + R"(","id":"65f0")" + mark},
      {"OCSF has a place for the mark", R"({"metadata": {"version":"1.8.0"},)" + message + "}", 0,
       R"({"metadata": {"is_truncated":true,"version":"1.8.0"},"message":")" +
           std::string(71, 'm') + kEllipsis + R"("})"},
      {"so has ECS", R"({"netskope":{"a":1},)" + message + "}", 0,
       R"({"netskope":{"truncated":true,"a":1},"message":")" + std::string(67, 'm') + kEllipsis +
           R"("})"},
      {"a text of that name is none", R"({"metadata":"x","a":{"metadata":{}},)" + message + "}", 0,
       R"({"metadata":"x","a":{"metadata":{}},"message":")" + std::string(79, 'm') + kEllipsis +
           "\"" + mark},
      {"CEF", "CEF:0|a\\|b|c|d|e=f|g|5|cs1=" + std::string(90, '1') + " suser=ana x\\=y msg=hello",
       0,
       "CEF:0|a\\|b|c|d|e=f|g|5|cs1=" + std::string(74, '1') + kEllipsis +
           " suser=ana x\\=y msg=hello netskopeTruncated=true"},
      {"LEEF", "LEEF:2.0|a|b|c|d|x09|usrName=ana\tsupporting=" + std::string(90, '1'), 0,
       "LEEF:2.0|a|b|c|d|x09|usrName=ana\tsupporting=" + std::string(71, '1') + kEllipsis +
           "\tnetskopeTruncated=true"},
      {"LEEF with a delimiter of its own", "LEEF:2.0|a|b|c|d|^|u=ana^s=" + std::string(90, '1'), 0,
       "LEEF:2.0|a|b|c|d|^|u=ana^s=" + std::string(68, '1') + kEllipsis +
           "^netskopeTruncated=true"},
      {"LEEF of the first version", "LEEF:1.0|a|b|c|d|u=ana\ts=" + std::string(90, '1'), 0,
       "LEEF:1.0|a|b|c|d|u=ana\ts=" + std::string(70, '1') + kEllipsis +
           "\tnetskopeTruncated=true"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const std::size_t most = c.most == 0 ? c.shortened.size() : c.most;
    const auto shortened = Shorten(c.payload, most);
    REQUIRE(shortened);
    CHECK(*shortened == c.shortened);
    CHECK(shortened->size() <= most);
  }
}

TEST_CASE("a value is cut between characters and escapes", "[syslog][shorten]") {
  struct Case {
    const char* what;
    std::string unit;
  };
  const auto c = GENERATE(values<Case>({{"two bytes", "\xC3\xA4"},
                                        {"four bytes", "\xF0\x9F\x98\x80"},
                                        {"an escape", "\\\""},
                                        {"a backslash", "\\\\"},
                                        {"a code", "\\u20ac"},
                                        {"a pair of surrogates", "\\ud83d\\ude00"}}));
  CAPTURE(c.what);
  const std::string payload = R"({"a":")" + Of(60, c.unit) + R"("})";
  for (std::size_t most = 110; most < payload.size(); ++most) {
    const auto shortened = Shorten(payload, most);
    REQUIRE(shortened);
    CHECK(shortened->size() <= most);
    const std::size_t end = shortened->find(kEllipsis);
    REQUIRE(end != std::string::npos);
    CHECK((end - 6) % c.unit.size() == 0);
    CHECK(Parsed(*shortened)["netskope_truncated"].IsTrue());
  }
}

TEST_CASE("what cannot be shortened is left alone", "[syslog][shorten]") {
  const std::string many = Of(50, R"("a":"short enough to be kept whole",)");
  for (const std::string& payload :
       {std::string(300, 'x'), "\"" + std::string(300, 'x') + "\"", std::string(300, '1'),
        "[" + many + "]", "{" + many + R"("b":1})",
        std::string(R"({"a":")") + std::string(300, 'x'), R"({"a":")" + std::string(300, '\\'),
        "{" + std::string(300, '['), std::string("CEF:0|a|b"),
        std::string("LEEF:2.0|a|b|") + std::string(300, 'x'), std::string()}) {
    CAPTURE(payload);
    CHECK_FALSE(Shorten(payload, 100));
  }
}

TEST_CASE("random JSON stays JSON, fits, keeps what is short, and says that it is cut",
          "[syslog][shorten]") {
  std::mt19937 random(20'231'114);
  const std::vector<std::string> pieces = {
      "a", " ", "\\\"", "\\\\", "\xC3\xA4", "\\u0041", "\\ud83d\\ude00", "\xF0\x9F\x98\x80",
      "{", "]", ",",    ":",    "\\n",      "raw_data"};
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t n = random() % (most + 1); n > 0; --n) out += pieces[random() % pieces.size()];
    return out;
  };
  for (int round = 0; round < 2000; ++round) {
    std::string payload = R"({"metadata":{"uid":"65f0"},"long":")" + text(300) + R"(","list":[")" +
                          text(40) + R"(",-1.5e3,{"deep":")" + text(200) + R"("}])";
    if (random() % 2 == 0) payload += R"(,"supporting_data":[")" + text(50) + R"("])";
    payload += R"(,"n":18446744073709551615})";
    const std::size_t most = 280 + random() % 600;
    const auto shortened = Shorten(payload, most);
    if (!shortened) {
      CHECK(payload.size() > 280);
      continue;
    }
    REQUIRE(shortened->size() <= std::max(most, payload.size() + 30));
    if (payload.size() + 20 > most) REQUIRE(shortened->size() <= most);
    const auto before = Parsed(payload);
    const auto after = Parsed(*shortened);
    CHECK(after["metadata"]["is_truncated"].IsTrue());
    CHECK(Text(after["metadata"]["uid"]) == "65f0");
    CHECK(after["n"].GetUint64() == 18446744073709551615ULL);
    std::string cut = Text(after["long"]);
    const std::string whole = Text(before["long"]);
    if (cut != whole) {
      REQUIRE(cut.substr(cut.size() - 3) == kEllipsis);
      cut.resize(cut.size() - 3);
      CHECK(whole.substr(0, cut.size()) == cut);
    }
  }
}

TEST_CASE("random CEF keeps its keys, and no escape is cut", "[syslog][shorten]") {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"a", " ", "\\=", "\\\\", "\xC3\xA4", "\\n", "|"};
  const auto text = [&](std::size_t most) {
    std::string out = "v";
    for (std::size_t n = random() % (most + 1); n > 0; --n) out += pieces[random() % pieces.size()];
    return out;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::string payload =
        "CEF:0|Net\\|skope|a\\\\|1|id|name|5|rt=1700000000000 externalId=65f0 cs1=" + text(300) +
        " cs1Label=supportingData msg=" + text(200) + " suser=x";
    const std::size_t most = payload.size() * 2 / 3 + 150;
    const auto shortened = Shorten(payload, most);
    REQUIRE(shortened);
    if (payload.size() + 23 > most) CHECK(shortened->size() <= most);
    const auto values = CefValues(*shortened);
    CAPTURE(*shortened);
    CHECK(values.at("rt") == "1700000000000");
    CHECK(values.at("externalId") == "65f0");
    CHECK(values.at("cs1Label") == "supportingData");
    CHECK(values.at("suser") == "x");
    CHECK(values.at("netskopeTruncated") == "true");
    CHECK(values.size() == 7);
  }
}

TEST_CASE("a message that is too large is shortened, marked, or left to the dead letter",
          "[syslog][shorten]") {
  const std::string value = R"({"message":")" + std::string(1000, 'm') + R"("})";
  Record record;
  record.value = value;
  record.event_id = "65f0";
  record.category = "LOGIN";
  SinkBatch batch;
  batch.tenant = "acme";
  batch.stream = "audit";
  batch.records = {record};
  batch.outcomes = {OutcomeKind::kUndecided};
  SyslogMessageSettings settings;
  settings.max_message_bytes = 600;
  std::string out;
  SECTION("RFC 5424 says so in its header, too") {
    const Written written = MessageWriter(settings).Write(batch, 0, out);
    CHECK_FALSE(written.rejection);
    CHECK(written.shortened);
    CHECK(out.size() == 600);
    CHECK_THAT(out, Catch::Contains(R"(severity="unknown" truncated="true"] {"message":"mmm)") &&
                        Catch::EndsWith(kEllipsis + R"(","netskope_truncated":true})"));
  }
  SECTION("RFC 3164") {
    settings.header = SyslogHeader::kRfc3164;
    CHECK(MessageWriter(settings).Write(batch, 0, out).shortened);
    CHECK(out.size() == 600);
  }
  SECTION("what fits is not touched") {
    settings.max_message_bytes = 8000;
    CHECK_FALSE(MessageWriter(settings).Write(batch, 0, out).shortened);
    CHECK_THAT(out, Catch::EndsWith("\"] " + value));
  }
  SECTION("a header that leaves no room") {
    const std::string id(600, 'i');
    batch.records[0].event_id = id;
    CHECK(MessageWriter(settings).Write(batch, 0, out).rejection->reason == "too_large");
  }
  SECTION("as configured") {
    settings.oversize = SyslogOversize::kDeadLetter;
    const Written written = MessageWriter(settings).Write(batch, 0, out);
    REQUIRE(written.rejection);
    CHECK(written.rejection->reason == "too_large");
    CHECK_FALSE(written.shortened);
  }
}
