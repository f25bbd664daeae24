// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/shorten.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "adapters/syslog/payload_scan.h"

namespace nsf::syslog {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";  // U+2026

// The greatest common length at which the values, cut to it, save at least `excess` bytes.
std::optional<std::size_t> CommonLength(const std::vector<Span>& values, std::size_t excess) {
  std::vector<std::size_t> sizes;
  for (const Span& value : values) {
    if (value.size() > kShortestCut) sizes.push_back(value.size());
  }
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sum += sizes[i];
    const std::size_t next = i + 1 < sizes.size() ? sizes[i + 1] : kShortestCut;
    const std::size_t count = i + 1;
    if (sum < excess + count * next) continue;
    return (sum - excess) / count;  // the first `count` of them at that length
  }
  return std::nullopt;
}

// The value in at most `most` bytes, the ellipsis included.
std::string Cut(Syntax syntax, std::string_view value, std::size_t most) {
  std::size_t at = 0;
  while (at < value.size()) {
    const std::size_t length = UnitLength(syntax, value.substr(at));
    if (at + length > most - kEllipsis.size()) break;
    at += length;
  }
  return std::string(value.substr(0, at)) + std::string(kEllipsis);
}

// The payload with its mark, and its values cut so that it fits.
std::optional<std::string> CutValues(std::string_view payload, const ScannedPayload& scanned,
                                     std::size_t most) {
  const std::size_t whole = payload.size() + scanned.mark.size();
  std::size_t longest = whole;  // of a value
  if (whole > most) {
    const auto common = CommonLength(scanned.values, whole - most);
    if (!common) return std::nullopt;
    longest = *common;
  }
  std::string out;
  std::size_t done = 0;
  bool marked = false;
  const auto copy_to = [&](std::size_t end) {
    if (!marked && scanned.mark_at <= end) {
      out += payload.substr(done, scanned.mark_at - done);
      out += scanned.mark;
      done = scanned.mark_at;
      marked = true;
    }
    out += payload.substr(done, end - done);
    done = end;
  };
  for (const Span& value : scanned.values) {
    if (value.size() <= longest) continue;
    copy_to(value.begin);
    out += Cut(scanned.syntax, payload.substr(value.begin, value.size()), longest);
    done = value.end;
  }
  copy_to(payload.size());
  return out;
}

std::string Without(std::string_view payload, const Span& span) {
  return std::string(payload.substr(0, span.begin)) + std::string(payload.substr(span.end));
}

}  // namespace

std::optional<std::string> Shorten(std::string_view payload, std::size_t most) {
  std::string text(payload);
  for (std::size_t i = 0; i < kMissedLeast.size(); ++i) {
    const auto scanned = ScanPayload(text);
    if (!scanned) return std::nullopt;
    if (text.size() + scanned->mark.size() <= most) break;
    text = Without(text, scanned->members[i]);
  }
  const auto scanned = ScanPayload(text);
  if (!scanned) return std::nullopt;
  return CutValues(text, *scanned, most);
}

}  // namespace nsf::syslog
