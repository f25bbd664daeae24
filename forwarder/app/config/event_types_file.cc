// SPDX-License-Identifier: Apache-2.0
// Reading and checking the table of event types. It is built in, so errors are for those who change
// it: each has its place and says what is wrong.
#include "app/config/event_types_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "app/config/yaml_tree.h"

namespace nsf {
namespace {

struct AsName {
  std::string_view name;
  ValueAs as;
};

constexpr std::array<AsName, 11> kAsNames = {{
    {"user", ValueAs::kUser},
    {"host", ValueAs::kHost},
    {"url", ValueAs::kUrl},
    {"method", ValueAs::kMethod},
    {"email", ValueAs::kEmail},
    {"address", ValueAs::kAddress},
    {"port", ValueAs::kPort},
    {"integer", ValueAs::kInteger},
    {"count", ValueAs::kCount},
    {"time", ValueAs::kTime},
    {"word", ValueAs::kWord},
}};

using Keys = std::vector<std::string_view>;

const Keys kFileKeys = {"version", "words", "shared", "types", "other"};
const Keys kTypeKeys = {"path",    "page_size", "windows",  "class",   "category", "caption",
                        "message", "activity",  "severity", "outcome", "fields"};
const Keys kFieldKeys = {"from",   "as",      "words", "value", "json", "alone", "actor",
                         "always", "follows", "ocsf",  "ecs",   "cef",  "leef"};
const Keys kChoiceKeys = {"from", "words", "otherwise"};

std::string JsonText(const std::string& text) { return '"' + text + '"'; }

class TypesReader {
 public:
  explicit TypesReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  std::unique_ptr<EventTypes> Read(const YamlNode& root) {
    Refuse(root, kFileKeys);
    if (const YamlNode* words = root.Find("words")) {
      ForEach(*words, [this](const YamlNode::Key& key, const YamlNode& node) {
        words_[key.text] = Words(node);
      });
    }
    if (const YamlNode* shared = root.Find("shared")) {
      ForEach(*shared, [this](const YamlNode::Key& key, const YamlNode& node) {
        shared_[key.text] = Fields(node);
      });
    }
    std::vector<EventTypeSpec> types;
    if (const YamlNode* of_types = root.Find("types")) {
      ForEach(*of_types, [&](const YamlNode::Key& key, const YamlNode& node) {
        types.push_back(Type(key.text, node));
      });
    }
    EventTypeSpec other;
    if (const YamlNode* node = root.Find("other")) {
      other = Type({}, *node);
    } else {
      diagnostics_.Error(root.where, "the key `other` is missing");
    }
    if (!diagnostics_.ok()) return nullptr;
    return std::make_unique<EventTypes>(std::move(types), std::move(other));
  }

 private:
  template <typename Each>
  void ForEach(const YamlNode& map, const Each& each) {
    if (map.kind != YamlNode::Kind::kMap) return Wrong(map, "this is not a map");
    for (std::size_t i = 0; i < map.keys.size(); ++i) each(map.keys[i], map.items[i]);
  }

  void Wrong(const YamlNode& node, const std::string& what) {
    diagnostics_.Error(node.where, what);
  }

  void Refuse(const YamlNode& map, const Keys& keys) {
    if (map.kind != YamlNode::Kind::kMap) return Wrong(map, "this is not a map");
    for (const YamlNode::Key& key : map.keys) {
      if (std::find(keys.begin(), keys.end(), key.text) != keys.end()) continue;
      diagnostics_.Error(key.where, "unknown key " + Quoted(key.text));
    }
  }

  std::vector<std::string> Texts(const YamlNode* node) {
    std::vector<std::string> texts;
    if (node == nullptr) return texts;
    if (node->kind == YamlNode::Kind::kScalar) return {node->text};
    for (const YamlNode& item : node->items) texts.push_back(item.text);
    return texts;
  }

  std::string Text(const YamlNode& map, std::string_view key) {
    const YamlNode* const node = map.Find(key);
    return node == nullptr ? std::string() : node->text;
  }

  std::uint32_t Number(const YamlNode& node, const std::string& text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      Wrong(node, Quoted(text) + " is no number");
    }
    return value;
  }

  // [id, caption]
  TypedWord Word(const YamlNode& node, const std::string& text) {
    if (node.items.size() != 2) {
      Wrong(node, "write [identifier, caption]");
      return {};
    }
    return {text, Number(node, node.items[0].text), node.items[1].text};
  }

  TypedWords Words(const YamlNode& node) {
    TypedWords words;
    ForEach(node, [&](const YamlNode::Key& key, const YamlNode& item) {
      words.push_back(Word(item, key.text));
    });
    return words;
  }

  TypedWords WordsNamed(const YamlNode& map) {
    const YamlNode* const node = map.Find("words");
    if (node == nullptr) return {};
    const auto found = words_.find(node->text);
    if (found == words_.end()) Wrong(*node, "there are no words " + Quoted(node->text));
    return found == words_.end() ? TypedWords() : found->second;
  }

  void CheckSources(const YamlNode& node, const std::vector<std::string>& from) {
    for (const std::string& source : from) {
      if (source.starts_with('@') && DerivedNamed(source) == Derived::kNone) {
        Wrong(node, Quoted(source) + " is nothing that is known of an event");
      }
    }
  }

  std::string Constant(const YamlNode& node, bool is_json) {
    if (node.kind == YamlNode::Kind::kScalar) return is_json ? node.text : JsonText(node.text);
    std::string list = "[";
    for (const YamlNode& item : node.items) {
      list += (list.size() > 1 ? "," : "") + Constant(item, is_json);
    }
    return list + "]";
  }

