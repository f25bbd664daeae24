// SPDX-License-Identifier: Apache-2.0
// Text that may be Python's: what is read of it is JSON, and the row that holds it is read too.
#include <string>

#include "core/event/python_literal.h"
#include "core/event/page.h"
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
  const SupportingData supporting = ReadSupportingData(row, field);
  Require(supporting.value_count <= SupportingData::kMaxValues, "values are bounded");
  if (supporting.json.empty()) return;
  const Page object = Page::Parse("[" + std::string(supporting.json) + "]");
  Require(object.rows().size() == 1 && supporting.json.starts_with('{'), "it is an object");
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
  }
  CheckSupporting(text);
  return 0;
}
