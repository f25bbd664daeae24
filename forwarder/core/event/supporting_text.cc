// SPDX-License-Identifier: Apache-2.0
// Reads `supporting_data` that came as a text.
#include "core/event/supporting_text.h"

#include <utility>

#include "core/event/python_literal.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr int kMaxTextDepth = 64;
// More is given back before the next text.
constexpr std::size_t kMostKept = std::size_t{64} * 1024;

// What a text stands between when it is read as JSON.
constexpr std::string_view kBefore = R"([{"supporting_data":)";
constexpr std::string_view kBehind = "}]";

}  // namespace

bool SupportingText::Read(std::string_view text) {
  json_ = {};
  const std::string_view object = TrimSpaces(text);
  if (!object.starts_with('{')) return false;
  // Names that are quoted as Python does are no JSON: that is seen at the first.
  const bool may_be_json = !TrimSpaces(object.substr(1)).starts_with('\'');
  return (may_be_json && ReadJson(text)) || ReadPython(text);
}

// The one reader of JSON reads it too: as the member of a row of its own.
bool SupportingText::ReadJson(std::string_view text) {
  std::string body;
  body.reserve(kBefore.size() + text.size() + kBehind.size());
  body += kBefore;
  body += text;
  body += kBehind;
  page_ = Page::Parse(std::move(body), kMaxTextDepth);
  if (page_.rows().size() != 1) return false;
  reader_.Read(page_.rows()[0]);
  // Text that closes the braces itself must not pass for an object.
  const std::span<const Field> fields = reader_.fields();
  if (fields.size() != 1 || fields[0].type != FieldType::kObject) return false;
  json_ = fields[0].json;
  return true;
}

bool SupportingText::ReadPython(std::string_view text) {
  if (python_.capacity() > kMostKept) python_ = std::string();
  python_.clear();
  members_.clear();
  if (!PythonLiteralToJson(text, &python_, &members_)) return false;
  if (python_.size() >= Page::kMostBytes) return false;
  RawRow row{python_, members_};
  row.LookThrough();
  reader_.Read(row);
  json_ = python_;
  return true;
}

}  // namespace nsf
