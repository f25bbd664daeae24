// SPDX-License-Identifier: Apache-2.0
// Turns ordinary fields into odd ones, kind by kind.
#include "tenant/odd_rows.h"

#include <algorithm>

#include "tenant/audit_rows.h"

namespace nsf_simulator {
namespace {

constexpr std::size_t kDeepLevels = 300;

struct Making {
  const Settings& settings;
  RowTemplate& row;
  std::vector<Field>& fields;
};

void Set(std::string_view key, std::string value, std::vector<Field>* fields) {
  if (Field* field = FindField(key, fields)) {
    field->value = std::move(value);
  } else {
    fields->push_back({std::string(key), std::move(value)});
  }
}

void Remove(Slot slot, std::vector<Field>* fields) {
  std::erase_if(*fields, [slot](const Field& field) { return field.slot == slot; });
}

// The name, which the id no longer is, moves to another key.
void MoveName(Making* m) {
  Remove(Slot::kId, &m->fields);
  m->fields.push_back({"trace_id", IdPlace(m->row.id_shape), Slot::kId});
  m->row.has_id = false;
}

void NoId(Making* m) { MoveName(m); }

void NullId(Making* m) {
  MoveName(m);
  m->fields.push_back({"_id", "null"});
}

void EmptyId(Making* m) {
  MoveName(m);
  m->fields.push_back({"_id", R"("")"});
}

void NoTime(Making* m) { Remove(Slot::kTimestamp, &m->fields); }

void NullTime(Making* m) {
  Remove(Slot::kTimestamp, &m->fields);
  m->fields.push_back({"timestamp", "null"});
}

void TextTime(Making* m) {
  for (Field& field : m->fields) {
    if (field.slot == Slot::kTimestamp) field.value = Quoted(field.value);
  }
}

void Bare(Making* m) {
  MoveName(m);
  Remove(Slot::kTimestamp, &m->fields);
  Remove(Slot::kInsertion, &m->fields);
}

// Every field that has no slot says the same.
void SetAll(std::string_view value, Making* m) {
  m->row.user.clear();
  for (Field& field : m->fields) {
    if (field.slot == Slot::kNone) field.value = value;
  }
}

void Nulls(Making* m) { SetAll("null", m); }
void TextNulls(Making* m) { SetAll(R"("null")", m); }
void EmptyValues(Making* m) { SetAll(R"("")", m); }

void Absent(Making* m) {
  Remove(Slot::kNone, &m->fields);
  Remove(Slot::kInsertion, &m->fields);
  Remove(Slot::kCount, &m->fields);
}

void TextNumbers(Making* m) {
  Remove(Slot::kCount, &m->fields);
  m->fields.push_back({"count", R"("3")", Slot::kCount});
  Set("severity_level", R"("2")", &m->fields);
  TextTime(m);
}

void BigIntegers(Making* m) {
  Remove(Slot::kCount, &m->fields);
  m->fields.push_back({"count", "18446744073709551615"});
  Set("transaction_id", "9007199254740993", &m->fields);
  Set("request_id", "8801234567890123457", &m->fields);
  Set("incident_id", "-9223372036854775808", &m->fields);
  Set("connection_id", "340282366920938463463374607431768211457", &m->fields);
}

void Floats(Making* m) {
  Set("severity_level", "2.0", &m->fields);
  Set("score", "[0.1,1e308,-0.0,1E-7,3.141592653589793238462643,12345678901234567890.5]",
      &m->fields);
}

// The second `user` and `severity_level` say something else than the first.
void DuplicateKeys(Making* m) {
  m->fields.push_back({"user", R"("second@corp.example")"});
  m->fields.push_back({"severity_level", "9"});
  m->fields.push_back({"supporting_data", R"({"data_type":"a","data_type":"b"})"});
}

void Deep(Making* m) {
  std::string nested;
  for (std::size_t i = 0; i < kDeepLevels; ++i) nested += i % 2 == 0 ? "[" : R"({"d":)";
  nested += '1';
  for (std::size_t i = kDeepLevels; i-- > 0;) nested += i % 2 == 0 ? "]" : "}";
  Set("details", std::move(nested), &m->fields);
}

void Huge(Making* m) {
  const auto size = static_cast<std::size_t>(m->settings.huge_bytes);
  std::string text;
  text.reserve(size + 64);
  while (text.size() < size) text += "a long policy, spelt out; ";
  text.resize(size);
  Set("details", "[{\"text\":" + Quoted(text) + "}]", &m->fields);
}

// A text in three places: a name, a value and a key.
void Spell(std::string_view text, Making* m) {
  m->row.user.clear();
  Set("user", Quoted(text), &m->fields);
  Set("audit_log_event", Quoted("Edited " + std::string(text) + " policy"), &m->fields);
  Set("details", "[{" + Quoted(text) + ":1}]", &m->fields);
}

// A byte that begins nothing, a character cut short, an overlong slash, an encoded surrogate.
void InvalidUtf8(Making* m) { Spell("a\xFFz \xE2\x82 \xC0\xAF \xED\xA0\x80", m); }
void Nul(Making* m) { Spell(R"(a\u0000b\u0001c\u001f)", m); }
void LoneSurrogate(Making* m) { Spell(R"(a\ud800b \udc00c \ud83d)", m); }
void LineBreaks(Making* m) { Spell(R"(a\r\nb\nc\td ] \"e\" \\ \u2028 \u0085 <13>1 - f)", m); }
void Bom(Making* m) {
  Spell(
      "\xEF\xBB\xBF"
      R"(a\ufeffb)",
      m);
}
void RightToLeft(Making* m) {
  Spell(
      "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE2\x80\xAE"
      "abc",
      m);
}
void Emoji(Making* m) {
  Spell(
      "\xF0\x9F\xA6\x8A \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB "
      R"(\ud83e\udd8a)",
      m);
}

void Keep(Making* /*m*/) {}

struct Row {
  OddRow kind;
  std::string_view name;
  void (*make)(Making* m);
};

constexpr std::array<Row, kOddRowCount> kRows{{
    {OddRow::kNoId, "no-id", NoId},
    {OddRow::kNullId, "null-id", NullId},
    {OddRow::kEmptyId, "empty-id", EmptyId},
    {OddRow::kNoTime, "no-time", NoTime},
    {OddRow::kNullTime, "null-time", NullTime},
    {OddRow::kTextTime, "text-time", TextTime},
    {OddRow::kBare, "bare", Bare},
    {OddRow::kNulls, "nulls", Nulls},
    {OddRow::kTextNulls, "text-nulls", TextNulls},
    {OddRow::kEmptyValues, "empty-values", EmptyValues},
    {OddRow::kAbsent, "absent", Absent},
    {OddRow::kTextNumbers, "text-numbers", TextNumbers},
    {OddRow::kBigIntegers, "big-integers", BigIntegers},
    {OddRow::kFloats, "floats", Floats},
    {OddRow::kDuplicateKeys, "duplicate-keys", DuplicateKeys},
    {OddRow::kDeep, "deep", Deep},
    {OddRow::kHuge, "huge", Huge},
    {OddRow::kInvalidUtf8, "invalid-utf8", InvalidUtf8},
    {OddRow::kNul, "nul", Nul},
    {OddRow::kLoneSurrogate, "lone-surrogate", LoneSurrogate},
    {OddRow::kLineBreaks, "line-breaks", LineBreaks},
    {OddRow::kBom, "bom", Bom},
    {OddRow::kRightToLeft, "right-to-left", RightToLeft},
    {OddRow::kEmoji, "emoji", Emoji},
    {OddRow::kNotObject, "not-object", Keep},
    {OddRow::kBroken, "broken", Keep},
    {OddRow::kUnbalanced, "unbalanced", Keep},
}};

// RowOf finds a kind by its place.
constexpr bool InOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].kind != static_cast<OddRow>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

const Row& RowOf(OddRow kind) { return kRows[static_cast<std::size_t>(kind)]; }

// The name alone: no slot but its own is left.
RowTemplate NameOnly() {
  RowTemplate row;
  row.text = IdPlace(row.id_shape);
  row.has_id = false;
  row.id_at = 1;
  return row;
}

// Makes an object that is no JSON of one that is.
void Break(std::string_view last_field, RowTemplate* row) {
  row->text.pop_back();
  row->text.append(",").append(last_field).append("}");
}

}  // namespace

std::optional<OddRow> OddRowByName(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

std::string_view OddRowName(OddRow kind) { return RowOf(kind).name; }

RowTemplate MakeOddRow(OddRow kind, const Settings& settings, Random* random) {
  if (kind == OddRow::kNotObject) return NameOnly();
  RowTemplate row;
  std::vector<Field> fields = MakeFields(settings, random, &row);
  // The names of rows that have no id are to be unmistakable.
  row.id_shape = IdShape::kHex24;
  FindField("_id", &fields)->value = IdPlace(row.id_shape);
  Making making{settings, row, fields};
  RowOf(kind).make(&making);
  WriteRow(fields, kCompact, &row);
  if (kind == OddRow::kBroken) Break(R"("broken":tru)", &row);
  if (kind == OddRow::kUnbalanced) Break(R"("broken":[1,{"more":2)", &row);
  return row;
}

}  // namespace nsf_simulator
