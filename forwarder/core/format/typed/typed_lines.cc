// SPDX-License-Identifier: Apache-2.0
// CEF and LEEF from a type's table, key by key; what has no key follows as one JSON object.
#include <string>
#include <vector>

#include "core/event/text.h"
#include "core/format/event_parts.h"
#include "core/format/json_text.h"
#include "core/format/line_escapes.h"
#include "core/format/line_values.h"
#include "core/format/typed/event_type.h"
#include "core/format/typed/field_values.h"
#include "core/format/typed/typed_formats.h"

namespace nsf {
namespace {

constexpr std::size_t kSlugLimit = 255;
constexpr std::size_t kNameLimit = 255;
constexpr std::size_t kTextLimit = 1023;
constexpr std::size_t kLongLimit = 4000;

class LineWriter {
 public:
  LineWriter(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : event_(event),
        fields_(event.by_type->spec().fields),
        values_(event, context),
        lines_(out),
        out_(*out) {
    values_.NoteDerived(false, &placed_);
  }

 protected:
  void NotePlaced(std::size_t field) {
    const std::size_t member = values_.at(field).member;
    if (member != FieldValue::kNoMember) placed_.AddMember(member);
  }
  // Half an id is none.
  static std::size_t LimitOf(const TypedField& field, std::string_view text) {
    return field.from.front() == "@event_id" ? text.size() : kTextLimit;
  }
  // The members that are left, as one JSON object, or the row where it is none.
  std::string_view Left() { return lines_.LeftAsJson(event_, placed_); }

  const AuditEvent& event_;
  const std::vector<TypedField>& fields_;
  const FieldValues values_;
  PlacedFields placed_;
  LineValues lines_;
  TextBuffer& out_;
};

class TypedCefWriter : private LineWriter {
 public:
  using LineWriter::LineWriter;

  void Write() {
    out_ += "CEF:0|";
    out_ += kDeviceFields;
    AppendSlug(event_.event_text, kSlugLimit, &out_);
    out_ += '|';
    AppendCefHeader(lines_.Fit(event_.event_text, kNameLimit), &out_);
    out_ += '|';
    out_ += SeverityNumber(event_.severity);
    out_ += '|';
    begin_ = out_.size();
    Put("cat", event_.by_type->spec().category, {}, kTextLimit);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (!fields_[i].cef.empty() && values_.at(i).is_present && PutField(i)) NotePlaced(i);
    }
    Put("cs6", Left(), "otherMembers", kLongLimit);
    if (lines_.cut() > 0) Put("cn2", std::to_string(lines_.cut()), "valuesCut", kTextLimit);
  }

 private:
  // False: the key does not take such a value.
  bool PutField(std::size_t index) {
    const TypedField& field = fields_[index];
    const FieldValue& value = values_.at(index);
    const bool is_dictionary_integer = field.as == ValueAs::kInteger || field.as == ValueAs::kCount;
    if (is_dictionary_integer && !IsCefInteger(ReadInteger(value.text).value_or(-1))) return false;
    // The keys `src` and `dst` are of four bytes in CEF's dictionary.
    if (field.as == ValueAs::kAddress && value.text.find(':') != std::string_view::npos) {
      const bool is_source = field.cef == "src";
      Put(is_source ? "c6a2" : "c6a3", value.text,
          is_source ? "Source IPv6 Address" : "Destination IPv6 Address", kTextLimit);
      return true;
    }
    Put(field.cef, value.text, field.cef_label,
        field.cef_label.empty() ? LimitOf(field, value.text) : kLongLimit);
    return true;
  }

  // Nothing is written for an empty value.
  void Put(std::string_view key, std::string_view value, std::string_view label,
           std::size_t limit) {
    value = lines_.Fit(value, limit);
    if (value.empty()) return;
    if (out_.size() != begin_) out_ += ' ';
    out_ += key;
    out_ += '=';
    AppendCefValue(value, &out_);
    if (label.empty()) return;
    out_ += ' ';
    out_ += key;
    out_ += "Label=";
    out_ += label;
  }

  std::size_t begin_ = 0;  // of the extension
};

class TypedLeefWriter : private LineWriter {
 public:
  using LineWriter::LineWriter;

  void Write() {
    out_ += "LEEF:2.0|";
    out_ += kDeviceFields;
    AppendSlug(event_.event_text, kSlugLimit, &out_);
    out_ += "|x09|sev=";
    out_ += SeverityNumber(event_.severity);
    WriteCategory();
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const FieldValue& value = values_.at(i);
      if (fields_[i].leef.empty() || !value.is_present) continue;
      Put(fields_[i].leef, value.text, LimitOf(fields_[i], value.text));
      NotePlaced(i);
    }
    Put("rule", event_.classification.rule_id, kTextLimit);
    Put("otherMembers", Left(), kLongLimit);
    if (lines_.cut() > 0) Put("valuesCut", std::to_string(lines_.cut()), kTextLimit);
  }

 private:
  void WriteCategory() {
    out_ += "\tcat=";
    AppendLeefValue(event_.by_type->spec().category, &out_);
    const std::string_view outcome = OutcomeWord(event_.classification.outcome);
    if (outcome.empty()) return;
    out_ += '/';
    out_ += outcome;
  }

  void Put(std::string_view key, std::string_view value, std::size_t limit) {
    value = lines_.Fit(value, limit);
    if (value.empty()) return;
    out_ += '\t';
    out_ += key;
    out_ += '=';
    AppendLeefValue(value, &out_);
  }
};

}  // namespace

void AppendTypedCef(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  TypedCefWriter(event, context, out).Write();
}

void AppendTypedLeef(const AuditEvent& event, const FormatContext& context, TextBuffer* out) {
  TypedLeefWriter(event, context, out).Write();
}

}  // namespace nsf
