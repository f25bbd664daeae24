// SPDX-License-Identifier: Apache-2.0
#include "app/config/expand.h"

#include <string_view>

#include "app/config/diagnostics.h"

namespace nsf {
namespace {

Error Wrong(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }

bool IsVariableName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

Result<std::string> FromFile(const std::string& path, const Surroundings& surroundings) {
  if (path.empty() || path[0] != '/') {
    return Wrong("a file reference without a path from the root; write ${file:/path}");
  }
  Result<std::string> content = surroundings.read_file(path);
  if (!content) {
    return Wrong("a reference to " + path + ", which cannot be read (" + content.error().message +
                 "); create the file, or let this user read it");
  }
  std::string text = Trimmed(*content);
  if (text.empty())
    return Wrong("a reference to " + path + ", which is empty; write the value into the file");
  return text;
}

// The value of what stands between "${" and "}".
Result<std::string> Resolve(const std::string& inner, const Surroundings& surroundings) {
  constexpr std::string_view kFile = "file:";
  if (inner.starts_with(kFile)) return FromFile(inner.substr(kFile.size()), surroundings);

  const std::size_t fallback = inner.find(":-");
  const std::string name = inner.substr(0, fallback);
  if (!IsVariableName(name)) {
    // What stands there is not repeated: it may be a piece of a secret.
    return Wrong(
        "a reference that is not known; write ${NAME}, ${NAME:-default} or ${file:/path}, "
        "and $$ for a dollar sign");
  }
  std::optional<std::string> value = surroundings.environment(name);
  if (fallback != std::string::npos && (!value || value->empty())) {
    return inner.substr(fallback + 2);
  }
  if (!value) {
    return Wrong("a variable that is not set, " + name + "; set it, or write ${" + name +
                 ":-default}");
  }
  return *std::move(value);
}

}  // namespace

Result<std::string> Expand(const std::string& text, const Surroundings& surroundings) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t dollar = text.find('$', at);
    out.append(text, at, dollar - at);
    if (dollar == std::string::npos) break;
    const char next = dollar + 1 < text.size() ? text[dollar + 1] : '\0';
    if (next == '$') {
      out += '$';
      at = dollar + 2;
      continue;
    }
    if (next != '{') {
      return Wrong("a single dollar sign; write $$ for a dollar sign, or ${NAME} for a variable");
    }
    const std::size_t end = text.find('}', dollar);
    if (end == std::string::npos) return Wrong("\"${\" without \"}\"; close the reference");
    Result<std::string> value = Resolve(text.substr(dollar + 2, end - dollar - 2), surroundings);
    if (!value) return value;
    out += *value;
    at = end + 1;
  }
  return out;
}

bool HoldsReference(const std::string& text) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 2)) {
    if (at + 1 < text.size() && text[at + 1] == '{') return true;
  }
  return false;
}

std::string Trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace nsf
