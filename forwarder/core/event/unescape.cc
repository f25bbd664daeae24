// SPDX-License-Identifier: Apache-2.0
#include "core/event/unescape.h"

#include <rapidjson/reader.h>

#include "core/event/surrogates.h"

namespace nsf {
namespace {

// Takes the one string of a document.
struct StringTaker : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringTaker> {
  explicit StringTaker(std::string* text) : out(text) {}

  bool Default() { return false; }
  bool String(const char* bytes, rapidjson::SizeType size, bool) {
    out->append(bytes, size);
    return true;
  }

  std::string* out;
};

}  // namespace

bool HasEscapes(std::string_view inside) { return inside.find('\\') != std::string_view::npos; }

void AppendUnescaped(std::string_view inside, std::string* out) {
  std::string json = "\"";
  json += inside;
  json += '"';
  MendSurrogates(json.data(), json.size());
  rapidjson::StringStream stream(json.c_str());
  StringTaker taker(out);
  rapidjson::Reader().Parse(stream, taker);
}

}  // namespace nsf
