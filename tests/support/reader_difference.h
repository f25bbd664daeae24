// SPDX-License-Identifier: Apache-2.0
// The two readers of a page, side by side: what the strict one takes the lenient one reads alike,
// and what is UTF-8 and JSON the strict one takes.
#pragma once

#include <string>
#include <string_view>

#include "core/event/lenient_reader.h"
#include "core/event/page.h"
#include "core/event/page_content.h"
#include "core/event/strict_reader.h"
#include "core/event/text.h"

namespace nsf::test {

// `page` read anew, by that reader alone.
inline bool IsReadStrictly(Page* page, int max_depth) {
  PageContent content(page, max_depth);
  return ReadStrictly(0, &content);
}

inline bool IsReadLeniently(Page* page, int max_depth) {
  bool may_be_mended = false;
  if (PageContent content(page, max_depth);
      ReadLeniently(0, /*mend=*/false, &content, &may_be_mended)) {
    return true;
  }
  if (!may_be_mended) return false;
  PageContent content(page, max_depth);
  return ReadLeniently(0, /*mend=*/true, &content, &may_be_mended);
}

inline std::string Described(const RawRow& row) {
  std::string text(row.raw);
  for (const Member& member : row.members) {
    for (const std::uint32_t number : {member.name, std::uint32_t{member.name_size}, member.value,
                                       member.value_size, static_cast<std::uint32_t>(member.type),
                                       static_cast<std::uint32_t>(member.is_supporting)}) {
      text += ' ' + std::to_string(number);
    }
  }
  return text + " escapes " + std::to_string(row.escapes_begin) + '-' +
         std::to_string(row.escapes_end) + " kind " + std::to_string(static_cast<int>(row.kind));
}

inline std::string Described(const Page& page) {
  std::string text = std::to_string(static_cast<int>(page.status())) + ' ' + page.message();
  for (const auto& number : {page.total(), page.wait_time(), page.high_water()}) {
    text += ' ' + (number ? std::to_string(*number) : std::string("-"));
  }
  for (const RawRow& row : page.rows()) text += '\n' + Described(row);
  return text;
}

// What is wrong; empty: nothing is.
inline std::string ReaderDifference(const std::string& body, int max_depth) {
  Page strict = Page::Parse(body, max_depth);
  Page lenient = Page::Parse(body, max_depth);
  const bool is_strict = IsReadStrictly(&strict, max_depth);
  const bool is_lenient = IsReadLeniently(&lenient, max_depth);
  if (!is_strict && is_lenient && IsUtf8(body)) return "the strict reader refuses it";
  if (is_strict && !is_lenient) return "the lenient reader refuses it: " + lenient.message();
  if (!is_strict || Described(strict) == Described(lenient)) return {};
  return "strict " + Described(strict) + "\nlenient " + Described(lenient);
}

}  // namespace nsf::test
