// SPDX-License-Identifier: Apache-2.0
// Applying operations.
#include "scim/patch.h"

#include <utility>

#include "scim/path.h"
#include "scim/resource.h"

namespace nsf_simulator::scim {
namespace {

enum class Op { kAdd, kReplace, kRemove };

class Patcher {
 public:
  Patcher(Kind kind, Memory& memory, Value* resource)
      : kind_(kind), memory_(memory), resource_(*resource) {}

  MaybeProblem Apply(const Value& operation) {
    const std::string name = Folded(TextAt(operation, "op"));
    if (name != "add" && name != "replace" && name != "remove") {
      return Problem{400, "invalidSyntax", "An operation is add, replace or remove"};
    }
    const Op op = name == "add" ? Op::kAdd : name == "remove" ? Op::kRemove : Op::kReplace;
    const std::string path = TextAt(operation, "path");
    const Value* value = Find(operation, "value");
    static const Value kNull;
    if (path.empty()) return ApplyAll(op, value == nullptr ? kNull : *value);
    return ApplyAt(op, path, value == nullptr ? kNull : *value);
  }

 private:
  // Without a path the value holds what is to be changed.
  MaybeProblem ApplyAll(Op op, const Value& value) {
    if (op == Op::kRemove) return Problem{400, "noTarget", "remove needs a path"};
    if (!value.IsObject()) return Problem{400, "invalidValue", "The value is no object"};
    for (const auto& member : value.GetObject()) {
      const std::string name(View(member.name));
      if (SameName(name, "schemas") || SameName(name, "id") || SameName(name, "meta")) continue;
      if (auto problem = ApplyAt(op, name, member.value)) return problem;
    }
    return std::nullopt;
  }

  MaybeProblem ApplyAt(Op op, const std::string& text, const Value& value) {
    const auto path = ParsePath(kind_, text);
    if (!path) return Problem{400, "invalidPath", "There is no such attribute"};
    const Attribute& attribute = *path->attribute;
    if (attribute.read_only || (path->sub != nullptr && path->sub->read_only)) {
      return Problem{400, "mutability", "The attribute " + attribute.name + " is read-only"};
    }
    if (path->filter) return ApplyFiltered(op, *path, value);
    if (path->sub != nullptr) return ApplySub(op, *path, value);
    if (op == Op::kRemove) {
      if (value.IsArray()) return RemoveListed(attribute, value);
      Drop(attribute.name, &resource_);
      return std::nullopt;
    }
    Value taken;
    if (auto problem = TakeValue(attribute, value, memory_, &taken)) return problem;
    if (taken.IsNull()) {
      if (op == Op::kReplace) Drop(attribute.name, &resource_);
      return std::nullopt;
    }
    Value* known = Find(resource_, attribute.name);
    if (op == Op::kReplace || known == nullptr) {
      Put(attribute.name, std::move(taken), memory_, &resource_);
    } else if (attribute.multi) {
      Append(&taken, known);
    } else if (attribute.type == Type::kComplex) {
      Merge(&taken, known);
    } else {
      *known = std::move(taken);
    }
    return std::nullopt;
  }

  MaybeProblem ApplySub(Op op, const Path& path, const Value& value) {
    Value* known = Find(resource_, path.attribute->name);
    if (op == Op::kRemove) {
      if (known == nullptr) return std::nullopt;
      if (known->IsArray()) {
        for (Value& element : known->GetArray()) Drop(path.sub->name, &element);
      } else {
        Drop(path.sub->name, known);
      }
      return Clean(*path.attribute);
    }
    Value taken;
    if (auto problem = TakeValue(*path.sub, value, memory_, &taken)) return problem;
    if (known == nullptr) {
      Value fresh(path.attribute->multi ? rapidjson::kArrayType : rapidjson::kObjectType);
      if (path.attribute->multi) fresh.PushBack(Value(rapidjson::kObjectType), memory_);
      Put(path.attribute->name, std::move(fresh), memory_, &resource_);
      known = Find(resource_, path.attribute->name);
    }
    if (!known->IsArray()) {
      Put(path.sub->name, std::move(taken), memory_, known);
      return std::nullopt;
    }
    for (Value& element : known->GetArray()) {
      Put(path.sub->name, Value(taken, memory_), memory_, &element);
    }
    return std::nullopt;
  }

