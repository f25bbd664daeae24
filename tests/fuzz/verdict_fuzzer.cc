// SPDX-License-Identifier: Apache-2.0
// A line "status", or '!' and the kind of failure, then a body: nothing but a page is accepted, and
// every other verdict says what to do, in words fit for a log.
#include <algorithm>
#include <charconv>
#include <string>

#include "core/answer/verdict.h"
#include "core/event/text.h"
#include "fuzz/fuzz.h"

namespace nsf::fuzz {
namespace {

HttpAnswer ReadAnswer(std::string_view text) {
  HttpAnswer answer;
  std::string_view line = TakeLine(&text);
  const bool has_failed = line.starts_with('!');
  if (has_failed) line.remove_prefix(1);
  int number = 0;
  std::from_chars(line.data(), line.data() + line.size(), number);
  if (has_failed) {
    const int kinds = static_cast<int>(HttpFailure::kCancelled) + 1;
    answer.failure = static_cast<HttpFailure>(std::clamp(number, 0, kinds - 1));
    answer.failure_text = "the exchange failed";
  } else {
    answer.status = std::clamp(number, 0, 999);
    answer.body = text;
  }
  return answer;
}

std::size_t CharactersOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool IsLabel(std::string_view reason) {
  return std::string_view(" unauthorized forbidden refused redirect secret ")
             .find(" " + std::string(reason) + " ") != std::string_view::npos;
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;        // NOLINT(google-build-using-namespace)
  using namespace nsf::fuzz;  // NOLINT(google-build-using-namespace)
  const HttpAnswer answer = ReadAnswer(TextOf(data, size));
  const bool is_page = answer.failure == HttpFailure::kNone && answer.status == 200;
  const Page page = Page::Parse(is_page ? answer.body : std::string());
  constexpr std::uint64_t kSkip = 3;
  const Verdict verdict = Judge(answer, is_page ? &page : nullptr, {"/path", "file token", kSkip});
  const bool says_none = page.status() == PageStatus::kNoList && page.total().value_or(9) <= kSkip;
  const bool is_good =
      answer.failure == HttpFailure::kNone &&
      ((is_page && (page.status() == PageStatus::kRows || says_none)) || answer.status == 204);
  Require((verdict.action == Action::kAccept) == is_good, "pages are accepted, and nothing else");
  Require(verdict.action == Action::kAccept || !verdict.message.empty(), "a verdict says why");
  Require(verdict.action != Action::kBlocked || IsLabel(verdict.reason), "labels are bounded");
  Require(!HasControls(verdict.message) && IsUtf8(verdict.message), "a message is fit for a log");
  const std::string words = ServerWords(answer.body);
  Require(CharactersOf(words) <= 200 && !HasControls(words), "the server's words are bounded");
  return 0;
}
