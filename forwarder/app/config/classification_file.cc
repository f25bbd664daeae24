// SPDX-License-Identifier: Apache-2.0
// Reading, checking and joining files of rules.
#include "app/config/classification_file.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "app/config/nearest.h"
#include "app/config/yaml_tree.h"
#include "core/event/activities.h"
#include "core/event/classification.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::size_t kMostRules = 1000;
constexpr std::size_t kMostVerbs = 64;
constexpr std::size_t kMostWords = 2000;  // of one list

struct NamedList {
  std::string name;
  WordEntries words;
};

// A file as it stands: "$account" among words is still the name of a list.
struct RuleFile {
  std::vector<NamedList> lists;
  ClassificationRules rules;
  bool says_otherwise = false;  // outcome.otherwise is there
};

const std::vector<std::string> kFileKeys = {"version", "verbs",   "lists", "outcome",
                                            "fillers", "objects", "rules"};
const std::vector<std::string> kOutcomeKeys = {"success", "failure", "otherwise"};
const std::vector<std::string> kObjectKeys = {"words", "type", "category"};
const std::vector<std::string> kRuleKeys = {
    "id",     "words", "also",     "without", "verb",     "verb_first", "data_type", "named",
    "method", "class", "activity", "name",    "category", "outcome",    "target"};
const std::vector<std::string> kOutcomes = {"words", "status", "success", "failure", "unknown"};
const std::vector<std::string> kTargets = {"none", "name", "user", "group"};
const std::vector<std::string> kMethods = {"GET",  "POST",   "PUT",    "PATCH",
                                           "HEAD", "DELETE", "OPTIONS"};

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string Folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ToLowerAscii);
  return text;
}

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// Words with one space between two, and perhaps a '*' at the end.
bool IsEntry(std::string_view text) {
  if (text.ends_with('*')) text.remove_suffix(1);
  bool after_word = false;
  for (const char c : text) {
    if (!IsWordByte(c) && (c != ' ' || !after_word)) return false;
    after_word = IsWordByte(c);
  }
  return after_word;
}

bool IsVerbWord(std::string_view text) {
  if (text.starts_with('=')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), IsWordByte);
}

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

