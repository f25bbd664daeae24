// SPDX-License-Identifier: Apache-2.0
// OCSF and ECS along a type's tree; what has no place in it follows under its own name.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "core/format/ecs_field.h"
#include "core/format/identity_json.h"
#include "core/format/json_pieces.h"
#include "core/format/json_text.h"
#include "core/format/left_members.h"
#include "core/format/ocsf_enrichments.h"
#include "core/format/typed/event_type.h"
#include "core/format/typed/field_values.h"
#include "core/format/typed/typed_formats.h"

namespace nsf {
namespace {

constexpr std::string_view kRuleName = "ocsf_rule";
constexpr std::string_view kTimeSourceName = "time_source";

// Kinds of values that one searches by: OCSF's observables, and where they are listed in ECS.
struct Searched {
  ValueAs as;
  std::string_view observable;  // its type, as JSON
  std::string_view related;
};

constexpr std::array<Searched, 5> kSearched = {{
    {ValueAs::kUser, R"("type_id":4,"type":"User Name","value":)", "user"},
    {ValueAs::kAddress, R"("type_id":2,"type":"IP Address","value":)", "ip"},
    {ValueAs::kHost, R"("type_id":1,"type":"Hostname","value":)", "hosts"},
    {ValueAs::kEmail, R"("type_id":5,"type":"Email Address","value":)", "user"},
    {ValueAs::kUrl, R"("type_id":6,"type":"URL String","value":)", ""},
}};

const Searched* SearchedAs(ValueAs as) {
  for (const Searched& searched : kSearched) {
    if (searched.as == as) return &searched;
  }
  return nullptr;
}

class TreeWriter : protected JsonPieces {
 public:
  TreeWriter(const AuditEvent& event, const FormatContext& context, const FieldTree& tree,
             TextBuffer* out)
      : JsonPieces(*event.row, out),
        event_(event),
        context_(context),
        tree_(tree),
        fields_(event.by_type->spec().fields),
        values_(event, context) {
    is_there_.resize(tree.size());
    Look(0);
  }

 protected:
  const TypedField& FieldOf(const TreeNode& leaf) const { return fields_[leaf.field]; }
  bool IsNeverAlone(const TypedField& field) const {
    return field.as == ValueAs::kPort || field.as == ValueAs::kInteger;
  }
  bool HasValue(const TreeNode& leaf) const {
    return !FieldOf(leaf).constant.empty() || values_.at(leaf.field).is_present;
  }

  // Which objects have something to hold.
  bool Look(std::size_t node);
  void PutMembers(std::size_t node);
  bool IsWritten(const TreeNode& parent, std::size_t child) const;
  void PutLeaf(const TreeNode& leaf);
  void PutComma() {
    if (!out_.ends_with('{') && !out_.ends_with('[')) Put(",");
  }
  void PutKey(std::string_view name) {
    PutComma();
    Put(Quoted{name}, ":");
  }
  template <std::size_t kSize>
  void PutKey(const char (&literal)[kSize]) {
    PutComma();
    Put("\"", literal, "\":");
  }

