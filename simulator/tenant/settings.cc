// SPDX-License-Identifier: Apache-2.0
// Applies settings from their text forms.
#include "tenant/settings.h"

#include <algorithm>
#include <array>

#include "tenant/scenarios.h"

namespace nsf_simulator {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

const SettingKey* FindKey(std::string_view name) {
  for (const SettingKey& key : SettingKeys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

// The next piece of `text` up to one of `separators`, which are skipped; empty at the end.
std::string_view NextWord(std::string_view separators, std::string_view* text) {
  const auto begin = std::min(text->find_first_not_of(separators), text->size());
  text->remove_prefix(begin);
  const auto word = text->substr(0, text->find_first_of(separators));
  text->remove_prefix(word.size());
  return word;
}

// One assignment of a change: as ApplySetting, but for keys that are lasting.
std::optional<std::string> ApplyPassing(std::string_view assignment, Settings* settings) {
  const SettingKey* key = FindKey(assignment.substr(0, assignment.find('=')));
  if (key != nullptr && key->lasting) {
    return "'" + std::string(key->name) + "' holds from the start on and cannot change";
  }
  return ApplySetting(assignment, settings);
}

}  // namespace

std::optional<std::string> ApplySetting(std::string_view assignment, Settings* settings) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return "'" + std::string(assignment) + "' is no key=value";
  }
  const auto name = assignment.substr(0, equals);
  const auto value = assignment.substr(equals + 1);
  const SettingKey* key = FindKey(name);
  if (key == nullptr) {
    return "there is no setting '" + std::string(name) + "'; --list-scenarios shows them";
  }
  if (key->apply(value, settings)) return std::nullopt;
  return "'" + std::string(value) + "' does not fit " + std::string(name) + ": it takes " +
         std::string(key->values);
}

std::optional<std::string> ApplyChange(std::string_view change, Settings* settings) {
  for (auto part = NextWord(";", &change); !part.empty(); part = NextWord(";", &change)) {
    const Scenario* scenario = FindScenario(part);
    std::string_view assignments = scenario != nullptr ? scenario->settings : part;
    for (auto word = NextWord(kSpace, &assignments); !word.empty();
         word = NextWord(kSpace, &assignments)) {
      if (auto fault = ApplyPassing(word, settings)) return fault;
    }
  }
  return std::nullopt;
}

std::optional<std::string> ApplySettingsText(std::string_view text, Settings* settings) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line = line.substr(0, line.find('#'));
    for (auto word = NextWord(kSpace, &line); !word.empty(); word = NextWord(kSpace, &line)) {
      if (auto fault = ApplySetting(word, settings)) {
        return "line " + std::to_string(number) + ": " + *fault;
      }
    }
  }
  return std::nullopt;
}

bool TimesFit(const Settings& settings, Time anchor) {
  constexpr Time kFirst{std::chrono::seconds(1'000'000'000)};
  constexpr Time kLast{std::chrono::seconds(9'900'000'000)};
  const Time start = anchor + settings.clock_offset;
  const Time earliest = start - settings.span - std::max(settings.lag_max, settings.late_by);
  return earliest >= kFirst && start + settings.ahead_by <= kLast;
}

}  // namespace nsf_simulator