  TypedField Field(const YamlNode& node) {
    Refuse(node, kFieldKeys);
    TypedField field;
    field.from = Texts(node.Find("from"));
    CheckSources(node, field.from);
    if (const YamlNode* as = node.Find("as")) {
      const auto* const named =
          std::find_if(kAsNames.begin(), kAsNames.end(),
                       [as](const AsName& name) { return name.name == as->text; });
      if (named == kAsNames.end()) {
        Wrong(*as, Quoted(as->text) + " is no kind of value");
      } else {
        field.as = named->as;
      }
    }
    field.words = WordsNamed(node);
    if (const YamlNode* value = node.Find("value")) field.constant = Constant(*value, false);
    if (const YamlNode* json = node.Find("json")) field.constant = Constant(*json, true);
    field.alone = Text(node, "alone") == "true";
    field.is_actor = Text(node, "actor") == "true";
    field.follows = Text(node, "follows") == "true" ||
                    (!field.constant.empty() && Text(node, "always") != "true");
    field.ocsf = Text(node, "ocsf");
    field.ecs = Text(node, "ecs");
    field.leef = Text(node, "leef");
    field.cef = Text(node, "cef");
    if (const std::size_t space = field.cef.find(' '); space != std::string::npos) {
      field.cef_label = field.cef.substr(space + 1);
      field.cef.resize(space);
    }
    if (field.from.empty() == field.constant.empty()) {
      Wrong(node, "write one of `from`, `value` and `json`");
    }
    if ((field.as == ValueAs::kWord) != !field.words.empty()) {
      Wrong(node, "`as: word` and `words` go together");
    }
    if (!field.constant.empty() && (!field.cef.empty() || !field.leef.empty())) {
      Wrong(node, "a fixed value has a place in JSON alone");
    }
    return field;
  }

  std::vector<TypedField> Fields(const YamlNode& node) {
    std::vector<TypedField> fields;
    if (node.kind != YamlNode::Kind::kSequence) Wrong(node, "this is not a list");
    for (const YamlNode& item : node.items) {
      if (item.kind != YamlNode::Kind::kScalar) {
        fields.push_back(Field(item));
        continue;
      }
      const auto shared =
          item.text.starts_with('$') ? shared_.find(item.text.substr(1)) : shared_.end();
      if (shared == shared_.end()) {
        Wrong(item, "there are no shared fields " + Quoted(item.text));
      } else {
        fields.insert(fields.end(), shared->second.begin(), shared->second.end());
      }
    }
    return fields;
  }

  TypedChoice Choice(const YamlNode* node) {
    TypedChoice choice;
    if (node == nullptr) return choice;
    Refuse(*node, kChoiceKeys);
    choice.from = Texts(node->Find("from"));
    choice.words = WordsNamed(*node);
    if (const YamlNode* otherwise = node->Find("otherwise"))
      choice.otherwise = Word(*otherwise, {});
    return choice;
  }

  EventTypeSpec Type(const std::string& name, const YamlNode& node) {
    Refuse(node, kTypeKeys);
    EventTypeSpec type;
    type.name = name;
    type.path = Text(node, "path");
    if (!name.empty()) type.page_size = Number(node, Text(node, "page_size"));
    for (const std::string& window : Texts(node.Find("windows"))) {
      if (window != "insertion" && window != "event") {
        Wrong(node, Quoted(window) + " is no window; write insertion or event");
      }
      type.windows.push_back(window == "event" ? TypedWindow::kEvent : TypedWindow::kInsertion);
    }
    if (const YamlNode* of_class = node.Find("class");
        of_class != nullptr && of_class->items.size() == 4) {
      type.class_uid = Number(*of_class, of_class->items[0].text);
      type.class_name = of_class->items[1].text;
      type.category_uid = Number(*of_class, of_class->items[2].text);
      type.category_name = of_class->items[3].text;
    } else {
      Wrong(node, "`class` is [identifier, name, category's identifier, category's name]");
    }
    type.category = Text(node, "category");
    type.caption = Text(node, "caption");
    type.message = Texts(node.Find("message"));
    type.severity = Texts(node.Find("severity"));
    type.activity = Choice(node.Find("activity"));
    type.outcome = Choice(node.Find("outcome"));
    if (const YamlNode* fields = node.Find("fields")) type.fields = Fields(*fields);
    return type;
  }

  Diagnostics& diagnostics_;
  std::map<std::string, TypedWords> words_;
  std::map<std::string, std::vector<TypedField>> shared_;
};

std::unique_ptr<EventTypes> BuiltIn() {
  Diagnostics diagnostics;
  std::unique_ptr<EventTypes> types = ReadEventTypes(BuiltInEventTypesText(), diagnostics);
  if (types == nullptr) {
    throw std::logic_error(ToString("event-types.yaml", diagnostics.errors().front()));
  }
  return types;
}

}  // namespace

const EventTypes& BuiltInEventTypes() {
  static const std::unique_ptr<EventTypes> kTypes = BuiltIn();
  return *kTypes;
}

std::unique_ptr<EventTypes> ReadEventTypes(const std::string& text, Diagnostics& diagnostics) {
  const std::optional<YamlNode> root = ParseYaml(text, diagnostics);
  return root ? TypesReader(diagnostics).Read(*root) : nullptr;
}

}  // namespace nsf