  MaybeProblem ApplyFiltered(Op op, const Path& path, const Value& value) {
    Value* known = Find(resource_, path.attribute->name);
    bool found = false;
    if (known != nullptr) {
      for (auto element = known->Begin(); element != known->End();) {
        if (!Matches(*element, *path.filter)) {
          ++element;
          continue;
        }
        found = true;
        if (op == Op::kRemove && path.sub == nullptr) {
          element = known->Erase(element);
          continue;
        }
        if (auto problem = ApplyToElement(op, path, value, &*element)) return problem;
        ++element;
      }
    }
    // Entra removes what is not there, and expects nothing of it.
    if (!found && op != Op::kRemove) return Problem{400, "noTarget", "Nothing matches the filter"};
    return Clean(*path.attribute);
  }

  MaybeProblem ApplyToElement(Op op, const Path& path, const Value& value, Value* element) {
    if (op == Op::kRemove) {
      Drop(path.sub->name, element);
      return std::nullopt;
    }
    Value taken;
    if (path.sub != nullptr) {
      if (auto problem = TakeValue(*path.sub, value, memory_, &taken)) return problem;
      Put(path.sub->name, std::move(taken), memory_, element);
      return std::nullopt;
    }
    if (auto problem = TakeValue(*path.attribute, value, memory_, &taken)) return problem;
    if (taken.IsArray() && !taken.Empty()) Merge(&taken[0], element);
    return std::nullopt;
  }

  // Values of a list that are to go, as some identity providers write them.
  MaybeProblem RemoveListed(const Attribute& attribute, const Value& listed) {
    Value* known = Find(resource_, attribute.name);
    if (known == nullptr || !known->IsArray()) return std::nullopt;
    for (const Value& gone : listed.GetArray()) {
      const std::string value = TextAt(gone, "value");
      for (auto element = known->Begin(); element != known->End();) {
        element = TextAt(*element, "value") == value ? known->Erase(element) : element + 1;
      }
    }
    return Clean(attribute);
  }

  void Append(Value* added, Value* list) {
    for (Value& element : added->GetArray()) {
      bool known = false;
      for (const Value& other : list->GetArray()) {
        const std::string value = TextAt(element, "value");
        known = known || other == element || (!value.empty() && TextAt(other, "value") == value);
      }
      if (!known) list->PushBack(element, memory_);
    }
  }

  void Merge(Value* added, Value* object) {
    for (auto& member : added->GetObject()) {
      Put(View(member.name), Value(member.value, memory_), memory_, object);
    }
  }

  // What holds nothing any more is not there.
  MaybeProblem Clean(const Attribute& attribute) {
    const Value* known = Find(resource_, attribute.name);
    const bool empty = known != nullptr && ((known->IsArray() && known->Empty()) ||
                                            (known->IsObject() && known->ObjectEmpty()));
    if (empty) Drop(attribute.name, &resource_);
    return std::nullopt;
  }

  const Kind kind_;
  Memory& memory_;
  Value& resource_;
};

}  // namespace

MaybeProblem ApplyPatch(Kind kind, const Value& request, Memory& memory, Value* resource) {
  const Value* operations = Find(request, "Operations");
  if (operations == nullptr || !operations->IsArray()) {
    return Problem{400, "invalidSyntax", "Operations is missing"};
  }
  Patcher patcher(kind, memory, resource);
  for (const Value& operation : operations->GetArray()) {
    if (auto problem = patcher.Apply(operation)) return problem;
  }
  return CheckRequired(kind, *resource);
}

}  // namespace nsf_simulator::scim
