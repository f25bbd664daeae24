// SPDX-License-Identifier: Apache-2.0
// Checking and canonicalizing.
#include "scim/resource.h"

#include <utility>

namespace nsf_simulator::scim {
namespace {

Problem WrongType(const Attribute& attribute) {
  return {400, "invalidValue", "The attribute " + attribute.name + " is of another type"};
}

MaybeProblem TakeSingle(const Attribute& attribute, const Value& from, Memory& memory, Value* to) {
  to->SetNull();
  if (from.IsNull()) return std::nullopt;
  switch (attribute.type) {
    case Type::kString:
    case Type::kReference:
      if (!from.IsString()) return WrongType(attribute);
      to->CopyFrom(from, memory);
      return std::nullopt;
    case Type::kBoolean: {
      if (from.IsBool()) {
        to->SetBool(from.GetBool());
        return std::nullopt;
      }
      // As some identity providers write it.
      const std::string word = from.IsString() ? Folded(View(from)) : std::string();
      if (word != "true" && word != "false") return WrongType(attribute);
      to->SetBool(word == "true");
      return std::nullopt;
    }
    case Type::kComplex:
      break;
  }
  if (!from.IsObject()) return WrongType(attribute);
  to->SetObject();
  for (const auto& member : from.GetObject()) {
    const Attribute* sub = FindAttribute(attribute.sub, View(member.name));
    if (sub == nullptr || sub->read_only) continue;
    Value value;
    if (auto problem = TakeValue(*sub, member.value, memory, &value)) return problem;
    if (!value.IsNull()) Put(sub->name, std::move(value), memory, to);
  }
  if (to->ObjectEmpty()) to->SetNull();
  return std::nullopt;
}

}  // namespace

MaybeProblem TakeValue(const Attribute& attribute, const Value& from, Memory& memory, Value* to) {
  if (!attribute.multi) return TakeSingle(attribute, from, memory, to);
  to->SetArray();
  if (from.IsNull()) {
    to->SetNull();
    return std::nullopt;
  }
  if (!from.IsArray()) {  // one value, as some identity providers add it
    Value value;
    if (auto problem = TakeSingle(attribute, from, memory, &value)) return problem;
    if (!value.IsNull()) to->PushBack(value, memory);
  } else {
    for (const Value& element : from.GetArray()) {
      Value value;
      if (auto problem = TakeSingle(attribute, element, memory, &value)) return problem;
      if (!value.IsNull()) to->PushBack(value, memory);
    }
  }
  if (to->Empty()) to->SetNull();  // RFC 7643, 2.5: an empty list is none
  return std::nullopt;
}

MaybeProblem TakeResource(Kind kind, const Value& from, Memory& memory, Value* to) {
  to->SetObject();
  if (!from.IsObject()) return Problem{400, "invalidSyntax", "The request is no resource"};
  for (const auto& member : from.GetObject()) {
    const Attribute* attribute = FindAttribute(AttributesOf(kind), View(member.name));
    if (attribute == nullptr || attribute->read_only) continue;
    Value value;
    if (auto problem = TakeValue(*attribute, member.value, memory, &value)) return problem;
    if (!value.IsNull()) Put(attribute->name, std::move(value), memory, to);
  }
  return CheckRequired(kind, *to);
}

MaybeProblem CheckRequired(Kind kind, const Value& resource) {
  for (const Attribute& attribute : AttributesOf(kind)) {
    if (!attribute.required || !TextAt(resource, attribute.name).empty()) continue;
    return Problem{400, "invalidValue", "The attribute " + attribute.name + " is missing"};
  }
  return std::nullopt;
}

}  // namespace nsf_simulator::scim
