// SPDX-License-Identifier: Apache-2.0
#include "app/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <utility>

#include "core/event/text.h"

namespace nsf {
namespace {

// The deepest key of a configuration is six levels down. The tree is walked by recursion.
constexpr std::size_t kMaxDepth = 32;

Mark ToMark(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  YamlNode TakeRoot() { return std::move(root_); }

  // Where the innermost collection begins that has not ended; {0, 0} outside of any.
  Mark OpenSince() const { return stack_.empty() ? Mark{} : stack_.back().node.where; }

  // Where the last text begins that was read.
  Mark last() const { return last_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    if (ExpectsKey()) return NonTextKey(mark);
    Add({YamlNode::Kind::kNull, ToMark(mark), {}, {}, {}});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    diagnostics_.Error(ToMark(mark),
                       "YAML aliases (*name) are not supported; write the value out, or put what "
                       "tenants share under `defaults`");
    if (ExpectsKey()) return NonTextKey(mark);
    // Told: it goes, with its key, so that no other error follows from it.
    if (!stack_.empty()) stack_.back().key.reset();
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    last_ = ToMark(mark);
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (ExpectsKey()) return AddKey(ToMark(mark), value);
    Add({YamlNode::Kind::kScalar, ToMark(mark), value, {}, {}});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  // A collection that is being read.
  struct Frame {
    YamlNode node;
    std::optional<YamlNode::Key> key;  // of a map: read, its value is still to come
    bool is_key = false;               // it stands where a key should: it is dropped at its end
  };

  bool ExpectsKey() const {
    return !stack_.empty() && stack_.back().node.kind == YamlNode::Kind::kMap &&
           !stack_.back().key.has_value();
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (stack_.size() >= kMaxDepth) throw YAML::ParserException(mark, "nested too deeply");
    const bool is_key = ExpectsKey();
    stack_.push_back({{kind, ToMark(mark), {}, {}, {}}, std::nullopt, is_key});
  }

  void Close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (!frame.is_key) return Add(std::move(frame.node));
    diagnostics_.Error(frame.node.where, "a key must be plain text; quote {…} and […]");
    stack_.back().key = YamlNode::Key{};
  }

  void NonTextKey(const YAML::Mark& mark) {
    diagnostics_.Error(ToMark(mark), "a key is missing before the colon; write `key: value`");
    stack_.back().key = YamlNode::Key{};
  }

  void AddKey(Mark where, const std::string& text) {
    stack_.back().key = YamlNode::Key{};
    if (text == "<<") {
      diagnostics_.Error(where,
                         "YAML merge keys (<<) are not supported; put what tenants share under "
                         "`defaults`");
      return;
    }
    const YamlNode& map = stack_.back().node;
    for (const YamlNode::Key& known : map.keys) {
      if (known.text != text) continue;
      diagnostics_.Error(where, "duplicate key " + Quoted(text) + ", first given on line " +
                                    std::to_string(known.where.line) + "; remove one of the two");
      return;
    }
    stack_.back().key = YamlNode::Key{text, where};
  }

  void Add(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = stack_.back();
    if (parent.node.kind == YamlNode::Kind::kMap) {
      const YamlNode::Key key = std::exchange(parent.key, std::nullopt).value();
      if (key.where.line == 0) return;  // a refused key: told already, its value goes with it
      // Nothing has no place of its own; yaml-cpp gives that of what comes next.
      if (node.kind == YamlNode::Kind::kNull) node.where = key.where;
      parent.node.keys.push_back(key);
    }
    parent.node.items.push_back(std::move(node));
  }

  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    diagnostics_.Error(ToMark(mark),
                       "YAML anchors (&name) are not supported; put what tenants share under "
                       "`defaults`");
  }

  // "?" and "!" are yaml-cpp's tags of a plain and of a quoted value.
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    diagnostics_.Error(ToMark(mark),
                       "YAML tags are not supported; remove the word beginning with '!'");
  }

  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  Mark last_{1, 1};
  YamlNode root_;
};

// yaml-cpp takes bytes that are no text, and its message for a tab in the indentation, which YAML
// forbids, points elsewhere.
void RefuseOddText(const std::string& text, Diagnostics& diagnostics) {
  if (!IsUtf8(text)) {
    diagnostics.Error({1, 1}, "the file is not UTF-8 text; save it as UTF-8");
    return;
  }
  Mark here{1, 1};
  bool indentation = true;
  for (const char c : text) {
    if (c == '\n') {
      here = {here.line + 1, 1};
      indentation = true;
      continue;
    }
    if (c == '\t' && indentation) {
      diagnostics.Error(here, "a tab in the indentation; YAML wants spaces");
      indentation = false;
    } else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') {
      diagnostics.Error(here, "a control character; save the file as UTF-8 text");
      return;
    }
    indentation = indentation && c == ' ';
    ++here.column;
  }
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

std::optional<YamlNode> ParseYaml(const std::string& text, Diagnostics& diagnostics) {
  RefuseOddText(text, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  TreeBuilder builder(diagnostics);
  try {
    // yaml-cpp takes the end of the text for the end of a quote that is open; it does refuse the
    // end of the document there.
    std::istringstream stream(text + "\n...\n");
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return YamlNode{};
    TreeBuilder second(diagnostics);
    if (parser.HandleNextDocument(second)) {
      diagnostics.Error(second.TakeRoot().where,
                        "a second YAML document; remove the line `---` and what follows it");
    }
    return builder.TakeRoot();
  } catch (const YAML::Exception& error) {
    // At the end of the file yaml-cpp does not know where it is; the open bracket helps more.
    if (error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW ||
        error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW) {
      diagnostics.Error(builder.OpenSince(),
                        "not valid YAML: the bracket opened here is not closed; close it, and "
                        "check the commas and quotes after it");
    } else if (error.msg == YAML::ErrorMsg::DOC_IN_SCALAR) {
      diagnostics.Error(builder.last(),
                        "not valid YAML: a quote that opens after this is not closed; close it");
    } else {
      diagnostics.Error(ToMark(error.mark),
                        "not valid YAML: " + error.msg +
                            "; check the indentation, quotes and brackets here and just above");
    }
    return std::nullopt;
  }
}

}  // namespace nsf
