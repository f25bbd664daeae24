// SPDX-License-Identifier: Apache-2.0
// Reads paging, windows and the filter language. Texts of refusals follow the API where it is
// known.
#include "tenant/page_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace nsf_simulator {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

const std::string* Find(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

template <typename Number>
std::optional<Number> Parse(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What is wrong with a part of the request, if anything.
using Reading = std::optional<Refusal>;

Reading ReadLimit(const Parameters& parameters, const Settings& settings, PageQuery* query) {
  query->limit = settings.limit_default;
  const std::string* text = Find(parameters, "limit");
  if (text == nullptr) return std::nullopt;
  const auto limit = Parse<std::uint64_t>(*text);
  if (!limit || *limit == 0) return Refusal{400, "limit must be a positive number"};
  query->limit = *limit;
  if (*limit <= settings.limit_max || settings.over_limit == OverLimit::kObey) return std::nullopt;
  if (settings.over_limit == OverLimit::kReject) {
    return Refusal{400, "limit must not exceed " + std::to_string(settings.limit_max)};
  }
  query->limit = settings.limit_max;
  return std::nullopt;
}

bool TurnsPage(std::string_view name, PageParameter by) {
  if (name == "offset") return by == PageParameter::kOffset || by == PageParameter::kBoth;
  return name == "skip" && (by == PageParameter::kSkip || by == PageParameter::kBoth);
}

// A name that is not honoured is ignored, whatever it says: that is the trap.
Reading ReadOffset(const Parameters& parameters, const Settings& settings, PageQuery* query) {
  const auto by = settings.page_parameter;
  for (const std::string_view name : {"offset", "skip"}) {
    const std::string* text = TurnsPage(name, by) ? Find(parameters, name) : nullptr;
    if (text == nullptr) continue;
    const auto offset = Parse<std::uint64_t>(*text);
    if (!offset) return Refusal{400, std::string(name) + " must be a number"};
    query->offset = *offset;
  }
  if (settings.deep_offset != 0 && query->offset > settings.deep_offset &&
      settings.deep_answer == DeepOffset::kReject) {
    return Refusal{400, "offset exceeds the maximum of " + std::to_string(settings.deep_offset)};
  }
  return std::nullopt;
}

struct Pair {
  std::string_view start;
  std::string_view end;
  SortBy by;
  const Bounds& bounds;
};

// Sets the window if both ends of the pair are there; `given` tells whether either is.
Reading ReadPair(const Parameters& parameters, const Pair& pair, bool* given,
                 std::optional<TimeRange>* window) {
  const std::string* start = Find(parameters, pair.start);
  const std::string* end = Find(parameters, pair.end);
  *given = start != nullptr || end != nullptr;
  if (start == nullptr || end == nullptr) return std::nullopt;
  const auto first = Parse<std::int64_t>(*start);
  const auto last = Parse<std::int64_t>(*end);
  if (!first || !last || *first < 0 || *last < 0) {
    return Refusal{400, "time filter was malformed"};
  }
  // An end that no row can have stands for itself: it must not overflow.
  *window =
      TimeRange{.by = pair.by,
                .first = pair.bounds.start_included || *first == INT64_MAX ? *first : *first + 1,
                .last = pair.bounds.end_included ? *last : *last - 1};
  return std::nullopt;
}

Reading ReadWindow(const Parameters& parameters, const Settings& settings, PageQuery* query) {
  if (settings.window == WindowRule::kIgnored) return std::nullopt;
  bool event_given = false;
  bool insertion_given = false;
  std::optional<TimeRange> event;
  std::optional<TimeRange> insertion;
  if (auto fault =
          ReadPair(parameters, {"starttime", "endtime", SortBy::kTimestamp, settings.event_bounds},
                   &event_given, &event)) {
    return fault;
  }
  if (auto fault = ReadPair(
          parameters,
          {"insertionstarttime", "insertionendtime", SortBy::kInsertion, settings.insertion_bounds},
          &insertion_given, &insertion)) {
    return fault;
  }
  if (event_given && insertion_given) {
    return Refusal{400, "Only one of event time and insertion time parameters may be passed"};
  }
  const bool half = (event_given && !event) || (insertion_given && !insertion);
  const bool none = !event_given && !insertion_given;
  if (half || (none && settings.window == WindowRule::kRequired)) {
    return Refusal{400, "Time parameters are not passed"};
  }
  if (event && settings.window_pairs != WindowPairs::kInsertion) query->filter.window = event;
  if (insertion && settings.window_pairs != WindowPairs::kEvent) query->filter.window = insertion;
  return std::nullopt;
}

// The filter language as far as audit clients use it: FIELD eq "VALUE", joined by `and`.
class Conditions {
 public:
  explicit Conditions(std::string_view text) : rest_(text) {}

  bool ReadInto(Filter* filter) {
    do {
      const std::string field(Word());
      std::string value;
      if (Word() != "eq" || !String(&value) || !Apply(field, value, filter)) return false;
    } while (NextIsAnd());
    SkipSpace();
    return rest_.empty();
  }

 private:
  static bool Apply(std::string_view field, const std::string& value, Filter* filter) {
    if (field == "type") {
      filter->nothing = filter->nothing || value != "admin_audit_logs";
      return true;
    }
    if (field != "user" && field != "_id") return false;
    std::optional<std::string>& slot = field == "user" ? filter->user : filter->id;
    filter->nothing = filter->nothing || (slot && *slot != value);
    slot = value;
    return true;
  }

  void SkipSpace() {
    const auto begin = rest_.find_first_not_of(" \t");
    rest_ = begin == std::string_view::npos ? std::string_view() : rest_.substr(begin);
  }

  std::string_view Word() {
    SkipSpace();
    const auto word = rest_.substr(0, rest_.find_first_of(" \t\""));
    rest_.remove_prefix(word.size());
    return word;
  }

  bool String(std::string* out) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != '"') return false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      *out += rest_[i];
    }
    return false;
  }

  bool NextIsAnd() {
    const auto before = rest_;
    const auto word = Word();
    if (word == "and" || word == "AND") return true;
    rest_ = before;
    return false;
  }

  std::string_view rest_;
};