  const AuditEvent& event_;
  const FormatContext& context_;
  const FieldTree& tree_;
  const std::vector<TypedField>& fields_;
  const FieldValues values_;
  std::vector<bool> is_there_;  // by node: something of it is written
};

bool TreeWriter::Look(std::size_t node) {
  const TreeNode& at = tree_[node];
  bool is_there = false;
  if (at.is_leaf) {
    is_there = HasValue(at) && !FieldOf(at).follows;
  } else {
    for (const std::size_t child : at.children) is_there = Look(child) || is_there;
  }
  is_there_[node] = is_there;
  return is_there;
}

// `parent` is written; is this child of it?
bool TreeWriter::IsWritten(const TreeNode& parent, std::size_t child) const {
  const TreeNode& node = tree_[child];
  if (!node.is_leaf) return is_there_[child];
  if (!HasValue(node)) return false;
  const TypedField& field = FieldOf(node);
  const bool is_constant = !field.constant.empty();
  return std::none_of(parent.children.begin(), parent.children.end(), [&](std::size_t other) {
    const TreeNode& sibling = tree_[other];
    if (other == child || !sibling.is_leaf || !HasValue(sibling)) return false;
    const bool is_given = FieldOf(sibling).constant.empty();
    if (field.alone && is_given && !IsNeverAlone(FieldOf(sibling))) return true;
    // One place is written once: by what the row gives, else by what the table has first.
    if (sibling.key != node.key) return false;
    return is_constant == !is_given ? other < child : is_given;
  });
}

void TreeWriter::PutMembers(std::size_t node) {
  const TreeNode& parent = tree_[node];
  for (const std::size_t child : parent.children) {
    if (!IsWritten(parent, child)) continue;
    const TreeNode& at = tree_[child];
    PutComma();
    Put(at.key);
    if (at.is_list) Put("[");
    if (at.is_leaf) {
      PutLeaf(at);
    } else {
      Put("{");
      PutMembers(child);
      Put("}");
    }
    if (at.is_list) Put("]");
  }
}

void TreeWriter::PutLeaf(const TreeNode& leaf) {
  const TypedField& field = FieldOf(leaf);
  if (!field.constant.empty()) return Put(field.constant);
  const FieldValue& value = values_.at(leaf.field);
  switch (leaf.part) {
    case ValuePart::kWordId:
      AppendInteger(value.word == nullptr ? 99 : value.word->id, &out_);
      return;
    case ValuePart::kWordCaption:
      AppendJsonString(value.word == nullptr ? value.text : value.word->caption, &out_);
      return;
    case ValuePart::kValue:
      break;
  }
  if (value.is_json) return Put(value.text);
  Put(Quoted{value.text});
}

class TypedOcsfWriter : private TreeWriter {
 public:
  TypedOcsfWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : TreeWriter(event, context, event.by_type->ocsf(), out) {}

  void Write() {
    Put("{");
    PutMembers(0);
    WriteStatus();
    WriteObservables();
    AppendEnrichments(event_, context_.people, &out_);
    WriteUnmapped();
    Put("}");
  }

 private:
  // Classes whose status is that of a finding have it in their table.
  void WriteStatus() {
    switch (event_.classification.outcome) {
      case EventOutcome::kSuccess:
        return Put(R"(,"status_id":1,"status":"Success")");
      case EventOutcome::kFailure:
        return Put(R"(,"status_id":2,"status":"Failure")");
      case EventOutcome::kUnknown:
        return;
    }
  }

  void WriteObservables() {
    const std::size_t begin = out_.size();
    for (std::size_t i = 0; i < tree_.size(); ++i) {
      const TreeNode& leaf = tree_[i];
      if (!leaf.is_leaf || !FieldOf(leaf).constant.empty() || !HasValue(leaf)) continue;
      const Searched* const searched = SearchedAs(FieldOf(leaf).as);
      if (searched == nullptr) continue;
      Put(out_.size() == begin ? R"(,"observables":[{"name":)" : R"(,{"name":)");
      AppendJsonString(leaf.path, &out_);
      Put(",", searched->observable, Quoted{values_.at(leaf.field).text}, "}");
    }
    if (out_.size() > begin) Put("]");
  }

