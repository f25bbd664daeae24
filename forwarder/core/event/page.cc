// SPDX-License-Identifier: Apache-2.0
// Which reader reads a page: the strict one and, where that refuses, the lenient one.
#include "core/event/page.h"

#include <utility>

#include "core/event/lenient_reader.h"
#include "core/event/page_content.h"
#include "core/event/strict_reader.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A list of one row is put where that row stands alone.
Page WithList(Page page, std::string_view row, int max_depth) {
  if (row.empty()) return page;
  const std::string& body = *page.body();
  const auto begin = static_cast<std::size_t>(row.data() - body.data());
  std::string listed = body.substr(0, begin);
  listed += '[';
  listed += row;
  listed += ']';
  listed += body.substr(begin + row.size());
  return Page::Parse(std::move(listed), max_depth);
}

}  // namespace

std::string_view Page::Read(std::size_t start, int max_depth) {
  if (PageContent content(this, max_depth); ReadStrictly(start, &content)) {
    return content.lone_row();
  }
  bool may_be_mended = false;
  if (PageContent content(this, max_depth);
      ReadLeniently(start, /*mend=*/false, &content, &may_be_mended) || !may_be_mended) {
    return content.lone_row();
  }
  PageContent content(this, max_depth);
  ReadLeniently(start, /*mend=*/true, &content, &may_be_mended);
  return content.lone_row();
}

Page Page::Parse(std::shared_ptr<const std::string> body, int max_depth, Memory spare) {
  Page page;
  spare.members.clear();
  spare.rows.clear();
  page.members_ = std::move(spare.members);
  page.rows_ = std::move(spare.rows);
  page.body_ = std::move(body);
  const std::string_view text = *page.body_;
  const std::size_t start = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (text.size() >= kMostBytes) {
    page.message_ = "the page is larger than 256 MiB";
  } else if (TrimSpaces(text.substr(start)).empty()) {
    page.message_ = "the page is empty";
  } else {
    const std::string_view lone_row = page.Read(start, max_depth);
    return WithList(std::move(page), lone_row, max_depth);
  }
  return page;
}

}  // namespace nsf
