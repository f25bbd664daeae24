// SPDX-License-Identifier: Apache-2.0
#include "app/config/settings_reader.h"

#include <algorithm>
#include <utility>

#include "adapters/kafka/reserved_properties.h"
#include "app/config/expand.h"
#include "app/config/nearest.h"

namespace nsf {
namespace {

// What holds for a value and everything below it.
struct Scope {
  std::string path;      // "tenants[].paging", for messages
  std::string tenant;    // what {name} stands for; empty: nothing
  bool loud = true;      // false: errors here were told already, under `defaults`
  bool complete = true;  // false: `defaults`, where nothing is required and nothing filled in

  Scope Below(const std::string& name) const {
    Scope below = *this;
    below.path = path.empty() ? name : path + "." + name;
    return below;
  }
};

bool ExpandsTenantName(Kind kind) {
  return kind == Kind::kPath || kind == Kind::kUrl || kind == Kind::kSecret;
}

std::string WithTenantName(std::string text, const std::string& tenant) {
  constexpr std::string_view kName = "{name}";
  if (tenant.empty()) return text;
  for (std::size_t at = text.find(kName); at != std::string::npos;) {
    // "${name}" is a reference to a variable of that name.
    const bool reference = at > 0 && text[at - 1] == '$';
    if (!reference) text.replace(at, kName.size(), tenant);
    at = text.find(kName, at + (reference ? kName.size() : tenant.size()));
  }
  return text;
}

bool NamesTenant(const Key& key, const YamlNode& node) {
  return ExpandsTenantName(key.kind) && WithTenantName(node.text, "x") != node.text;
}

// How to name a secret without telling any of it: only a reference that is the whole value, and of
// ${NAME:-default} not the default.
std::string SecretReference(const std::string& source) {
  if (!source.starts_with("${") || source.find('}') + 1 != source.size()) return {};
  const std::size_t fallback = source.find(":-");
  if (fallback == std::string::npos || source.starts_with("${file:")) return source;
  return source.substr(0, fallback) + ":-***}";
}

bool HoldsText(Kind kind) {
  return kind == Kind::kText || kind == Kind::kPath || kind == Kind::kProxy ||
         kind == Kind::kHostName || kind == Kind::kName || kind == Kind::kUrl ||
         kind == Kind::kTopic || kind == Kind::kChoice;
}

class Reader {
 public:
  Reader(const Surroundings& surroundings, Diagnostics& diagnostics)
      : surroundings_(surroundings), diagnostics_(diagnostics) {}

  Setting Root(const YamlNode& root) {
    const Key& table = RootKey();
    Setting result{.key = &table, .where = root.where, .given = true};
    if (!IsMap(root, {})) return result;
    RefuseUnknown(table, root, {}, false);
    const Key& defaults_key = *FindKey(table, "defaults");
    const YamlNode* defaults = root.Find("defaults");
    if (defaults != nullptr) {
      Section(defaults_key, defaults, nullptr, {"defaults", {}, true, false});
    }
    if (defaults != nullptr && defaults->kind != YamlNode::Kind::kMap) defaults = nullptr;
    for (const Key& key : table.keys) {
      if (key.name == "defaults") continue;
      const YamlNode* node = root.Find(key.name);
      if (node == nullptr && key.required) {
        diagnostics_.Error(root.where, "the key `" + key.name +
                                           "` is missing; add it, `netskope-forwarder config "
                                           "example` shows how");
      }
      const Scope scope = Scope{}.Below(key.name);
      if (key.list) {
        result.children.push_back(Maps(key, node, defaults));
      } else if (key.keys.empty()) {
        result.children.push_back(Child(key, node, nullptr, root.where, scope));
      } else {
        result.children.push_back(Map(key, node, scope));
      }
    }
    return result;
  }

