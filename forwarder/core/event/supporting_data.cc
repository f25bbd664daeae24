// SPDX-License-Identifier: Apache-2.0
// Reads `supporting_data`.
#include "core/event/supporting_data.h"

#include <string>
#include <utility>

#include "core/event/page.h"
#include "core/event/python_literal.h"
#include "core/event/text.h"

namespace nsf {

// The one reader of JSON reads texts too: as the member of a row of their own.
struct SupportingText {
  Page page;
  RowReader reader;
};

namespace {

constexpr int kMaxTextDepth = 64;

void TakeScalars(const Row& row, SupportingData* data) {
  for (const Scalar& scalar : row.supporting) {
    if (scalar.name == "data_type") {
      data->data_type = IsAbsentText(scalar.text) ? std::string_view() : scalar.text;
    } else if (scalar.name == "data_values" && data->value_count < SupportingData::kMaxValues) {
      data->values[data->value_count++] = scalar.text;
    }
  }
}

// What a text stands between when it is read.
constexpr std::string_view kBefore = R"([{"supporting_data":)";
constexpr std::string_view kBehind = "}]";

// `body` begins with kBefore. Null when what follows is not one object.
const Row* ReadAsMember(std::string body, SupportingText* text) {
  body += kBehind;
  text->page = Page::Parse(std::move(body), kMaxTextDepth);
  if (text->page.rows().size() != 1) return nullptr;
  const Row& row = text->reader.Read(text->page.rows()[0]);
  // Text that closes the braces itself must not pass for an object.
  return row.fields.size() == 1 && row.fields[0].type == FieldType::kObject ? &row : nullptr;
}

const Row* ReadText(std::string_view value, SupportingText* text) {
  const std::string_view object = TrimSpaces(value);
  if (!object.starts_with('{')) return nullptr;
  std::string body;
  body.reserve(kBefore.size() + value.size() + kBehind.size());
  body = kBefore;
  // Names that are quoted as Python does are no JSON: that is seen at the first.
  if (!TrimSpaces(object.substr(1)).starts_with('\'')) {
    if (const Row* row = ReadAsMember(body + std::string(value), text)) return row;
  }
  return PythonLiteralToJson(value, &body) ? ReadAsMember(std::move(body), text) : nullptr;
}

}  // namespace

SupportingData ReadSupportingData(const Row& row, const Field& field) {
  SupportingData data;
  if (field.type == FieldType::kObject) {
    data.json = field.json;
    TakeScalars(row, &data);
  } else if (field.type == FieldType::kString) {
    const auto text = std::make_shared<SupportingText>();
    if (const Row* inner = ReadText(field.text, text.get())) {
      data.json = inner->fields[0].json;
      TakeScalars(*inner, &data);
      data.from_text = text;
    }
  }
  return data;
}

std::string_view FindName(const SupportingData& supporting, std::size_t rank) {
  for (std::size_t i = 0; i < supporting.value_count; ++i) {
    const std::string_view value = supporting.values[i];
    const bool is_name = !IsAbsentText(value) && value != "true" && value != "false";
    if (is_name && rank-- == 0) return value;
  }
  return {};
}

}  // namespace nsf
