// SPDX-License-Identifier: Apache-2.0
// JSON values of one document: what readers and writers of resources share.
#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

namespace nsf_simulator::scim {

using Document = rapidjson::Document;
using Value = rapidjson::Value;
using Memory = Document::AllocatorType;

// nullptr: there is none of that name, in any letter case, or it is null.
Value* Find(Value& object, std::string_view name);
const Value* Find(const Value& object, std::string_view name);
std::string TextAt(const Value& object, std::string_view name);

void Put(std::string_view name, Value value, Memory& memory, Value* object);
void Drop(std::string_view name, Value* object);
Value Text(std::string_view text, Memory& memory);

std::string ToJson(const Value& value);
std::string QuotedJson(std::string_view text);

inline std::string_view View(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

// A request that is refused: RFC 7644, 3.12.
struct Problem {
  int status = 400;
  std::string type;  // scimType; may be empty
  std::string detail;
};

using MaybeProblem = std::optional<Problem>;

}  // namespace nsf_simulator::scim