 private:
  // A list of maps: tenants, sinks.
  Setting Maps(const Key& key, const YamlNode* list, const YamlNode* defaults) {
    Setting result{.key = &key, .name = key.name};
    if (list == nullptr) return result;
    result.where = list->where;
    result.given = true;
    if (list->kind != YamlNode::Kind::kSequence || list->items.empty()) {
      diagnostics_.Error(list->where, key.name +
                                          " must be a list with at least one entry; write `" +
                                          key.name + ":` and an entry beginning with `- name:`");
      return result;
    }
    if (list->items.size() > key.max_items) {
      diagnostics_.Error(list->where, key.name + " has too many entries; keep it to " +
                                          std::to_string(key.max_items));
      return result;
    }
    for (const YamlNode& item : list->items) {
      const Scope scope{key.name + "[]", {}, true, true};
      if (!IsMap(item, scope)) continue;
      if (key.kind == Kind::kSection) {
        result.items.push_back(Tenant(key, item, defaults));
      } else {
        Setting setting = Variant(key, &item, scope);
        if (setting.key != nullptr) result.items.push_back(std::move(setting));
      }
    }
    return result;
  }

  Setting Tenant(const Key& key, const YamlNode& item, const YamlNode* defaults) {
    std::string name = "name";
    if (const YamlNode* given = item.Find("name"); given != nullptr && !given->text.empty()) {
      const Result<std::string> expanded = Expand(given->text, surroundings_);
      if (expanded) name = *expanded;
    }
    YamlNode shared = defaults == nullptr ? YamlNode{} : *defaults;
    // A tenant says where its token is in either way: the other way is not taken over.
    if (item.Find("token") != nullptr || item.Find("token_file") != nullptr) {
      Remove(shared, "token");
      Remove(shared, "token_file");
    }
    return Section(key, &item, &shared, {key.name + "[]", name, true, true});
  }

