// SPDX-License-Identifier: Apache-2.0
#include "app/config/print.h"

#include "app/config/guarantee.h"
#include "app/config/yaml_text.h"

namespace nsf {
namespace {

// "$" begins a reference when the text is read again.
std::string WithDollarsDoubled(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '$') out += c;
  }
  return out;
}

std::string ValueText(const Setting& setting) {
  const Key& key = *setting.key;
  if (const auto* secret = std::get_if<ConfiguredSecret>(&setting.value)) {
    return YamlQuoted(secret->reference.empty() ? "(hidden)" : secret->reference);
  }
  std::string text = ScalarText(key, setting.value);
  if (key.kind == Kind::kProxy) text = WithoutUserInfo(text);
  return YamlValue(key, WithDollarsDoubled(text));
}

// An entry of a list of maps, in one line: its one value where it has no other.
std::string EntryText(const Setting& entry) {
  std::string more;
  for (const Setting& child : entry.children) {
    const bool is_named = child.name == entry.key->shorthand;
    if (child.given && !is_named) more += ", " + child.name + ": " + ValueText(child);
  }
  const std::string named = ValueText(entry.At(entry.key->shorthand));
  return more.empty() ? named : "{" + entry.key->shorthand + ": " + named + more + "}";
}

class Printer {
 public:
  std::string Take() { return std::move(text_); }

  void Line(std::size_t indent, const std::string& text) {
    text_ += std::string(indent, ' ') + text + "\n";
  }

  void Members(const Setting& section, std::size_t indent) {
    for (const Setting& child : section.children) Member(child, indent);
  }

  // An entry of a list of maps: the first key, a name, carries the dash.
  void Entry(const Setting& entry, const std::string& type) {
    bool first = true;
    for (const Setting& child : entry.children) {
      if (!first) {
        Member(child, 4);
        continue;
      }
      first = false;
      Line(2, "- " + child.name + ": " + ValueText(child));
      if (!type.empty()) Line(4, "type: " + type);
    }
  }

  void Member(const Setting& setting, std::size_t indent) {
    const Key& key = *setting.key;
    if (key.absent_is_off && !setting.given) return;
    if (key.kind == Kind::kSection && !key.list) {
      Line(indent, setting.name + ":");
      Members(setting, indent + 2);
    } else if (key.kind == Kind::kProperties) {
      Line(indent, setting.name + ":" + (setting.items.empty() ? " {}" : ""));
      for (const Setting& property : setting.items) {
        Line(indent + 2, YamlQuoted(property.name) + ": " + ValueText(property));
      }
    } else if (key.list) {
      std::string items;
      for (const Setting& item : setting.items) {
        items += (items.empty() ? "" : ", ") +
                 (key.shorthand.empty() ? ValueText(item) : EntryText(item));
      }
      Line(indent, setting.name + ": [" + items + "]");
    } else if (setting.given || !key.fallback.empty()) {
      Line(indent, setting.name + ": " + ValueText(setting));
    }
  }

 private:
  std::string text_;
};

}  // namespace

std::string PrintConfig(const LoadedConfig& loaded) {
  Printer printer;
  printer.Line(0, "# " + loaded.file + " as it is used");
  for (const Setting& setting : loaded.settings.children) {
    if (setting.key->keys.empty()) {
      printer.Member(setting, 0);
      continue;
    }
    printer.Line(0, setting.name + ":");
    const bool is_sinks = setting.name == "sinks";
    for (std::size_t i = 0; i < setting.items.size(); ++i) {
      if (is_sinks)
        printer.Line(2, "# " + GuaranteeText(loaded.config->sinks[i], loaded.config->state));
      printer.Entry(setting.items[i], is_sinks ? setting.items[i].key->name : "");
    }
    if (setting.name == "dead_letter") {
      printer.Line(2, "# " + GuaranteeText(loaded.config->dead_letter, loaded.config->state));
    }
    if (!setting.children.empty()) {
      // A variant's section: `state`, `dead_letter`.
      if (setting.key->name != setting.name) printer.Line(2, "type: " + setting.key->name);
      printer.Members(setting, 2);
    }
  }
  return printer.Take();
}

}  // namespace nsf
