// SPDX-License-Identifier: Apache-2.0
#include "app/config/diagnostics.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

// A terminal obeys some of them, and paths and names of the file are repeated in messages.
std::string WithoutControls(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

void Insert(std::vector<Diagnostic>& list, Mark where, std::string message) {
  Diagnostic diagnostic{where, WithoutControls(std::move(message))};
  const auto place = std::lower_bound(list.begin(), list.end(), diagnostic);
  if (place != list.end() && *place == diagnostic) return;
  list.insert(place, std::move(diagnostic));
}

}  // namespace

void Diagnostics::Error(Mark where, std::string message) {
  Insert(errors_, where, std::move(message));
}

void Diagnostics::Warning(Mark where, std::string message) {
  Insert(warnings_, where, std::move(message));
}

std::string ToString(std::string_view file, const Diagnostic& diagnostic) {
  std::string text(file);
  if (diagnostic.where.line > 0) {
    text +=
        ':' + std::to_string(diagnostic.where.line) + ':' + std::to_string(diagnostic.where.column);
  }
  return text + ": " + diagnostic.message;
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 80;
  std::string quoted = "\"" + WithoutControls(std::string(text.substr(0, kShown)));
  if (text.size() > kShown) quoted += "...";
  return quoted + '"';
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace nsf