bool IsCategory(std::string_view text) {
  return !text.empty() && text.size() <= 31 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string CategoryOf(std::uint32_t class_uid) {
  if (class_uid == 3002) return "LOGIN";
  return class_uid == 6003 ? "API" : "ADMIN_CHANGE";
}

TargetFrom TargetOf(std::uint32_t class_uid) {
  if (class_uid == 3002 || class_uid == 6003) return TargetFrom::kNone;
  if (class_uid == 3001) return TargetFrom::kUser;
  return class_uid == 3006 ? TargetFrom::kGroup : TargetFrom::kName;
}

class RuleReader {
 public:
  // `base`: what the file is added to; null: it is the built-in one.
  RuleReader(const RuleFile* base, Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    if (base == nullptr) return;
    for (const VerbWords& verb : base->rules.verbs) verbs_.push_back(verb.name);
    for (const NamedList& list : base->lists) lists_.push_back(list.name);
  }

  RuleFile Read(const YamlNode& root) {
    RuleFile file;
    if (root.kind == YamlNode::Kind::kNull) return file;
    if (!IsMap(root, "the file")) return file;
    RefuseUnknown(root, kFileKeys, "the file");
    Version(root);
    if (const YamlNode* lists = root.Find("lists")) Lists(*lists, &file.lists);
    if (const YamlNode* verbs = root.Find("verbs")) Verbs(*verbs, &file.rules.verbs);
    if (const YamlNode* outcome = root.Find("outcome")) Outcome(*outcome, &file);
    if (const YamlNode* fillers = root.Find("fillers")) file.rules.fillers = Words(*fillers);
    if (const YamlNode* objects = root.Find("objects")) {
      Entries(*objects, "objects", [&](const YamlNode& entry) { Object(entry, &file.rules); });
    }
    if (const YamlNode* rules = root.Find("rules")) {
      Entries(*rules, "rules", [&](const YamlNode& entry) { Rule(entry, &file.rules); });
    }
    return file;
  }

 private:
  void Version(const YamlNode& root) {
    const YamlNode* version = root.Find("version");
    if (version == nullptr) {
      diagnostics_.Error(root.where, "the key `version` is missing; begin with `version: 1`");
    } else if (version->text != "1") {
      diagnostics_.Error(version->where, "version " + Quoted(version->text) +
                                             " is not known to this program; write 1");
    }
  }

  void Lists(const YamlNode& node, std::vector<NamedList>* lists) {
    if (!IsMap(node, "lists")) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      lists->push_back({node.keys[i].text, Words(node.items[i])});
      lists_.push_back(node.keys[i].text);
    }
  }

  void Verbs(const YamlNode& node, std::vector<VerbWords>* verbs) {
    if (!IsMap(node, "verbs")) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      VerbWords verb{node.keys[i].text, {}};
      for (const YamlNode& item : Items(node.items[i])) {
        const std::string word = Folded(item.text);
        if (IsVerbWord(word)) {
          verb.words.push_back(word);
        } else {
          diagnostics_.Error(item.where, Quoted(item.text) +
                                             " is no stem of a verb; write one word, less its "
                                             "ending, or a whole one after \"=\"");
        }
      }
      verbs->push_back(std::move(verb));
      if (!Contains(verbs_, node.keys[i].text)) verbs_.push_back(node.keys[i].text);
    }
    if (verbs_.size() <= kMostVerbs) return;
    diagnostics_.Error(node.where, "there are more than 64 verbs; add words to those there are");
  }

  void Outcome(const YamlNode& node, RuleFile* file) {
    if (!IsMap(node, "outcome")) return;
    RefuseUnknown(node, kOutcomeKeys, "outcome");
    if (const YamlNode* words = node.Find("success")) file->rules.success = Words(*words);
    if (const YamlNode* words = node.Find("failure")) file->rules.failure = Words(*words);
    if (const YamlNode* otherwise = node.Find("otherwise")) {
      file->says_otherwise = true;
      file->rules.success_unless_said =
          Choice(*otherwise, "otherwise", {"unknown", "success"}) == "success";
    }
  }

  void Object(const YamlNode& node, ClassificationRules* rules) {
    if (!IsMap(node, "an entry of objects")) return;
    RefuseUnknown(node, kObjectKeys, "objects");
    ObjectKind object;
    if (const YamlNode* words = node.Find("words")) object.words = Words(*words);
    if (object.words.empty()) {
      diagnostics_.Error(node.where, "this object has no words; add the key `words`");
    }
    const std::string type = Needed(node, "type", "1 to 5, or 99");
    if (!Contains({"", "1", "2", "3", "4", "5", "99"}, type)) {
      diagnostics_.Error(node.Find("type")->where,
                         "type " + Quoted(type) +
                             " is none of a managed entity's; write 1 Device, 2 User, 3 Group, 4 "
                             "Organization, 5 Policy or 99");
    } else if (!type.empty()) {
      object.type_id = static_cast<std::uint32_t>(std::stoul(type));
    }
    object.category = Category(node);
    rules->objects.push_back(std::move(object));
  }

  void Rule(const YamlNode& node, ClassificationRules* rules) {
    if (!IsMap(node, "a rule")) return;
    RefuseUnknown(node, kRuleKeys, "a rule");
    ClassificationRule rule;
    Id(node, &rule);
    if (const YamlNode* words = node.Find("words")) rule.words = Words(*words);
    if (const YamlNode* words = node.Find("also")) rule.also = Words(*words);
    if (const YamlNode* words = node.Find("without")) rule.without = Words(*words);
    if (const YamlNode* words = node.Find("data_type")) rule.data_type = Words(*words);
    Verb(node, &rule);
    rule.named = Flag(node, "named", false);
    if (const YamlNode* methods = node.Find("method")) {
      for (const YamlNode& item : Items(*methods)) {
        rule.methods.push_back(Choice(item, "method", kMethods));
      }
    }
    if (!HasEntries(node, "words") && !HasEntries(node, "verb")) {
      diagnostics_.Error(node.where,
                         "this rule would match every text; give it `words`, or a `verb`");
    }
    Meaning(node, &rule);
    rules->rules.push_back(std::move(rule));
    if (rules->rules.size() == kMostRules + 1) {
      diagnostics_.Error(node.where, "there are more than 1000 rules; join some of them");
    }
  }

  static bool HasEntries(const YamlNode& node, const std::string& key) {
    const YamlNode* value = node.Find(key);
    return value != nullptr && (value->kind == YamlNode::Kind::kScalar || !value->items.empty());
  }

  void Id(const YamlNode& node, ClassificationRule* rule) {
    rule->id = Needed(node, "id", "a name of its own, as in acme.token");
    if (rule->id.empty()) return;
    const Mark where = node.Find("id")->where;
    if (!IsId(rule->id) || rule->id == "none") {
      diagnostics_.Error(where, Quoted(rule->id) +
                                    " cannot be a rule's id; write a-z, 0-9, '.', '_' and '-', at "
                                    "most 63 of them, and not `none`");
    }
    if (!ids_.insert(rule->id).second) {
      diagnostics_.Error(
          where, "two rules have the id " + Quoted(rule->id) + "; give each one of its own");
    }
  }

  void Verb(const YamlNode& node, ClassificationRule* rule) {
    rule->verb_first = Flag(node, "verb_first", true);
    const YamlNode* verbs = node.Find("verb");
    if (verbs == nullptr) return;
    for (const YamlNode& item : Items(*verbs)) {
      if (Contains(verbs_, item.text)) {
        rule->verbs.push_back(item.text);
        continue;
      }
      diagnostics_.Error(item.where, "there is no verb " + Quoted(item.text) + "; " +
                                         Suggestion(item.text, verbs_, "the verbs are"));
    }
  }

  // What an event is that matches.
  void Meaning(const YamlNode& node, ClassificationRule* rule) {
    rule->class_uid = Number(node, "class", "3001, 3002, 3004, 3005, 3006 or 6003");
    rule->activity_id = Number(node, "activity", "one of the class's activities, as in 3");
    const std::string_view caption = ActivityCaption(rule->class_uid, rule->activity_id);
    if (!IsAuditClass(rule->class_uid)) {
      if (const YamlNode* where = node.Find("class")) {
        diagnostics_.Error(where->where, "class " + Quoted(where->text) +
                                             " is not known; write 3001, 3002, 3004, 3005, 3006 or "
                                             "6003");
      }
    } else if (caption.empty()) {
      if (const YamlNode* where = node.Find("activity")) {
        diagnostics_.Error(where->where,
                           "class " + std::to_string(rule->class_uid) + " has no activity " +
                               Quoted(where->text) +
                               "; docs/CLASSIFICATION.md lists them, 99 is any other");
      }
    }
    const YamlNode* name = node.Find("name");
    rule->activity_name = name == nullptr ? std::string(caption) : Text(*name, "name");
    if (name != nullptr && rule->activity_id != 99) {
      diagnostics_.Error(name->where, "only activity 99 has a name of its own; remove `name`");
    }
    rule->category = Category(node);
    if (rule->category.empty()) rule->category = CategoryOf(rule->class_uid);
    rule->target = TargetOf(rule->class_uid);
    if (const YamlNode* target = node.Find("target")) {
      rule->target = static_cast<TargetFrom>(
          std::find(kTargets.begin(), kTargets.end(), Choice(*target, "target", kTargets)) -
          kTargets.begin());
    }
    if (const YamlNode* outcome = node.Find("outcome")) {
      rule->outcome = static_cast<OutcomeFrom>(
          std::find(kOutcomes.begin(), kOutcomes.end(), Choice(*outcome, "outcome", kOutcomes)) -
          kOutcomes.begin());
    }
  }

  std::string Category(const YamlNode& node) {
    const YamlNode* category = node.Find("category");
    if (category == nullptr) return {};
    if (!IsCategory(category->text)) {
      diagnostics_.Error(category->where, "category " + Quoted(category->text) +
                                              " is no category; write A-Z, 0-9 and '_', at most "
                                              "31, as in ADMIN_CHANGE");
    }
    return category->text;
  }

  // The words of a list, "$name" among them.
  WordEntries Words(const YamlNode& node) {
    WordEntries words;
    for (const YamlNode& item : Items(node)) {
      const std::string word = Folded(item.text);
      if (word.starts_with('$')) {
        const std::string list = item.text.substr(1);
        if (!Contains(lists_, list)) {
          const std::string nearest = Nearest(list, lists_);
          diagnostics_.Error(item.where,
                             "there is no list " + Quoted(item.text) +
                                 (nearest.empty() ? "; add it to `lists`, above what names it"
                                                  : "; did you mean `$" + nearest + "`?"));
        }
        words.push_back(item.text);
      } else if (IsEntry(word)) {
        words.push_back(word);
      } else {
        diagnostics_.Error(item.where, Quoted(item.text) +
                                           " matches no text; write words with one space between "
                                           "two, and at most one \"*\", at the end");
      }
    }
    return words;
  }

  // One text, or a list of texts.
  std::vector<YamlNode> Items(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kScalar) return {node};
    if (node.kind != YamlNode::Kind::kSequence) {
      diagnostics_.Error(node.where, "this is no list; put the words in brackets, as in [word]");
      return {};
    }
    if (node.items.size() > kMostWords) {
      diagnostics_.Error(node.where, "this list has more than 2000 entries; divide it");
      return {};
    }
    std::vector<YamlNode> items;
    for (const YamlNode& item : node.items) {
      if (item.kind == YamlNode::Kind::kScalar) {
        items.push_back(item);
      } else {
        diagnostics_.Error(item.where, "this is no text; write one word, or several in quotes");
      }
    }
    return items;
  }

  template <typename Each>
  void Entries(const YamlNode& node, const std::string& what, const Each& each) {
    if (node.kind != YamlNode::Kind::kSequence) {
      diagnostics_.Error(node.where, what + " is not a list; write entries that begin with a dash");
      return;
    }
    for (const YamlNode& entry : node.items) each(entry);
  }

  std::string Text(const YamlNode& node, const std::string& key) {
    if (node.kind == YamlNode::Kind::kScalar && !node.text.empty()) return node.text;
    diagnostics_.Error(node.where, "`" + key + "` has no text; write one, or remove the key");
    return {};
  }

  std::string Choice(const YamlNode& node, const std::string& key,
                     const std::vector<std::string>& values) {
    if (Contains(values, node.text)) return node.text;
    diagnostics_.Error(node.where,
                       key + " " + Quoted(node.text) + " is not one of: " + Joined(values));
    return values.front();
  }

  std::string Needed(const YamlNode& node, const std::string& key, const std::string& hint) {
    if (const YamlNode* value = node.Find(key)) return Text(*value, key);
    diagnostics_.Error(node.where, "the key `" + key + "` is missing; add it: " + hint);
    return {};
  }

  std::uint32_t Number(const YamlNode& node, const std::string& key, const std::string& hint) {
    const std::string text = Needed(node, key, hint);
    const bool is_number =
        !text.empty() && text.size() <= 5 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_number ? static_cast<std::uint32_t>(std::stoul(text)) : UINT32_MAX;
  }

  bool Flag(const YamlNode& node, const std::string& key, bool fallback) {
    const YamlNode* value = node.Find(key);
    return value == nullptr ? fallback : Choice(*value, key, {"true", "false"}) == "true";
  }

  bool IsMap(const YamlNode& node, const std::string& what) {
    if (node.kind == YamlNode::Kind::kMap) return true;
    diagnostics_.Error(node.where, what + " is not a map; write `key: value` there");
    return false;
  }

  void RefuseUnknown(const YamlNode& map, const std::vector<std::string>& keys,
                     const std::string& what) {
    for (const YamlNode::Key& key : map.keys) {
      if (Contains(keys, key.text)) continue;
      diagnostics_.Error(key.where, "unknown key " + Quoted(key.text) + " in " + what + "; " +
                                        Suggestion(key.text, keys, "the keys here are"));
    }
  }

  Diagnostics& diagnostics_;
  std::vector<std::string> verbs_;
  std::vector<std::string> lists_;
  std::set<std::string> ids_;
};

