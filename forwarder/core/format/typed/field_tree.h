// SPDX-License-Identifier: Apache-2.0
// The JSON of one format as a tree: which object holds which values, in the order of the table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/format/typed/event_type_spec.h"

namespace nsf {

// What of a value stands in a place.
enum class ValuePart : std::uint8_t { kValue, kWordId, kWordCaption };

struct TreeNode {
  std::string key;   // as JSON, with its colon: "\"name\":"
  std::string path;  // as a person writes it, without marks of lists
  bool is_list = false;
  bool is_leaf = false;
  std::vector<std::size_t> children;  // of an object
  std::size_t field = 0;              // of a leaf
  ValuePart part = ValuePart::kValue;
};

// Node 0 is the root.
using FieldTree = std::vector<TreeNode>;

// The tree of the paths that `path` names in `fields`. `has_ids`: a field of words stands in two
// places, its caption at its path and its identifier beside it, at the path with "_id".
FieldTree MakeFieldTree(const std::vector<TypedField>& fields, std::string TypedField::*path,
                        bool has_ids);

}  // namespace nsf
