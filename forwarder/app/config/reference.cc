// SPDX-License-Identifier: Apache-2.0
#include "app/config/reference.h"

#include "app/config/diagnostics.h"
#include "app/config/keys.h"
#include "app/config/scalar.h"

namespace nsf {
namespace {

std::string Range(const Key& key) {
  return BoundText(key, key.min) + " to " + BoundText(key, key.max);
}

std::string KindText(const Key& key) {
  switch (key.kind) {
    case Kind::kText:
      return "text";
    case Kind::kName:
      return "name";
    case Kind::kPath:
      return "path";
    case Kind::kUrl:
      return "URL";
    case Kind::kProxy:
      return "URL, none";
    case Kind::kSecret:
      return "secret";
    case Kind::kChoice:
      return Joined(key.values);
    case Kind::kBool:
      return "true, false";
    case Kind::kInteger:
      return Range(key);
    case Kind::kSize:
      return "size, " + Range(key);
    case Kind::kBytes:
      return "size or bytes, " + Range(key);
    case Kind::kRate:
      return "rate, " + Range(key);
    case Kind::kDuration:
      return "duration, " + Range(key);
    case Kind::kDurationOrAuto:
      return "auto, or a duration, " + Range(key);
    case Kind::kStart:
      return "duration or time";
    case Kind::kDate:
      return "day or time";
    case Kind::kBroker:
      return "host:port";
    case Kind::kTopic:
      return "topic";
    case Kind::kReceiver:
      return "URL";
    case Kind::kListen:
      return "address:port";
    case Kind::kAppName:
    case Kind::kHostName:
      return "ASCII text without spaces";
    case Kind::kProperties:
      return "map";
    case Kind::kSection:
    case Kind::kVariants:
      break;
  }
  return {};
}

std::string ValueText(const Key& key) {
  const std::string kind = key.shorthand.empty() ? KindText(key) : Joined(key.values);
  return key.list ? "list of " + kind : kind;
}

std::string DefaultText(const Key& key) {
  if (key.required) return "**required**";
  if (key.list) return "`[" + key.fallback + "]`";
  return key.fallback.empty() ? "" : "`" + key.fallback + "`";
}

// The keys of a section as rows; those of a section within it follow with its name before theirs.
void Rows(const Key& section, const std::string& prefix, std::string& out) {
  for (const Key& key : section.keys) {
    const std::string name = prefix + key.name;
    if (key.kind == Kind::kSection && !key.list) {
      Rows(key, name + ".", out);
      continue;
    }
    out += "| `" + name + "` | " + ValueText(key) + " | " + DefaultText(key) + " | " + key.doc +
           " |\n";
    if (!key.shorthand.empty()) Rows(key, name + "[].", out);
  }
}

void Table(const std::string& title, const Key& section, std::string& out) {
  out += "\n### " + title + "\n\n" + section.doc + "\n\n";
  out += "| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
  Rows(section, "", out);
}

}  // namespace

std::string ConfigReference() {
  std::string out;
  for (const Key& key : RootKey().keys) {
    const std::string name = "`" + key.name + (key.list ? "[]`" : "`");
    if (key.keys.empty()) {
      out += "\n### " + name + "\n\n" + KindText(key) + ". " + key.doc + "\n";
    } else if (key.name == "defaults") {
      out += "\n### " + name + "\n\n" + key.doc + "\n";
    } else if (key.kind == Kind::kSection) {
      Table(name, key, out);
    } else {
      for (const Key& variant : key.keys) {
        Table(name + ", `type: " + variant.name + "`", variant, out);
      }
    }
  }
  return out;
}

}  // namespace nsf
