// SPDX-License-Identifier: Apache-2.0
// Parsing paths and filters.
#include "scim/path.h"

#include <utility>

namespace nsf_simulator::scim {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view TakeWord(std::string_view* text) {
  *text = Trimmed(*text);
  const std::string_view word = text->substr(0, text->find(' '));
  text->remove_prefix(word.size());
  return word;
}

// A JSON string, true or false.
std::optional<std::string> TakeLiteral(std::string_view* text) {
  *text = Trimmed(*text);
  if (!text->starts_with('"')) {
    const std::string word = Folded(TakeWord(text));
    return word == "true" || word == "false" ? std::optional(word) : std::nullopt;
  }
  std::size_t end = 1;
  while (end < text->size() && (*text)[end] != '"') end += (*text)[end] == '\\' ? 2U : 1U;
  if (end >= text->size()) return std::nullopt;
  Document literal;
  literal.Parse(text->data(), end + 1);
  text->remove_prefix(end + 1);
  if (literal.HasParseError() || !literal.IsString()) return std::nullopt;
  return std::string(View(literal));
}

// What stands behind the schema's name and a colon; as it is, where there is none.
std::string_view WithoutSchema(Kind kind, std::string_view text) {
  const std::string_view schema = SchemaOf(kind);
  const bool has = text.size() > schema.size() && SameName(text.substr(0, schema.size()), schema) &&
                   text[schema.size()] == ':';
  return has ? text.substr(schema.size() + 1) : text;
}

std::string TextOf(const Value& value) {
  if (value.IsString()) return std::string(View(value));
  return value.IsBool() ? (value.GetBool() ? "true" : "false") : std::string();
}

bool Holds(const Value& value, std::string_view attribute, std::string_view wanted) {
  if (value.IsArray()) {
    for (const Value& element : value.GetArray()) {
      if (Holds(element, attribute, wanted)) return true;
    }
    return false;
  }
  if (value.IsObject() && attribute.empty()) return Holds(value, "value", wanted);
  if (attribute.empty()) return SameName(TextOf(value), wanted);
  const std::size_t dot =
      attribute.starts_with("urn:") ? attribute.rfind(':') : attribute.find('.');
  const Value* part = Find(value, attribute.substr(0, dot));
  if (part == nullptr) return false;
  return Holds(*part,
               dot == std::string_view::npos ? std::string_view() : attribute.substr(dot + 1),
               wanted);
}

}  // namespace

std::optional<Conditions> ParseFilter(std::string_view text) {
  Conditions conditions;
  for (text = Trimmed(text);; text = Trimmed(text)) {
    const std::string_view attribute = TakeWord(&text);
    if (attribute.empty() || !SameName(TakeWord(&text), "eq")) return std::nullopt;
    auto value = TakeLiteral(&text);
    if (!value) return std::nullopt;
    conditions.push_back({std::string(attribute), *std::move(value)});
    text = Trimmed(text);
    if (text.empty()) return conditions;
    if (!SameName(TakeWord(&text), "and")) return std::nullopt;
  }
}

std::optional<Path> ParsePath(Kind kind, std::string_view text) {
  Path path;
  text = WithoutSchema(kind, Trimmed(text));
  const bool is_extension = SameName(text.substr(0, kEnterpriseSchema.size()), kEnterpriseSchema);
  std::size_t end = is_extension ? kEnterpriseSchema.size() : text.find_first_of(".[");
  end = std::min(end, text.size());
  path.attribute = FindAttribute(AttributesOf(kind), text.substr(0, end));
  if (path.attribute == nullptr) return std::nullopt;
  text.remove_prefix(end);
  if (text.starts_with('[')) {
    const std::size_t close = text.rfind(']');
    if (close == std::string_view::npos || !path.attribute->multi) return std::nullopt;
    path.filter = ParseFilter(text.substr(1, close - 1));
    if (!path.filter) return std::nullopt;
    text.remove_prefix(close + 1);
  }
  if (text.empty()) return path;
  if (text.front() != (is_extension ? ':' : '.')) return std::nullopt;
  path.sub = FindAttribute(path.attribute->sub, text.substr(1));
  return path.sub == nullptr ? std::nullopt : std::optional(path);
}

bool Matches(const Value& value, const Conditions& conditions) {
  for (const Comparison& condition : conditions) {
    if (!Holds(value, condition.attribute, condition.value)) return false;
  }
  return true;
}

}  // namespace nsf_simulator::scim
