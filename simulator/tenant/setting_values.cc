// SPDX-License-Identifier: Apache-2.0
// Reads the values of settings.
#include "tenant/setting_values.h"

#include <algorithm>

#include "tenant/typed_rows.h"

namespace nsf_simulator {
namespace {

constexpr std::uint64_t kMostRequests = 1'000'000'000;

}  // namespace

bool ParseDuration(std::string_view text, std::chrono::milliseconds* out) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr std::int64_t kLongest = std::int64_t{10} * 365 * 86'400'000;
  const auto unit_at = text.find_first_not_of("-0123456789");
  if (unit_at == std::string_view::npos) return false;
  std::int64_t count = 0;
  if (!ParseNumber(text.substr(0, unit_at), &count)) return false;
  for (const auto& [unit, milliseconds] : kUnits) {
    if (text.substr(unit_at) != unit) continue;
    if (count > kLongest / milliseconds || count < -kLongest / milliseconds) return false;
    *out = std::chrono::milliseconds(count * milliseconds);
    return true;
  }
  return false;
}

bool ParseOnOff(std::string_view text, bool* out) {
  if (text != "on" && text != "off") return false;
  *out = text == "on";
  return true;
}

bool ParseBounds(std::string_view text, Bounds* out) {
  if (text.size() != 2 || (text[0] != '[' && text[0] != '(')) return false;
  if (text[1] != ']' && text[1] != ')') return false;
  *out = {.start_included = text[0] == '[', .end_included = text[1] == ']'};
  return true;
}

bool ParseWholeSeconds(std::string_view text, std::chrono::seconds* out) {
  std::chrono::milliseconds value{};
  if (!ParseDuration(text, &value)) return false;
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(value);
  if (whole != value) return false;
  *out = whole;
  return true;
}

bool ParseRate(std::string_view text, std::uint64_t* count, std::chrono::seconds* period) {
  const auto slash = text.find('/');
  const auto unit = slash == std::string_view::npos ? "min" : text.substr(slash + 1);
  if (unit != "min" && unit != "s") return false;
  std::uint64_t value = 0;
  if (!ParseNumber(text.substr(0, slash), &value) || value > kMostRequests) return false;
  *count = value;
  *period = std::chrono::seconds(unit == "s" ? 1 : 60);
  return true;
}

bool ParseEventTypes(std::string_view text, std::vector<std::string>* out) {
  out->clear();
  if (text == "none") return true;
  if (text == "all") {
    out->assign(TypedNames().begin(), TypedNames().end());
    return true;
  }
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, comma);
    const bool is_new = std::find(out->begin(), out->end(), name) == out->end();
    if (!is_new || (name != "audit" && !IsTypedName(name))) return false;
    out->emplace_back(name);
    if (comma == text.size()) return true;
    text.remove_prefix(comma + 1);
  }
}

bool ParseFieldName(std::string_view text, std::string* out) {
  if (text.empty() || text.size() > 40) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && c != '_' && c != '.') return false;
  }
  *out = text;
  return true;
}

bool ParseLiveRate(std::string_view text, double* out) {
  double value = 0;
  if (!ParseNumber(text, &value)) return false;
  if (value != 0 && !(value >= 1e-6 && value <= 1e6)) return false;
  *out = value;
  return true;
}

}  // namespace nsf_simulator
