// SPDX-License-Identifier: Apache-2.0
// A YAML file as a tree with the place of every node. It is built from yaml-cpp's events, because
// its own nodes keep the last of two equal keys and forget the first without a word.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/diagnostics.h"

namespace nsf {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  struct Key {
    std::string text;
    Mark where;
  };

  Kind kind = Kind::kNull;
  Mark where;
  std::string text;             // of a scalar
  std::vector<Key> keys;        // of a map: keys[i] names items[i]; no two are equal
  std::vector<YamlNode> items;  // of a map or a sequence

  // The value of `key`; null when this is no map or has no such key.
  const YamlNode* Find(std::string_view key) const;
};

// Reads one document. Duplicate keys, merge keys, anchors, aliases, tags, tabs in the indentation
// and control characters are errors. Empty when there is no tree that could be looked at further.
std::optional<YamlNode> ParseYaml(const std::string& text, Diagnostics& diagnostics);

}  // namespace nsf
