// SPDX-License-Identifier: Apache-2.0
#include "app/config/schema.h"

#include <algorithm>
#include <string_view>

#include "app/config/json_writer.h"
#include "app/config/keys.h"

namespace nsf {
namespace {

// A value that holds a reference (${NAME}) is text of unknown content until the program reads it.
constexpr std::string_view kOrReference = "|\\$\\{";

std::string_view Pattern(Kind kind) {
  switch (kind) {
    case Kind::kName:
      return "^[a-z0-9][a-z0-9._-]{0,62}$";
    case Kind::kSize:
      return "^[0-9]+(B|KiB|MiB|GiB)$";
    case Kind::kBytes:
      return "^[0-9]+(B|KiB|MiB|GiB)?$";
    case Kind::kRate:
      return "^[0-9]+/(min|s)$";
    case Kind::kDuration:
      return "^[0-9]+(ms|s|m|h|d)$";
    case Kind::kDurationOrAuto:
      return "^([0-9]+(ms|s|m|h|d)|auto)$";
    case Kind::kStart:
      return "^([0-9]+(ms|s|m|h|d)|[0-9]{4}-.*)$";
    case Kind::kDate:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}";
    case Kind::kUrl:
      return "^https?://";
    case Kind::kReceiver:
      return "^(udp|tcp|tls|relp|relps)://";
    case Kind::kListen:
      return ":[0-9]+$";
    default:
      return {};
  }
}

void WriteTextType(JsonWriter& json, std::string_view pattern) {
  json.Key("type").Text("string");
  if (pattern.empty()) return;
  json.Key("pattern").Text(std::string(pattern) + std::string(kOrReference));
}

void WriteReference(JsonWriter& json) {
  json.BeginObject();
  WriteTextType(json, "^$");
  json.End();
}

bool IsNumber(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

void WriteChoice(JsonWriter& json, const Key& key) {
  json.Key("anyOf").BeginArray().BeginObject().Key("enum").BeginArray();
  for (const std::string& value : key.values) {
    json.Text(value);
    if (IsNumber(value)) json.Raw(value);  // min_version: 1.2, without quotes, is a number in YAML
  }
  json.End().End();
  WriteReference(json);
  json.End();
}

void WriteInteger(JsonWriter& json, const Key& key, std::string_view text_pattern) {
  json.Key("anyOf").BeginArray().BeginObject();
  json.Key("type").Text("integer");
  json.Key("minimum").Number(key.min).Key("maximum").Number(key.max);
  json.End().BeginObject();
  WriteTextType(json, text_pattern);
  json.End().End();
}

void WriteScalarType(JsonWriter& json, const Key& key) {
  switch (key.kind) {
    case Kind::kChoice:
      return WriteChoice(json, key);
    case Kind::kInteger:
      return WriteInteger(json, key, "^$");
    case Kind::kBytes:
      return WriteInteger(json, key, Pattern(key.kind));
    case Kind::kBool:
      json.Key("anyOf").BeginArray().BeginObject().Key("type").Text("boolean").End();
      WriteReference(json);
      json.End();
      return;
    case Kind::kProperties:
      json.Key("type").Text("object").Key("additionalProperties").BeginObject();
      json.Key("type").BeginArray().Text("string").Text("number").Text("boolean").End().End();
      return;
    default:
      return WriteTextType(json, Pattern(key.kind));
  }
}

void WriteDefault(JsonWriter& json, const Key& key) {
  if (key.fallback.empty() || key.kind == Kind::kVariants) return;
  json.Key("default");
  if (key.list) {
    json.BeginArray();
    for (const std::string& text : SplitList(key.fallback)) json.Text(text);
    json.End();
  } else if (key.kind == Kind::kInteger || key.kind == Kind::kBool) {
    json.Raw(key.fallback);
  } else {
    json.Text(key.fallback);
  }
}

void WriteKey(JsonWriter& json, const Key& key);

// The members of a section; `type` of a variant is its name.
void WriteSection(JsonWriter& json, const Key& section, bool variant, bool partial) {
  json.Key("type").Text("object").Key("additionalProperties").Bool(false);
  json.Key("properties").BeginObject();
  if (variant) json.Key("type").BeginObject().Key("const").Text(section.name).End();
  for (const Key& key : section.keys) {
    json.Key(key.name).BeginObject();
    WriteKey(json, key);
    json.End();
  }
  json.End();
  std::vector<std::string> required;
  if (variant) required.emplace_back("type");
  for (const Key& key : section.keys) {
    if (key.required && !partial) required.push_back(key.name);
  }
  if (required.empty()) return;
  json.Key("required").BeginArray();
  for (const std::string& name : required) json.Text(name);
  json.End();
}

void WriteShape(JsonWriter& json, const Key& key) {
  if (key.kind == Kind::kSection) return WriteSection(json, key, false, key.name == "defaults");
  if (key.kind != Kind::kVariants) return WriteScalarType(json, key);
  json.Key("oneOf").BeginArray();
  for (const Key& variant : key.keys) {
    json.BeginObject().Key("description").Text(variant.doc);
    WriteSection(json, variant, true, false);
    json.End();
  }
  json.End();
}

void WriteKey(JsonWriter& json, const Key& key) {
  json.Key("description").Text(key.doc);
  WriteDefault(json, key);
  if (!key.list) return WriteShape(json, key);
  json.Key("type").Text("array");
  if (key.required) json.Key("minItems").Number(1);
  json.Key("maxItems").Number(static_cast<std::int64_t>(key.max_items));
  json.Key("items").BeginObject();
  if (key.shorthand.empty()) {
    WriteShape(json, key);
  } else {
    // One value alone, of those that need no more, or the map.
    json.Key("anyOf").BeginArray().BeginObject();
    WriteChoice(json, key);
    json.End().BeginObject();
    WriteShape(json, key);
    json.End().End();
  }
  json.End();
}

}  // namespace

std::string ConfigSchema() {
  JsonWriter json;
  json.BeginObject();
  json.Key("$schema").Text("https://json-schema.org/draft/2020-12/schema");
  json.Key("title").Text("netskope-forwarder configuration");
  WriteSection(json, RootKey(), false, false);
  json.End();
  return json.Take();
}

}  // namespace nsf