template <typename T>
void Append(const std::vector<T>& more, std::vector<T>* to) {
  to->insert(to->end(), more.begin(), more.end());
}

// What a user's file says is looked at before what is built in.
RuleFile Join(RuleFile base, const RuleFile& own) {
  for (const NamedList& list : own.lists) {
    const auto known = std::find_if(base.lists.begin(), base.lists.end(),
                                    [&list](const NamedList& l) { return l.name == list.name; });
    if (known == base.lists.end()) {
      base.lists.push_back(list);
    } else {
      Append(list.words, &known->words);
    }
  }
  ClassificationRules& rules = base.rules;
  rules.verbs.insert(rules.verbs.begin(), own.rules.verbs.begin(), own.rules.verbs.end());
  rules.objects.insert(rules.objects.begin(), own.rules.objects.begin(), own.rules.objects.end());
  Append(own.rules.success, &rules.success);
  Append(own.rules.failure, &rules.failure);
  Append(own.rules.fillers, &rules.fillers);
  if (own.says_otherwise) rules.success_unless_said = own.rules.success_unless_said;
  std::vector<ClassificationRule> first;
  for (const ClassificationRule& rule : own.rules.rules) {
    const auto replaced =
        std::find_if(rules.rules.begin(), rules.rules.end(),
                     [&rule](const ClassificationRule& r) { return r.id == rule.id; });
    if (replaced == rules.rules.end()) {
      first.push_back(rule);
    } else {
      *replaced = rule;
    }
  }
  rules.rules.insert(rules.rules.begin(), first.begin(), first.end());
  return base;
}

