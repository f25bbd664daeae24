// SPDX-License-Identifier: Apache-2.0
// Writing and reading lines of state.
#include "core/state/state_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace nsf {
namespace {

constexpr std::int64_t kYear10000 = 253'402'300'800;

std::optional<std::int64_t> TakeInteger(std::string_view* text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<std::size_t>(end - text->data()));
  return value;
}

bool TakeText(std::string_view expected, std::string_view* text) {
  if (!text->starts_with(expected)) return false;
  text->remove_prefix(expected.size());
  return true;
}

}  // namespace

std::string EncodeStateText(const StateForm& form, std::span<const std::int64_t> values) {
  std::string text(form.kind);
  text += '/';
  text += std::to_string(form.version);
  for (std::size_t i = 0; i < form.names.size(); ++i) {
    text += ' ';
    text += form.names[i];
    text += '=';
    text += std::to_string(values[i]);
  }
  return text;
}

Result<std::vector<std::int64_t>> DecodeStateText(const StateForm& form, std::string_view text) {
  const std::string_view whole = text;
  if (!TakeText(form.kind, &text) || !TakeText("/", &text)) return DamagedState(form);
  const auto version = TakeInteger(&text);
  if (!version) return DamagedState(form);
  if (*version > form.version) {
    return Error{ErrorKind::kStop, "the " + std::string(form.kind) +
                                       " was written by a newer version; run that version again, "
                                       "or start with another state.path"};
  }
  if (*version != form.version) return DamagedState(form);
  std::vector<std::int64_t> values;
  for (const std::string_view name : form.names) {
    if (!TakeText(" ", &text) || !TakeText(name, &text) || !TakeText("=", &text)) {
      return DamagedState(form);
    }
    const auto value = TakeInteger(&text);
    if (!value) return DamagedState(form);
    values.push_back(*value);
  }
  // A value has one spelling: "007" and "-0" are damage.
  if (!text.empty() || EncodeStateText(form, values) != whole) return DamagedState(form);
  return values;
}

bool AreStateTimes(std::initializer_list<std::int64_t> seconds) {
  return std::all_of(seconds.begin(), seconds.end(),
                     [](std::int64_t s) { return s > -kYear10000 && s < kYear10000; });
}

Error DamagedState(const StateForm& form) {
  return {ErrorKind::kStop, "the " + std::string(form.kind) +
                                " is damaged; restore the state from a backup, or move it away and "
                                "let the stream begin at its `start`"};
}

}  // namespace nsf
