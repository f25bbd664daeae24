// SPDX-License-Identifier: Apache-2.0
// Looking members up and writing JSON.
#include "scim/json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "scim/schema.h"

namespace nsf_simulator::scim {

Value* Find(Value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  for (auto& member : object.GetObject()) {
    if (!member.value.IsNull() && SameName(View(member.name), name)) return &member.value;
  }
  return nullptr;
}

const Value* Find(const Value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  for (const auto& member : object.GetObject()) {
    if (!member.value.IsNull() && SameName(View(member.name), name)) return &member.value;
  }
  return nullptr;
}

std::string TextAt(const Value& object, std::string_view name) {
  const Value* value = Find(object, name);
  return value != nullptr && value->IsString() ? std::string(View(*value)) : std::string();
}

void Put(std::string_view name, Value value, Memory& memory, Value* object) {
  if (Value* known = Find(*object, name)) {
    *known = std::move(value);
    return;
  }
  object->AddMember(Text(name, memory), value, memory);
}

void Drop(std::string_view name, Value* object) {
  for (auto member = object->MemberBegin(); member != object->MemberEnd(); ++member) {
    if (!SameName(View(member->name), name)) continue;
    object->EraseMember(member);
    return;
  }
}

Value Text(std::string_view text, Memory& memory) {
  return Value(text.data(), static_cast<rapidjson::SizeType>(text.size()), memory);
}

std::string ToJson(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string QuotedJson(std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace nsf_simulator::scim
