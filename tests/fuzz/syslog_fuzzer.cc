// SPDX-License-Identifier: Apache-2.0
// What a syslog receiver answers, and payloads that are shortened. The first line of an input is a
// number: where the answer is cut, and what the payload must fit.
#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "adapters/syslog/relp_frame.h"
#include "adapters/syslog/shorten.h"
#include "core/event/page.h"
#include "fuzz/fuzz.h"

namespace nsf::fuzz {
namespace {

struct Answers {
  std::vector<std::string> frames;
  bool broken = false;
  bool operator==(const Answers&) const = default;
};

void ReadAll(syslog::RelpReader& reader, Answers* answers) {
  while (!answers->broken) {
    const auto frame = reader.Next();
    if (!frame) {
      answers->broken = true;
      Require(!HasControls(frame.error().message), "an error is a line of the log");
      return;
    }
    if (!*frame) return;
    Require((*frame)->data.size() <= syslog::RelpReader::kLargestData, "frames are bounded");
    answers->frames.push_back((*frame)->command + " " + (*frame)->data);
  }
}

void CheckAnswers(std::string_view text, std::size_t cut) {
  Answers whole, parts;
  syslog::RelpReader at_once, in_parts;
  at_once.Add(text);
  ReadAll(at_once, &whole);
  in_parts.Add(text.substr(0, cut));
  ReadAll(in_parts, &parts);
  if (!parts.broken) {
    in_parts.Add(text.substr(std::min(cut, text.size())));
    ReadAll(in_parts, &parts);
  }
  Require(whole == parts, "answers are the same however they arrive");
}

bool IsRow(std::string_view text) {
  const Page page = Page::Parse("[" + std::string(text) + "]");
  return text.starts_with('{') && page.rows().size() == 1 && page.rows()[0].raw == text;
}

void CheckShorten(std::string_view payload, std::size_t most) {
  if (payload.find('\n') != std::string_view::npos) return;  // not one line: never sent
  const auto shortened = syslog::Shorten(payload, most);
  if (!shortened) return;
  Require(shortened->size() <= most, "what is shortened fits");
  if (IsRow(payload)) Require(IsRow(*shortened), "JSON stays JSON");
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf::fuzz;  // NOLINT(google-build-using-namespace)
  std::string_view text = TextOf(data, size);
  const std::string_view line = TakeLine(&text);
  std::size_t number = 0;
  std::from_chars(line.data(), line.data() + line.size(), number);
  CheckAnswers(text, number);
  CheckShorten(text, number % 10'000);
  return 0;
}
