// SPDX-License-Identifier: Apache-2.0
// RFC 5424 messages against texts written by hand, and random ones against a parser of the test's
// own that follows the grammar of RFC 5424 §6 and shares nothing with the writer.
#include "adapters/syslog/rfc5424.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "adapters/syslog/framing.h"
#include "adapters/syslog/message_writer.h"

using namespace nsf;
using namespace nsf::syslog;

namespace {

SinkBatch OneRecord(const Record& record, const std::string& tenant = "acme") {
  SinkBatch batch;
  batch.sink = "siem";
  batch.tenant = tenant;
  batch.stream = "audit";
  batch.records = {record};
  batch.outcomes = {OutcomeKind::kUndecided};
  return batch;
}

Record Sample() {
  Record record;
  record.value = R"({"a":1})";
  record.event_id = "65f0c0ffee";
  record.category = "LOGIN";
  record.time = WallSeconds(std::chrono::seconds(1'700'000'000));
  record.severity = Severity::kHigh;
  return record;
}

SyslogMessageSettings Settings() { return {SyslogHeader::kRfc5424, 13, "fw1.example"}; }

std::string Write(const Record& record, const SyslogMessageSettings& settings = Settings(),
                  const std::string& tenant = "acme") {
  std::string out = "left over";
  REQUIRE_FALSE(MessageWriter(settings).Write(OneRecord(record, tenant), 0, out).rejection);
  return out;
}

// A strict reader of what the test needs of §6. Throws std::runtime_error on anything else.
struct Parsed {
  int pri = 0;
  std::string time, host, app, procid, msgid, sd_id, msg;
  std::map<std::string, std::string> parameters;
};

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  Parsed Parse() {
    Parsed p;
    Expect('<');
    p.pri = std::stoi(Until('>'));
    if (p.pri < 0 || p.pri > 191) throw std::runtime_error("PRI");
    Expect('1');
    Expect(' ');
    p.time = Field(32);
    p.host = Field(255);
    p.app = Field(48);
    p.procid = Field(128);
    p.msgid = Field(32);
    Expect('[');
    while (Peek() != ' ' && Peek() != ']') p.sd_id += text_[at_++];
    while (Peek() == ' ') {
      ++at_;
      const std::string name = Until('=');
      Expect('"');
      if (!p.parameters.emplace(name, Value()).second) throw std::runtime_error("twice");
    }
    Expect(']');
    Expect(' ');
    p.msg = text_.substr(at_);
    return p;
  }

 private:
  char Peek() const { return text_.at(at_); }
  void Expect(char c) {
    if (text_.at(at_++) != c) throw std::runtime_error(std::string("expected ") + c);
  }
  std::string Until(char end) {
    std::string out;
    while (Peek() != end) out += text_[at_++];
    ++at_;
    return out;
  }
  std::string Field(std::size_t limit) {
    std::string out = Until(' ');
    if (out.empty() || out.size() > limit) throw std::runtime_error("field length");
    for (const char c : out) {
      if (c < 33 || c > 126) throw std::runtime_error("field character");
    }
    return out;
  }
  std::string Value() {
    std::string out;
    for (;;) {
      char c = text_.at(at_++);
      if (c == '"') return out;
      if (c == ']') throw std::runtime_error("bare ] in a value");
      if (c == '\\' && (Peek() == '"' || Peek() == '\\' || Peek() == ']')) c = text_[at_++];
      out += c;
    }
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("the message is as written by hand", "[syslog][rfc5424]") {
  CHECK(Write(Sample()) ==
        "<108>1 2023-11-14T22:13:20Z fw1.example netskope-audit - LOGIN "
        R"([netskope@0 tenant="acme" stream="audit" id="65f0c0ffee" severity="high"] {"a":1})");

  Record odd = Sample();
  odd.severity = Severity::kUnknown;
  odd.category = "";
  odd.event_id = R"(a"b\c]d)";
  odd.value = "";
  odd.time = WallSeconds();
  CHECK(Write(odd, {SyslogHeader::kRfc5424, 23, "", "app", 32473, 480}) ==
        "<189>1 1970-01-01T00:00:00Z - app - - "
        R"([netskope@32473 tenant="acme" stream="audit" id="a\"b\\c\]d" severity="unknown"] )");
}

TEST_CASE("what an operator had sent again says so", "[syslog][rfc5424]") {
  SinkBatch batch = OneRecord(Sample());
  batch.replay = true;
  std::string out;
  CHECK_FALSE(MessageWriter({}).Write(batch, 0, out).rejection);
  CHECK(out.find(R"(severity="high" netskope_replay="true"] {"a":1})") != std::string::npos);
}

TEST_CASE("PRI is facility times 8 plus severity", "[syslog][rfc5424]") {
  struct Case {
    Severity severity;
    unsigned facility;
    const char* pri;
  };
  const auto c = GENERATE(values<Case>({{Severity::kHigh, 13, "<108>"},
                                        {Severity::kMedium, 13, "<109>"},
                                        {Severity::kLow, 13, "<110>"},
                                        {Severity::kInfo, 13, "<110>"},
                                        {Severity::kUnknown, 13, "<109>"},
                                        {Severity::kHigh, 0, "<4>"},
                                        {Severity::kInfo, 23, "<190>"}}));
  Record record = Sample();
  record.severity = c.severity;
  SyslogMessageSettings settings = Settings();
  settings.facility = c.facility;
  CHECK_THAT(Write(record, settings), Catch::StartsWith(c.pri));
}

TEST_CASE("any event time gives a valid TIMESTAMP", "[syslog][rfc5424]") {
  struct Case {
    std::int64_t seconds;
    const char* text;
  };
  const auto c = GENERATE(values<Case>({
      {0, "1970-01-01T00:00:00Z"},
      {-1, "1969-12-31T23:59:59Z"},
      {951'782'400, "2000-02-29T00:00:00Z"},
      {4'102'444'799, "2099-12-31T23:59:59Z"},
      {253'402'300'799, "9999-12-31T23:59:59Z"},
      {253'402'300'800, "-"},
      {-62'167'219'200, "0000-01-01T00:00:00Z"},
      {-62'167'219'201, "-"},
      {1'700'000'000'000, "-"},  // milliseconds taken for seconds
  }));
  Record record = Sample();
  record.time = WallSeconds(std::chrono::seconds(c.seconds));
  CHECK(Parser(Write(record)).Parse().time == c.text);
}

TEST_CASE("hostile text cannot break out of its field", "[syslog][rfc5424]") {
  Record record = Sample();
  record.category = "LOGIN] - evil\n<13>1 and much more than a MSGID can hold";
  record.event_id = std::string_view("x\n<13>1\0\x7f\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", 19);
  SyslogMessageSettings settings = Settings();
  settings.hostname = std::string(300, 'h');
  settings.app_name = "two words";
  const std::string text = Write(record, settings, "ten\"ant ]\\");
  const Parsed parsed = Parser(text).Parse();
  CHECK(parsed.msgid == "LOGIN]?-?evil?<13>1?and?much?mor");
  CHECK(parsed.host == std::string(255, 'h'));
  CHECK(parsed.app == "two?words");
  CHECK(parsed.parameters.at("tenant") == "ten\"ant ]\\");
  const std::string r = "\xEF\xBF\xBD";
  std::string expected = "x" + r + "<13>1" + r + r;
  for (int i = 0; i < 10; ++i) expected += r;
  CHECK(parsed.parameters.at("id") == expected);
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("a record that cannot be sent as it is says why", "[syslog][rfc5424]") {
  Record record = Sample();
  std::string out;
  SECTION("one byte too large, and exactly large enough") {
    const std::string value(600, 'v');
    record.value = value;
    SyslogMessageSettings settings = Settings();
    const std::size_t size = Write(record).size();
    settings.max_message_bytes = size;
    CHECK(Write(record, settings).size() == size);
    settings.max_message_bytes = size - 1;
    const auto rejection = MessageWriter(settings).Write(OneRecord(record), 0, out).rejection;
    REQUIRE(rejection);
    CHECK(rejection->reason == "too_large");
    CHECK_THAT(rejection->detail,
               Catch::Contains(std::to_string(size)) && Catch::Contains("max_message_bytes"));
  }
  SECTION("not one line") {
    record.value =
        GENERATE(std::string_view("a\nb"), std::string_view("\n"), std::string_view("a\0b", 3));
    const auto rejection = MessageWriter(Settings()).Write(OneRecord(record), 0, out).rejection;
    REQUIRE(rejection);
    CHECK(rejection->reason == "invalid");
  }
}

TEST_CASE("an independent parser reads back what was written", "[syslog][rfc5424]") {
  std::mt19937 random(20'231'114);
  const std::vector<std::string> pieces = {"a",
                                           "Z",
                                           "0",
                                           " ",
                                           "\"",
                                           "\\",
                                           "]",
                                           "[",
                                           "=",
                                           "@",
                                           "\\\"",
                                           "\\",
                                           "-",
                                           "\xC3\xA4",
                                           "\xE2\x82\xAC",
                                           "\xF0\x9F\x98\x80",
                                           "\xEF\xBB\xBF",
                                           "<",
                                           ">",
                                           "\\]"};
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t n = random() % (most + 1); n > 0; --n) out += pieces[random() % pieces.size()];
    return out;
  };
  for (int round = 0; round < 5000; ++round) {
    const std::string id = text(30);
    const std::string value = text(100);
    const std::string tenant = text(10);
    Record record = Sample();
    record.event_id = id;
    record.value = value;
    const Parsed parsed = Parser(Write(record, Settings(), tenant)).Parse();
    REQUIRE(parsed.msg == value);
    REQUIRE(parsed.parameters ==
            std::map<std::string, std::string>{
                {"tenant", tenant}, {"stream", "audit"}, {"id", id}, {"severity", "high"}});
  }
}

TEST_CASE("an octet count counts bytes", "[syslog][framing]") {
  std::string out;
  for (const std::string& message :
       {std::string("a"), std::string("\xE2\x82\xAC 1"), std::string(1000, 'x')}) {
    out += FrameStart(SyslogFraming::kOctetCounting, message.size());
    out += message;
    out += FrameEnd(SyslogFraming::kOctetCounting);
  }
  CHECK(out == "1 a5 \xE2\x82\xAC 11000 " + std::string(1000, 'x'));
}