// The words themselves in place of the lists' names. A list within a list was read before it.
class Resolver {
 public:
  explicit Resolver(const std::vector<NamedList>& lists) {
    for (const NamedList& list : lists) resolved_.push_back({list.name, Resolved(list.words)});
  }

  WordEntries Resolved(const WordEntries& words) const {
    WordEntries resolved;
    for (const std::string& word : words) {
      if (!word.starts_with('$')) {
        resolved.push_back(word);
        continue;
      }
      for (const NamedList& list : resolved_) {
        if (list.name == word.substr(1)) Append(list.words, &resolved);
      }
    }
    return resolved;
  }

 private:
  std::vector<NamedList> resolved_;
};

ClassificationRules Resolve(RuleFile file) {
  const Resolver lists(file.lists);
  ClassificationRules& rules = file.rules;
  for (WordEntries* words : {&rules.success, &rules.failure, &rules.fillers}) {
    *words = lists.Resolved(*words);
  }
  for (ObjectKind& object : rules.objects) object.words = lists.Resolved(object.words);
  for (ClassificationRule& rule : rules.rules) {
    for (WordEntries* words : {&rule.words, &rule.also, &rule.without, &rule.data_type}) {
      *words = lists.Resolved(*words);
    }
  }
  return std::move(file.rules);
}

