// SPDX-License-Identifier: Apache-2.0
#include "app/config/example.h"

#include "app/config/keys.h"
#include "app/config/yaml_text.h"

namespace nsf {
namespace {

constexpr const char* kHead =
    "# Configuration of netskope-forwarder. docs/CONFIGURATION.md explains every key.\n"
    "# A line that begins with \"#\" and a key is an optional key with its default: remove the\n"
    "# \"#\" to set it. ${NAME}, ${NAME:-default} and ${file:/path} are replaced in values.\n";

std::string Sample(const Key& key) {
  if (!key.example.empty()) {
    const bool written = key.list || key.example.starts_with('"');
    return written ? key.example : YamlValue(key, key.example);
  }
  if (key.list) return "[" + key.fallback + "]";
  if (key.kind == Kind::kProperties) return "{}";
  return YamlValue(key, key.fallback);
}

// A variant that is not the default, in one line.
std::string Alternative(const Key& section) {
  std::string text = "Or {type: " + section.name;
  for (const Key& key : section.keys) text += ", " + key.name + ": " + Sample(key);
  return text + "}. " + section.doc;
}

class Example {
 public:
  std::string Take() { return std::move(text_); }

  void Head(const Key& key, bool live) {
    text_ += "\n# " + key.doc + "\n";
    Line(0, live, key.name + ":");
  }

  // An optional key of the file that is one value.
  void Value(const Key& key) {
    text_ += "\n# " + key.doc + "\n";
    Line(0, false, key.name + ": " + Sample(key));
  }

  // An entry of a list; its first line carries the dash.
  void Entry(const Key& section, const std::string& type, bool live) {
    text_ += "  # " + section.doc + "\n";
    bool first = true;
    for (const Key& key : section.keys) {
      if (first) {
        Line(2, live, "- " + key.name + ": " + Sample(key));
        if (!type.empty()) Line(4, live, "type: " + type);
      } else {
        Member(key, 4, live);
      }
      first = false;
    }
  }

  // The keys of a section, `live`: unless they are optional themselves.
  void Members(const Key& section, std::size_t indent, bool live) {
    for (const Key& key : section.keys) Member(key, indent, live);
  }

  void Line(std::size_t indent, bool live, const std::string& text) {
    text_ += std::string(indent, ' ') + (live ? "" : "#") + text + "\n";
  }

  void Comment(std::size_t indent, const std::string& text) {
    text_ += std::string(indent, ' ') + "# " + text + "\n";
  }

 private:
  void Member(const Key& key, std::size_t indent, bool live) {
    Comment(indent, key.doc);
    if (key.kind == Kind::kSection && !key.list) {
      Line(indent, false, key.name + ":");
      Members(key, indent + 2, false);
      return;
    }
    Line(indent, live && (key.required || key.in_example), key.name + ": " + Sample(key));
  }

  std::string text_;
};

}  // namespace

std::string ConfigExample() {
  Example example;
  for (const Key& key : RootKey().keys) {
    if (key.name == "defaults") continue;
    if (key.keys.empty()) {
      example.Value(key);
      continue;
    }
    // A section of optional keys alone is a comment too: YAML has no empty map in this shape.
    example.Head(key, key.list || key.kind == Kind::kVariants);
    if (key.list && key.kind == Kind::kSection) {
      example.Entry(key, {}, true);
    } else if (key.list) {
      for (const Key& variant : key.keys) {
        example.Entry(variant, variant.name, variant.name == "file");
      }
    } else if (key.kind == Kind::kVariants) {
      example.Line(2, true, "type: " + key.fallback);
      example.Members(*FindKey(key, key.fallback), 2, true);
      for (const Key& other : key.keys) {
        if (other.name != key.fallback) example.Comment(2, Alternative(other));
      }
    } else {
      example.Members(key, 2, false);
    }
  }
  return kHead + example.Take();
}

}  // namespace nsf
