// SPDX-License-Identifier: Apache-2.0
// Making letters, and cutting them.
#include "adapters/kafka/kafka_letters.h"

#include <cstddef>
#include <string_view>

namespace nsf {
namespace {

// Headers and key stay small, whatever a row or an answer holds: a letter fits once its row is cut.
constexpr std::size_t kLongestHeader = 256;

// Not in the middle of a character of UTF-8.
std::string_view Cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  const auto continues = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  for (std::size_t back = 0; back < 3 && size > 0 && continues(size); ++back) --size;
  return text.substr(0, size);
}

}  // namespace

SinkBatch LettersOf(const SinkBatch& refused) {
  SinkBatch letters;
  letters.sink = refused.sink;
  letters.tenant = refused.tenant;
  letters.stream = refused.stream;
  letters.format = Format::kRaw;
  letters.replay = refused.replay;
  letters.records = refused.records;
  letters.outcomes = refused.outcomes;
  letters.refusals = refused.refusals;
  for (Record& record : letters.records) {
    record.value = record.raw;
    record.event_id = Cut(record.event_id, kLongestHeader);
    record.user = {};  // the row names him, as far as it can be read
  }
  for (Refusal& refusal : letters.refusals) refusal.detail = Cut(refusal.detail, kLongestHeader);
  return letters;
}

bool CutLetter(Record& letter) {
  if (letter.value.size() <= 1) return false;
  letter.value = Cut(letter.value, letter.value.size() / 2);
  return true;
}

std::string CutText(const Record& letter) {
  if (letter.value.size() == letter.raw.size()) return {};
  return "of the row " + std::string(letter.event_id) + " the first " +
         std::to_string(letter.value.size()) + " of " + std::to_string(letter.raw.size()) +
         " bytes are kept; raise message.max.bytes of the sink it is sent by, and "
         "max.message.bytes of the topic";
}

}  // namespace nsf