RuleFile ReadFile(const std::string& text, const RuleFile* base, Diagnostics& diagnostics) {
  const std::optional<YamlNode> root = ParseYaml(text, diagnostics);
  return root ? RuleReader(base, diagnostics).Read(*root) : RuleFile();
}

RuleFile BuiltInFile() {
  Diagnostics diagnostics;
  RuleFile file = ReadFile(BuiltInClassificationText(), nullptr, diagnostics);
  if (!diagnostics.ok()) {
    throw std::logic_error(ToString("classification.yaml", diagnostics.errors().front()));
  }
  return file;
}

}  // namespace

ClassificationRules BuiltInRules() { return Resolve(BuiltInFile()); }

std::shared_ptr<const ClassificationTable> BuiltInClassification() {
  return std::make_shared<const ClassificationTable>(BuiltInRules());
}

std::optional<ClassificationRules> ReadRules(const std::string& text, Diagnostics& diagnostics) {
  const RuleFile base = BuiltInFile();
  const RuleFile own = ReadFile(text, &base, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return Resolve(Join(base, own));
}

std::shared_ptr<const ClassificationTable> ReadClassification(const std::string& text,
                                                              Diagnostics& diagnostics) {
  std::optional<ClassificationRules> rules = ReadRules(text, diagnostics);
  if (!rules) return nullptr;
  return std::make_shared<const ClassificationTable>(*std::move(rules));
}

bool SameRules(const ClassificationTable& a, const ClassificationTable& b) { return a.SameAs(b); }

}  // namespace nsf
