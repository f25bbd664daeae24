// SPDX-License-Identifier: Apache-2.0
// What stands around the rows, and what is to be said of a page.
#include "core/event/page_content.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

// Rows of real pages are larger.
constexpr std::size_t kMinRowBytes = 512;

// Generous, because memory that is reserved and not written to costs nothing, and pages differ:
// what a page has used is to hold the next one.
template <typename T>
void MakeRoom(std::size_t count, std::vector<T>* list) {
  if (list->capacity() < count) list->reserve(count + count / 4);
}

bool IsListName(std::string_view name) { return name == "data" || name == "result"; }

}  // namespace

PageContent::PageContent(Page* page, int max_depth)
    : page_(*page), body_(*page->body_), max_depth_(max_depth) {
  page_.members_.clear();
  page_.rows_.clear();
  page_.message_.clear();
  MakeRoom(body_.size() / Page::kMinMemberBytes, &page_.members_);
  MakeRoom(body_.size() / kMinRowBytes, &page_.rows_);
  first_members_.reserve(body_.size() / kMinRowBytes);
}

void PageContent::EnvelopeKey(std::string_view inside) {
  const std::string_view name = Decoded(inside);
  if (depth_ <= kEnvelopeDepth) keys_[static_cast<std::size_t>(depth_ - 1)] = name;
  if (depth_ == 2 && (name == "_id" || name == "audit_log_event")) lone_has_identity_ = true;
  if (depth_ == 2 && IsListName(keys_[0])) list_place_is_taken_ = true;
}

std::string_view PageContent::Decoded(std::string_view inside) {
  if (!HasEscapes(inside)) return inside;
  decoded_.clear();
  AppendUnescaped(inside, &decoded_);
  return decoded_;
}

// Of members with the same name the last one counts.
void PageContent::ForgetSupporting() {
  const auto first = page_.members_.begin() + static_cast<std::ptrdiff_t>(first_members_.back());
  page_.members_.erase(std::remove_if(first, page_.members_.end(),
                                      [](const Member& member) { return member.is_supporting; }),
                       page_.members_.end());
}

void PageContent::EnvelopeScalar(FieldType type, ByteSpan span) {
  if (depth_ == 0 || depth_ > kEnvelopeDepth || !in_object_[0]) return;
  if (depth_ == 1 && IsListName(keys_[0]) && type != FieldType::kNull) list_place_is_taken_ = true;
  const auto deepest = static_cast<std::size_t>(depth_ - 1);
  const bool in_list = depth_ > 1 && !in_object_[1];
  if (depth_ == kEnvelopeDepth && !in_list) return;
  const std::string_view inner =
      depth_ > 1 && in_object_[deepest] ? keys_[deepest] : std::string_view();
  std::string_view text;
  if (type == FieldType::kString) text = Decoded(Inside(span));
  if (type == FieldType::kNumber) text = Bytes(span);
  envelope_.Take(keys_[0], inner, in_list, type, text);
}

// Of what has just been opened: depth counts it.
void PageContent::OpenInEnvelope(bool is_object, std::size_t begin) {
  if (!is_object && IsListHere()) return OpenList();
  if (depth_ > kEnvelopeDepth) return;
  in_object_[static_cast<std::size_t>(depth_ - 1)] = is_object;
  if (depth_ != 2) return;
  lone_begin_ = begin;
  lone_has_identity_ = false;
}

void PageContent::CloseInEnvelope(std::size_t end) {
  if (IsRowForList()) lone_row_ = Bytes({lone_begin_, end});
}

void PageContent::CloseList() {
  place_ = Place::kEnvelope;
  if (page_.rows_.size() > rows_before_list_) ++lists_with_rows_;
}

// What has just been opened.
bool PageContent::IsListHere() const {
  if (depth_ == 1) return true;
  if (depth_ == 2) return in_object_[0] && IsListName(keys_[0]);
  return depth_ == 3 && in_object_[0] && in_object_[1] && IsListName(keys_[0]) &&
         IsListName(keys_[1]);
}

// What has just been closed.
bool PageContent::IsRowForList() const {
  return depth_ == 1 && in_object_[0] && in_object_[1] && IsListName(keys_[0]) &&
         lone_has_identity_;
}

void PageContent::OpenList() {
  has_list_ = true;
  place_ = Place::kList;
  list_depth_ = depth_;
  rows_before_list_ = page_.rows_.size();
}

void PageContent::Fail(std::string message) {
  page_.members_.clear();
  page_.rows_.clear();
  lone_row_ = {};
  page_.status_ = PageStatus::kMalformed;
  page_.message_ = std::move(message);
}

void PageContent::Conclude() {
  page_.wait_time_ = envelope_.wait_time();
  page_.high_water_ = envelope_.high_water();
  if (envelope_.is_error() || has_list_) lone_row_ = {};
  if (envelope_.is_error()) {
    page_.message_ = envelope_.Message();
    if (page_.message_.empty()) page_.message_ = "the tenant states an error and no reason";
  } else if (lists_with_rows_ > 1) {
    // Which of them is the page cannot be told, and taking the wrong one would lose rows.
    page_.message_ = "the answer holds two lists of rows";
  } else if (!has_list_) {
    page_.message_ = envelope_.Message();
    if (page_.message_.empty()) page_.message_ = "the answer holds no list of rows";
    if (in_object_[0] && !list_place_is_taken_) {
      page_.status_ = PageStatus::kNoList;
      page_.total_ = envelope_.total();
      return;
    }
  } else {
    page_.status_ = PageStatus::kRows;
    page_.total_ = envelope_.total();
    FixSpans();
    return;
  }
  page_.status_ = PageStatus::kRefused;
  page_.rows_.clear();
}

void PageContent::FixSpans() {
  const std::span<const Member> members(page_.members_);
  std::size_t end = members.size();
  for (std::size_t i = page_.rows_.size(); i-- > 0;) {
    page_.rows_[i].members = members.subspan(first_members_[i], end - first_members_[i]);
    end = first_members_[i];
  }
}

}  // namespace nsf