  static void Remove(YamlNode& map, std::string_view key) {
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      if (map.keys[i].text != key) continue;
      map.keys.erase(map.keys.begin() + static_cast<std::ptrdiff_t>(i));
      map.items.erase(map.items.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  Setting Map(const Key& key, const YamlNode* node, const Scope& scope) {
    if (key.kind == Kind::kSection) return Section(key, node, nullptr, scope);
    Setting setting = Variant(key, node, scope);
    if (setting.key == nullptr) setting = Variant(key, nullptr, scope);  // told: go on by default
    setting.name = key.name;
    return setting;
  }

  // A map whose `type` chooses its keys. Without a usable type the result's key is null.
  Setting Variant(const Key& key, const YamlNode* node, const Scope& scope) {
    if (node == nullptr) return Section(*FindKey(key, key.fallback), nullptr, nullptr, scope);
    if (!IsMap(*node, scope)) return {};
    const YamlNode* type = node->Find("type");
    const Key choice{
        .name = "type", .kind = Kind::kChoice, .values = KeyNames(key), .required = true};
    if (type == nullptr) {
      diagnostics_.Error(node->where,
                         scope.path + ".type is missing; write one of: " + Joined(choice.values));
      return {};
    }
    const Setting named = Value(choice, *type, scope.Below("type"));
    if (!named.valid) return {};
    return Section(*FindKey(key, named.text()), node, nullptr, scope, true);
  }

  // A map of known keys. `node`: as given here, or null; `shared`: what `defaults` has in its
  // place, or null; `typed`: it has the key `type`, which chose the section.
  Setting Section(const Key& section, const YamlNode* node, const YamlNode* shared,
                  const Scope& scope, bool typed = false) {
    Setting result{.key = &section, .name = section.name};
    if (node != nullptr) {
      result.where = node->where;
      result.given = true;
      if (IsMap(*node, scope)) {
        RefuseUnknown(section, *node, scope, typed);
      } else {
        result.valid = false;
        node = nullptr;
      }
    }
    for (const Key& key : section.keys) {
      const YamlNode* own = node == nullptr ? nullptr : node->Find(key.name);
      const YamlNode* inherited = shared == nullptr ? nullptr : shared->Find(key.name);
      result.children.push_back(Child(key, own, inherited, result.where, scope.Below(key.name)));
    }
    return result;
  }

  Setting Child(const Key& key, const YamlNode* own, const YamlNode* inherited, Mark parent,
                Scope scope) {
    if (key.kind == Kind::kSection && !key.list) return Section(key, own, inherited, scope);
    // What names the tenant can be checked for a tenant only.
    if (own != nullptr && !scope.complete && NamesTenant(key, *own)) return Fallback(key, scope);
    if (own != nullptr) return Value(key, *own, scope);
    if (inherited != nullptr) {
      scope.loud = NamesTenant(key, *inherited);
      return Value(key, *inherited, scope);
    }
    if (key.required && scope.complete) {
      diagnostics_.Error(parent, scope.path + " is missing; add the key `" + key.name + "`");
    }
    return Fallback(key, scope);
  }

  // A given value: one, a list, or properties.
  Setting Value(const Key& key, const YamlNode& node, const Scope& scope) {
    if (key.kind == Kind::kProperties) return Properties(key, node, scope);
    if (key.list) return key.shorthand.empty() ? List(key, node, scope) : Entries(key, node, scope);
    Setting result = Fallback(key, scope);
    result.where = node.where;
    result.given = true;
    const char* wanted = nullptr;
    if (node.kind == YamlNode::Kind::kNull) wanted = "has no value; write one, or remove the key";
    if (node.kind == YamlNode::Kind::kSequence) wanted = "is a list; write one value";
    if (node.kind == YamlNode::Kind::kMap) wanted = "is a map; write one value";
    if (wanted != nullptr) return Refused(std::move(result), scope, wanted);

    Result<Scalar> value = Read(key, node.text, scope);
    if (!value) return Refused(std::move(result), scope, value.error().message);
    result.value = *std::move(value);
    return result;
  }

  // Expands and converts. The error repeats what stands in the file, never what a reference
  // brought in, and nothing of a secret.
  Result<Scalar> Read(const Key& key, const std::string& source, const Scope& scope) {
    const std::string named =
        ExpandsTenantName(key.kind) ? WithTenantName(source, scope.tenant) : source;
    const bool secret = key.kind == Kind::kSecret;
    Result<std::string> text = Expand(named, surroundings_);
    if (!text) return Error{ErrorKind::kConfiguration, "has " + text.error().message};
    if (secret) {
      std::string trimmed = Trimmed(*text);
      if (trimmed.empty()) {
        return Error{ErrorKind::kConfiguration, "is empty; write a reference as in ${NAME}"};
      }
      return Scalar(ConfiguredSecret{Secret(std::move(trimmed)), SecretReference(named)});
    }
    Result<Scalar> value = ParseScalar(key, *text);
    if (value) return value;
    const bool url = key.kind == Kind::kProxy || key.kind == Kind::kUrl;
    const std::string shown = url ? WithoutUserInfo(source) : source;
    return Error{ErrorKind::kConfiguration, Quoted(shown) + " " + value.error().message};
  }

  // Why `node` is no list that `key` can have; empty: it is one.
  static std::string NoListOf(const Key& key, const YamlNode& node) {
    if (node.kind != YamlNode::Kind::kSequence) {
      return "is not a list; put the value in brackets, as in [value]";
    }
    if (node.items.size() > key.max_items) {
      return "has too many entries; keep it to " + std::to_string(key.max_items);
    }
    return {};
  }

  Setting List(const Key& key, const YamlNode& node, const Scope& scope) {
    Setting result{.key = &key, .name = key.name, .where = node.where, .given = true};
    if (const std::string wrong = NoListOf(key, node); !wrong.empty()) {
      return Refused(std::move(result), scope, wrong);
    }
    if (key.required && node.items.empty()) {
      return Refused(std::move(result), scope, "is empty; write at least one value");
    }
    Key element = key;
    element.list = false;
    element.fallback.clear();
    element.required = true;
    for (const YamlNode& item : node.items) {
      Setting value = Value(element, item, scope);
      value.key = &key;
      result.valid = result.valid && value.valid;
      if (value.valid) result.items.push_back(std::move(value));
    }
    return result;
  }

  // A list of maps; an entry that is one value stands for a map with that value alone.
  Setting Entries(const Key& key, const YamlNode& node, const Scope& scope) {
    Setting result{.key = &key, .name = key.name, .where = node.where, .given = true};
    if (const std::string wrong = NoListOf(key, node); !wrong.empty()) {
      return Refused(std::move(result), scope, wrong);
    }
    Scope below = scope;
    below.path += "[]";
    for (const YamlNode& item : node.items) {
      Setting entry = item.kind == YamlNode::Kind::kScalar ? Shorthand(key, item, below)
                                                           : Section(key, &item, nullptr, below);
      for (const Setting& child : entry.children) entry.valid = entry.valid && child.valid;
      const Setting& named = entry.At(key.shorthand);
      entry.valid = entry.valid && !named.text().empty();
      result.valid = result.valid && entry.valid;
      if (entry.valid) result.items.push_back(std::move(entry));
    }
    return result;
  }

  Setting Shorthand(const Key& key, const YamlNode& value, const Scope& scope) {
    YamlNode map;
    map.kind = YamlNode::Kind::kMap;
    map.where = value.where;
    map.keys.push_back({key.shorthand, value.where});
    map.items.push_back(value);
    return Section(key, &map, nullptr, scope);
  }

  Setting Properties(const Key& key, const YamlNode& node, const Scope& scope) {
    Setting result{.key = &key, .name = key.name, .where = node.where, .given = true};
    if (!IsMap(node, scope)) return result;
    static const Key kPlain{.kind = Kind::kText};
    static const Key kSecret{.kind = Kind::kSecret};
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string& name = node.keys[i].text;
      Setting value = Value(IsSecretKafkaProperty(name) ? kSecret : kPlain, node.items[i],
                            scope.Below(Quoted(name)));
      value.name = name;
      if (value.valid) value.where = node.keys[i].where;
      result.items.push_back(std::move(value));
    }
    return result;
  }

  // The default. The table is tested to hold only good ones.
  Setting Fallback(const Key& key, const Scope& scope) {
    Setting result{.key = &key, .name = key.name};
    if (!key.shorthand.empty()) {
      for (const std::string& text : SplitList(key.fallback)) {
        YamlNode value;
        value.kind = YamlNode::Kind::kScalar;
        value.text = text;
        result.items.push_back(Shorthand(key, value, scope));
        result.items.back().given = false;
      }
    } else if (key.list) {
      for (const std::string& text : SplitList(key.fallback)) {
        const Result<Scalar> value = Read(key, text, scope);
        if (value) result.items.push_back({.key = &key, .name = key.name, .value = *value});
      }
    } else if (!key.fallback.empty()) {
      const Result<Scalar> value = Read(key, key.fallback, scope);
      if (value) result.value = *value;
    } else if (HoldsText(key.kind)) {
      result.value = std::string();
    }
    return result;
  }

  Setting Refused(Setting setting, const Scope& scope, const std::string& why) {
    if (scope.loud) diagnostics_.Error(setting.where, scope.path + " " + why);
    setting.valid = false;
    return setting;
  }

  bool IsMap(const YamlNode& node, const Scope& scope) {
    if (node.kind == YamlNode::Kind::kMap) return true;
    const std::string what = scope.path.empty() ? "the file" : scope.path;
    if (scope.loud) {
      diagnostics_.Error(node.where,
                         what + (node.kind == YamlNode::Kind::kNull
                                     ? " has no value; write keys below it, or remove it"
                                     : " is not a map; write `key: value` below it"));
    }
    return false;
  }

  void RefuseUnknown(const Key& section, const YamlNode& map, const Scope& scope, bool typed) {
    for (const YamlNode::Key& key : map.keys) {
      if (FindKey(section, key.text) != nullptr || (typed && key.text == "type")) continue;
      std::string message = "unknown key " + Quoted(key.text);
      if (!scope.path.empty()) message += " in " + scope.path;
      message += "; " + Suggestion(key.text, KeyNames(section), "the keys here are");
      diagnostics_.Error(key.where, message);
    }
  }

  const Surroundings& surroundings_;
  Diagnostics& diagnostics_;
};

}  // namespace

Setting ReadSettings(const YamlNode& root, const Surroundings& surroundings,
                     Diagnostics& diagnostics) {
  return Reader(surroundings, diagnostics).Root(root);
}

}  // namespace nsf
