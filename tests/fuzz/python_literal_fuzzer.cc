// SPDX-License-Identifier: Apache-2.0
// Text that may be Python's: what is read of it is JSON, and the row that holds it is read too.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "core/event/page.h"
#include "core/event/python_literal.h"
#include "core/event/supporting_data.h"
#include "fuzz/fuzz.h"

namespace nsf::fuzz {
namespace {

std::string JsonString(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') {
      json += c;
    } else {
      json += "\\u00";
      json += kHex[byte >> 4];
      json += kHex[byte & 15U];
    }
  }
  return json + '"';
}

void CheckSupporting(std::string_view text) {
  const Page page = Page::Parse("[{\"supporting_data\":" + JsonString(text) + "}]");
  Require(page.rows().size() == 1, "a string is a member");
  RowReader reader;
  const Row& row = reader.Read(page.rows()[0]);
  Require(row.fields.size() == 1, "a string is a member");
  const Field& field = row.fields[0];
  Require(field.text == text, "a string is decoded to what was encoded");
  const SupportingData supporting = ReadSupportingData(row);
  Require(supporting.value_count <= SupportingData::kMaxValues, "values are bounded");
  if (supporting.json.empty()) return;
  const Page object = Page::Parse("[" + std::string(supporting.json) + "]");
  Require(object.rows().size() == 1 && supporting.json.starts_with('{'), "it is an object");
}

// The row that holds `supporting_data` as `json` has it.
bool HasScalars(const std::string& json, const std::vector<Scalar>& expected) {
  const Page page = Page::Parse("[{\"supporting_data\":" + json + "}]");
  RowReader reader;
  const std::span<const Scalar> found = reader.Read(page.rows()[0]).supporting;
  return std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                    [](const Scalar& a, const Scalar& b) {
                      return a.name == b.name && a.type == b.type && a.text == b.text;
                    });
}

void CheckScalars(std::string_view text, const std::string& json) {
  const Page page = Page::Parse("[{\"supporting_data\":" + JsonString(text) + "}]");
  RowReader reader;
  const Row& row = reader.Read(page.rows()[0]);
  // What is JSON too is kept as it stands.
  if (row.supporting_json != json) return;
  const std::vector<Scalar> scalars(row.supporting.begin(), row.supporting.end());
  Require(HasScalars(json, scalars), "what is read of a text is what its JSON holds");
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;        // NOLINT(google-build-using-namespace)
  using namespace nsf::fuzz;  // NOLINT(google-build-using-namespace)
  const std::string_view text = TextOf(data, size);
  std::string json;
  if (PythonLiteralToJson(text, &json)) {
    const Page page = Page::Parse("[" + json + "]");
    Require(page.rows().size() == 1 && page.rows()[0].raw == json, "what is read is one value");
    if (json.starts_with('{')) CheckScalars(text, json);
  }
  CheckSupporting(text);
  return 0;
}