Reading ReadFilter(const Parameters& parameters, const Settings& settings, PageQuery* query) {
  const std::string* jql = Find(parameters, "query");
  if (jql != nullptr && !jql->empty() && !Conditions(*jql).ReadInto(&query->filter)) {
    return Refusal{400, "syntax error in query"};
  }
  const std::string* user = Find(parameters, "user");
  if (user != nullptr && settings.user_parameter) {
    std::optional<std::string>& slot = query->filter.user;
    query->filter.nothing = query->filter.nothing || (slot && *slot != *user);
    slot = *user;
  }
  return std::nullopt;
}

Reading ReadNames(const Parameters& parameters, const Settings& settings, PageQuery* /*query*/) {
  constexpr std::array<std::string_view, 6> kKnown{
      "query", "limit", "starttime", "endtime", "insertionstarttime", "insertionendtime"};
  if (settings.unknown_parameters == UnknownParameters::kIgnored) return std::nullopt;
  for (const auto& [name, value] : parameters) {
    const bool known = std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end() ||
                       (name == "user" && settings.user_parameter) ||
                       TurnsPage(name, settings.page_parameter);
    // The name is the client's: it is not repeated, so that it need not be escaped.
    if (!known) return Refusal{400, "Unsupported query parameter"};
  }
  return std::nullopt;
}

}  // namespace

Parameters ParseQueryString(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    parameters.emplace_back(PercentDecoded(part.substr(0, equals)), PercentDecoded(value));
  }
  return parameters;
}

std::variant<PageQuery, Refusal> ParsePageQuery(const Parameters& parameters,
                                                const Settings& settings) {
  PageQuery query;
  for (const auto read : {ReadNames, ReadWindow, ReadLimit, ReadOffset, ReadFilter}) {
    if (auto fault = read(parameters, settings, &query)) return *std::move(fault);
  }
  return query;
}

}  // namespace nsf_simulator