  void WriteUnmapped() {
    const Row& row = *event_.row;
    bool has_rule = false;  // of its own: then ours gives way
    bool has_time_source = values_.time().source.empty();
    Put(R"(,"unmapped":{)");
    if (!row.raw.starts_with('{')) {
      PutKey("row");
      PutValue(row.raw);
    }
    const PlacedFields placed = values_.Placed(&TypedField::ocsf);
    LeftMembers left(event_, placed);
    while (const Field* const field = left.Next()) {
      PutKey(field->name);
      PutValue(field->json);
      has_rule = has_rule || field->name == kRuleName;
      has_time_source = has_time_source || field->name == kTimeSourceName;
    }
    const auto put_own = [this](std::string_view name, std::string_view text) {
      PutComma();
      Put("\"", name, "\":", Quoted{text});
    };
    if (!has_rule) put_own(kRuleName, event_.classification.rule_id);
    if (!has_time_source) put_own(kTimeSourceName, values_.time().source);
    Put("}");
  }
};

class TypedEcsWriter : private TreeWriter {
 public:
  TypedEcsWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : TreeWriter(event, context, event.by_type->ecs(), out) {}

  void Write() {
    Put("{");
    PutMembers(0);
    WriteRelated();
    WriteOwn();
    Put("}");
  }

 private:
  // Everything to search by, each once.
  void WriteRelated() {
    const std::size_t begin = out_.size();
    for (const std::string_view list : {"user", "ip", "hosts"}) {
      std::vector<std::string_view> listed;
      for (const TreeNode& leaf : tree_) {
        if (!leaf.is_leaf || !FieldOf(leaf).constant.empty() || !HasValue(leaf)) continue;
        const Searched* const searched = SearchedAs(FieldOf(leaf).as);
        const std::string_view text = values_.at(leaf.field).text;
        if (searched == nullptr || searched->related != list) continue;
        if (std::find(listed.begin(), listed.end(), text) == listed.end()) listed.push_back(text);
      }
      if (listed.empty()) continue;
      if (out_.size() == begin) Put(R"(,"related":{)");
      PutKey(list);
      Put("[");
      for (const std::string_view text : listed) {
        PutComma();
        Put(Quoted{text});
      }
      Put("]");
    }
    if (out_.size() > begin) Put("}");
  }

  // An index refuses a whole event whose field has changed its type, so every member is a text.
  void WriteOwn() {
    Put(R"(,"netskope":{)");
    const std::size_t begin = out_.size();
    const PlacedFields placed = values_.Placed(&TypedField::ecs);
    LeftMembers left(event_, placed);
    while (const Field* const field = left.Next()) {
      if (field->type == FieldType::kString && field->text.empty()) continue;
      if (!IsFieldName(field->name)) {
        other_ += other_.size() > 0 ? "," : "";
        AppendJsonString(field->name, &other_);
        other_ += ':';
        AppendJsonValue(field->json, &other_);
        continue;
      }
      if (out_.size() == begin) {
        PutKey(context_.stream);
        Put("{");
      }
      PutKey(field->name);
      if (field->type == FieldType::kString) {
        PutValue(field->json);
      } else {
        PutNested(field->json);
      }
    }
    if (out_.size() > begin) Put("}");
    if (!event_.row->raw.starts_with('{')) {
      PutKey("row");
      PutNested(event_.row->raw);
    }
    WriteOther();
    WriteIdentity();
    WriteForwarder();
    Put("}");
  }

  void WriteOther() {
    if (other_.size() == 0) return;
    PutKey("other");
    Put("\"{");
    AppendJsonInside(other_.view(), &out_);
    out_.NoteAsIn(other_);
    Put("}\"");
  }

  void WriteIdentity() {
    if (!HasPeople(context_.people)) return;
    PutKey("identity");
    AppendPeopleJson(*context_.people, &out_);
  }

  void WriteForwarder() {
    PutKey("forwarder");
    Put(R"({"category":)", Quoted{event_.classification.category}, R"(,"rule":)",
        Quoted{event_.classification.rule_id});
    PutTextIfAny(R"(,"time_source":)", values_.time().source);
    Put("}");
  }

  TextBuffer other_;  // the members that cannot be fields, as the inside of an object
};

}  // namespace

void AppendTypedOcsf(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  TypedOcsfWriter(event, context, out).Write();
}

void AppendTypedEcs(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  TypedEcsWriter(event, context, out).Write();
}

}  // namespace nsf
