// SPDX-License-Identifier: Apache-2.0
// Paths → tree.
#include "core/format/typed/field_tree.h"

#include <string_view>

namespace nsf {
namespace {

constexpr std::string_view kListMark = "[]";

class TreeMaker {
 public:
  TreeMaker() { tree_.emplace_back(); }

  void Add(std::string_view path, std::size_t field, ValuePart part) {
    std::size_t at = 0;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      at = Object(at, path.substr(0, dot));
      path.remove_prefix(dot + 1);
    }
    const std::size_t leaf = New(at, path);
    tree_[leaf].is_leaf = true;
    tree_[leaf].field = field;
    tree_[leaf].part = part;
  }

  FieldTree Take() { return std::move(tree_); }

 private:
  std::size_t Object(std::size_t parent, std::string_view name) {
    const bool is_list = name.ends_with(kListMark);
    const std::string_view bare = is_list ? name.substr(0, name.size() - 2) : name;
    for (const std::size_t child : tree_[parent].children) {
      if (!tree_[child].is_leaf && tree_[child].key == KeyOf(bare)) return child;
    }
    return New(parent, name);
  }

  std::size_t New(std::size_t parent, std::string_view name) {
    TreeNode node;
    node.is_list = name.ends_with(kListMark);
    if (node.is_list) name.remove_suffix(kListMark.size());
    node.key = KeyOf(name);
    node.path = tree_[parent].path;
    if (!node.path.empty()) node.path += '.';
    node.path += name;
    tree_.push_back(std::move(node));
    tree_[parent].children.push_back(tree_.size() - 1);
    return tree_.size() - 1;
  }

  static std::string KeyOf(std::string_view name) { return '"' + std::string(name) + "\":"; }

  FieldTree tree_;
};

}  // namespace

FieldTree MakeFieldTree(const std::vector<TypedField>& fields, std::string TypedField::*path,
                        bool has_ids) {
  TreeMaker maker;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& at = fields[i].*path;
    if (at.empty()) continue;
    if (fields[i].as == ValueAs::kWord && has_ids) {
      maker.Add(at + "_id", i, ValuePart::kWordId);
      maker.Add(at, i, ValuePart::kWordCaption);
    } else {
      maker.Add(at, i, ValuePart::kValue);
    }
  }
  return maker.Take();
}

}  // namespace nsf
