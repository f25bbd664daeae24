// SPDX-License-Identifier: Apache-2.0
// What the tokens of a page mean: where its rows and their members stand, and what stands around
// them. Two readers find tokens and hand them over in order: strict_reader.h, which is fast and
// takes well-formed text alone, and lenient_reader.h for all else. Fields are made of members when
// their row is read (row.cc): those of a whole page would take twice its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/envelope.h"
#include "core/event/page.h"
#include "core/event/unescape.h"

namespace nsf {

// Bytes [begin, end) of a page's body. Of a string the quotes are among them.
struct ByteSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Depth counts the open containers. The list of rows stands at depth 1 (a bare array), 2 (`data`,
// `result`) or 3 (nested once).
class PageContent {
 public:
  // Fills `page`, whose body is there and outlives this; with no more than `max_depth` open
  // containers. Use once: after a reader has failed another one begins with a new one.
  PageContent(Page* page, int max_depth);

  // Behind it stands a NUL, as it is all of a std::string.
  std::string_view body() const { return body_; }
  // The text of a row that stands in the place of the list, alone; empty if there is none.
  std::string_view lone_row() const { return lone_row_; }
  int depth() const { return depth_; }
  int max_depth() const { return max_depth_; }
  // Of the innermost container nothing need be told but that it closes.
  bool is_kept_as_it_stands() const { return place_ == Place::kAsItStands; }
  bool is_too_deep() const { return is_too_deep_; }
  bool in_rows() const { return place_ != Place::kEnvelope; }
  // Said of what has just been told: it was a row, or the end of one.
  bool row_has_ended() const { return place_ == Place::kList; }
  // The last row that ended. Whether it is UTF-8 is the reader's to say.
  RawRow& last_row() { return page_.rows_.back(); }

  // What the readers tell. A name comes before its value.
  void Key(ByteSpan span);
  void Scalar(FieldType type, ByteSpan span);
  // False: this is too deep.
  bool Open(FieldType type, std::size_t begin);
  // `end` is behind the bracket.
  void Close(FieldType type, std::size_t end);

  // The reader came to the end. Nothing else may be told.
  void Conclude();
  // It did not: the page is malformed, for the reason given.
  void Fail(std::string message);

 private:
  // What the innermost open container is.
  enum class Place : std::uint8_t {
    kEnvelope,        // outside of the rows
    kList,            // of rows
    kRow,             // an object
    kSupporting,      // `supporting_data` of a row, an object
    kSupportingList,  // right inside it
    kAsItStands,      // any other in a row
  };

  static constexpr int kEnvelopeDepth = 3;  // deeper, nothing outside of the rows is of interest
  static constexpr std::string_view kSupportingData = "supporting_data";

  std::string_view Bytes(ByteSpan span) const {
    return body_.substr(span.begin, span.end - span.begin);
  }
  // Between its quotes.
  std::string_view Inside(ByteSpan string) const {
    return body_.substr(string.begin + 1, string.end - string.begin - 2);
  }
  // In a list of rows, by how many containers of a row are open.
  Place PlaceInRow() const;

  // `inside` decoded; valid until the next call.
  std::string_view Decoded(std::string_view inside);
  void EnvelopeKey(std::string_view inside);
  bool IsSupportingData(std::string_view inside);
  void ForgetSupporting();
  void AddMember(ByteSpan name, FieldType type, ByteSpan value, bool is_supporting);
  void EnvelopeScalar(FieldType type, ByteSpan span);
  void OpenInEnvelope(bool is_object, std::size_t begin);
  void CloseInEnvelope(std::size_t end);
  bool IsListHere() const;
  bool IsRowForList() const;
  void OpenList();
  void StartRow(std::size_t begin);
  void EndRow(std::size_t end);
  void CloseList();
  void FixSpans();

  Page& page_;
  const std::string_view body_;
  const int max_depth_;
  int depth_ = 0;
  Place place_ = Place::kEnvelope;
  bool is_too_deep_ = false;

  // Outside of the rows.
  Envelope envelope_;
  std::array<std::string, kEnvelopeDepth> keys_;     // the last one at each depth
  std::array<bool, kEnvelopeDepth> in_object_ = {};  // what is open at each depth
  bool has_list_ = false;
  bool list_place_is_taken_ = false;  // by what is no list, and holds something
  int lists_with_rows_ = 0;
  std::size_t rows_before_list_ = 0;
  std::size_t lone_begin_ = 0;  // of the last object in the place of a list
  bool lone_has_identity_ = false;
  std::string_view lone_row_;
  std::string decoded_;

  // Inside.
  int list_depth_ = 0;                      // of the last list of rows
  std::vector<std::size_t> first_members_;  // of each row: spans are taken when they grow no more
  std::size_t row_begin_ = 0;
  bool row_is_object_ = false;
  ByteSpan name_;  // of the member
  std::size_t member_begin_ = 0;
  bool is_supporting_ = false;       // the member is `supporting_data`
  bool supporting_is_list_ = false;  // the last container opened right inside it is a list
  ByteSpan supporting_name_;
};

// Once or more for each member of each row, and therefore here.

inline void PageContent::Key(ByteSpan span) {
  if (place_ == Place::kRow) {
    name_ = span;
    is_supporting_ = IsSupportingData(Inside(span));
    if (is_supporting_) ForgetSupporting();
  } else if (place_ == Place::kSupporting) {
    supporting_name_ = span;
  } else if (place_ == Place::kEnvelope) {
    EnvelopeKey(Inside(span));
  }
}

inline bool PageContent::IsSupportingData(std::string_view inside) {
  // Its first letter stands there, or an escape.
  if (!inside.starts_with(kSupportingData.front()) && !inside.starts_with('\\')) return false;
  return inside == kSupportingData || Decoded(inside) == kSupportingData;
}

inline void PageContent::Scalar(FieldType type, ByteSpan span) {
  switch (place_) {
    case Place::kRow:
      return AddMember(name_, type, span, /*is_supporting=*/false);
    case Place::kSupporting:
    case Place::kSupportingList:
      return AddMember(supporting_name_, type, span, /*is_supporting=*/true);
    case Place::kEnvelope:
      return EnvelopeScalar(type, span);
    case Place::kList:
      StartRow(span.begin);
      return EndRow(span.end);
    case Place::kAsItStands:
      return;
  }
}

// Both spans lie in the row, none is larger than a page; a name's is kept without quotes.
inline void PageContent::AddMember(ByteSpan name, FieldType type, ByteSpan value,
                                   bool is_supporting) {
  const auto offset = [this](std::size_t at) {
    return static_cast<std::uint32_t>(at - row_begin_);
  };
  Member member{offset(name.begin + 1), offset(value.begin), 0, 0, type, is_supporting};
  member.value_size = static_cast<std::uint32_t>(value.end - value.begin);
  member.name_size = static_cast<std::uint32_t>(name.end - name.begin - 2) & (Page::kMostBytes - 1);
  page_.members_.push_back(member);
}

inline bool PageContent::Open(FieldType type, std::size_t begin) {
  is_too_deep_ = depth_ >= max_depth_;
  if (is_too_deep_) return false;
  const bool is_object = type == FieldType::kObject;
  ++depth_;
  switch (place_) {
    case Place::kRow:
      member_begin_ = begin;
      is_supporting_ = is_supporting_ && is_object;  // of a list nothing is told
      place_ = is_supporting_ ? Place::kSupporting : Place::kAsItStands;
      break;
    case Place::kSupporting:
      supporting_is_list_ = !is_object;
      place_ = is_object ? Place::kAsItStands : Place::kSupportingList;
      break;
    case Place::kList:
      StartRow(begin);
      row_is_object_ = is_object;
      place_ = is_object ? Place::kRow : Place::kAsItStands;
      break;
    case Place::kEnvelope:
      OpenInEnvelope(is_object, begin);
      break;
    case Place::kSupportingList:
    case Place::kAsItStands:
      place_ = Place::kAsItStands;
      break;
  }
  return true;
}

inline void PageContent::Close(FieldType type, std::size_t end) {
  --depth_;
  if (place_ == Place::kEnvelope) return CloseInEnvelope(end);
  if (place_ == Place::kList) return CloseList();
  place_ = PlaceInRow();
  if (place_ == Place::kList) EndRow(end);
  if (place_ == Place::kRow) AddMember(name_, type, {member_begin_, end}, /*is_supporting=*/false);
}

inline PageContent::Place PageContent::PlaceInRow() const {
  switch (depth_ - list_depth_) {
    case 0:
      return Place::kList;
    case 1:
      return row_is_object_ ? Place::kRow : Place::kAsItStands;
    case 2:
      return is_supporting_ ? Place::kSupporting : Place::kAsItStands;
    case 3:
      return is_supporting_ && supporting_is_list_ ? Place::kSupportingList : Place::kAsItStands;
    default:
      return Place::kAsItStands;
  }
}

inline void PageContent::StartRow(std::size_t begin) {
  row_begin_ = begin;
  first_members_.push_back(page_.members_.size());
}

inline void PageContent::EndRow(std::size_t end) {
  RawRow row{Bytes({row_begin_, end}), {}};
  row.LookThrough();
  page_.rows_.push_back(row);
}

}  // namespace nsf
