// SPDX-License-Identifier: Apache-2.0
// Reads `supporting_data`.
#include "core/event/supporting_data.h"

#include <optional>
#include <string>
#include <utility>

#include "core/event/python_literal.h"
#include "core/event/text.h"

namespace nsf {
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

// The one reader of JSON reads this too: the text becomes the member of a row of its own.
std::optional<Page> ReadAsMember(std::string_view json) {
  std::string body = R"([{"supporting_data":)";
  body += json;
  body += "}]";
  Page page = Page::Parse(std::move(body), kMaxTextDepth);
  // Text that closes the braces itself must not pass for an object.
  if (page.rows().size() != 1 || page.rows()[0].fields.size() != 1) return std::nullopt;
  if (page.rows()[0].fields[0].type != FieldType::kObject) return std::nullopt;
  return page;
}

std::optional<Page> ReadText(std::string_view text) {
  if (!TrimSpaces(text).starts_with('{')) return std::nullopt;
  if (auto page = ReadAsMember(text)) return page;
  std::string json;
  if (!PythonLiteralToJson(text, &json)) return std::nullopt;
  return ReadAsMember(json);
}

}  // namespace

SupportingData ReadSupportingData(const Row& row, const Field& field) {
  SupportingData data;
  if (field.type == FieldType::kObject) {
    data.json = field.json;
    TakeScalars(row, &data);
  } else if (field.type == FieldType::kString) {
    if (auto page = ReadText(field.text)) {
      data.from_text = std::make_shared<const Page>(std::move(*page));
      const Row& inner = data.from_text->rows()[0];
      data.json = inner.fields[0].json;
      TakeScalars(inner, &data);
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
