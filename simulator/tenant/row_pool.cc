// SPDX-License-Identifier: Apache-2.0
// Fills row templates.
#include "tenant/row_pool.h"

#include <array>
#include <cstring>

#include "tenant/audit_rows.h"
#include "tenant/odd_rows.h"
#include "tenant/random.h"

namespace nsf_simulator {
namespace {

// The first nine-digit number: "short digits" ids keep their width for 900 million events.
constexpr std::uint64_t kFirstDigitsId = 100'000'000;

void WriteNumber(std::uint64_t value, std::size_t width, char* to) {
  for (std::size_t i = width; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

void WriteHex(std::uint64_t value, std::size_t width, char* to) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = width; i-- > 0; value >>= 4U) to[i] = kDigits[value & 15U];
}

void WriteTime(std::chrono::sys_seconds time, TimeUnit unit, char* to) {
  const auto seconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  WriteNumber(unit == TimeUnit::kMilliseconds ? seconds * 1000 : seconds, TimeWidth(unit), to);
}

void WriteUuid(std::uint64_t high, std::uint64_t low, char* to) {
  constexpr std::array<std::size_t, 5> kGroups{8, 4, 4, 4, 12};
  std::array<char, 32> hex{};
  WriteHex(high, 16, hex.data());
  WriteHex(low, 16, hex.data() + 16);
  const char* from = hex.data();
  for (const std::size_t group : kGroups) {
    std::memcpy(to, from, group);
    from += group;
    to += group;
    if (from != hex.data() + hex.size()) *to++ = '-';
  }
}

// Sixteen digits of each shape come from a bijection of the number: no two events share an id.
void WriteId(std::uint64_t seed, EventNumber number, IdShape shape, char* to) {
  const std::uint64_t unique = Scatter((seed ^ 0x1dU) + number);
  const std::uint64_t more = Scatter(unique);
  switch (shape) {
    case IdShape::kHex24:
    case IdShape::kHex22:
    case IdShape::kHex32:
      WriteHex(unique, 16, to);
      WriteHex(more, IdWidth(shape) - 16, to + 16);
      return;
    case IdShape::kUuid:
      WriteUuid(unique, more, to);
      return;
    case IdShape::kDigits:
      WriteNumber(kFirstDigitsId + number, IdWidth(shape), to);
      return;
  }
}

// What a random choice about a row is about, so that they do not depend on each other.
std::uint64_t Choice(std::uint64_t seed, EventNumber number, std::uint64_t about) {
  return Scatter(Scatter(seed, about) + number);
}

constexpr std::uint64_t kAboutOddity = 1;
constexpr std::uint64_t kAboutChange = 2;

// A few rows of each odd kind are enough; one, where each is big.
constexpr std::size_t kOddVariety = 4;

}  // namespace

RowPool::RowPool(const Settings& settings)
    : seed_(Scatter(settings.seed)),
      time_unit_(settings.time_unit),
      changed_percent_(settings.changed_percent),
      changed_after_(settings.changed_after),
      variety_(static_cast<std::size_t>(settings.row_variety)) {
  Random random(seed_);
  rows_.reserve(variety_ + 1);
  for (std::size_t i = 0; i < variety_; ++i) rows_.push_back(MakeRow(settings, &random));
  echo_at_ = rows_.size();
  rows_.push_back(MakeEchoRow(settings));
  std::uint64_t draws = 0;
  for (std::size_t i = 0; i < kOddRowCount; ++i) {
    const auto kind = static_cast<OddRow>(i);
    if (settings.odd_rows[i] == 0) continue;
    draws += settings.odd_rows[i];
    const std::size_t count = kind == OddRow::kHuge ? 1 : kOddVariety;
    odd_.push_back({kind, draws, rows_.size(), count});
    for (std::size_t n = 0; n < count; ++n) rows_.push_back(MakeOddRow(kind, settings, &random));
  }
}

const RowPool::OddRange* RowPool::OddRangeOf(const Event& event) const {
  if (odd_.empty() || event.kind == EventKind::kEcho || event.kind == EventKind::kChange) {
    return nullptr;
  }
  const std::uint64_t draw = Choice(seed_, event.origin, kAboutOddity) % 1000;
  for (const OddRange& range : odd_) {
    if (draw < range.draws_end) return &range;
  }
  return nullptr;
}

std::size_t RowPool::IndexOf(const Event& event) const {
  if (event.kind == EventKind::kEcho) return echo_at_;
  if (event.kind == EventKind::kChange) return event.origin;
  const std::uint64_t choice = Scatter(seed_ + event.origin);
  if (const OddRange* odd = OddRangeOf(event)) {
    return odd->begin + static_cast<std::size_t>(choice) % odd->count;
  }
  return static_cast<std::size_t>(choice) % variety_;
}

std::uint32_t RowPool::AddRow(RowTemplate row) {
  rows_.push_back(std::move(row));
  return static_cast<std::uint32_t>(rows_.size() - 1);
}

std::optional<OddRow> RowPool::OddityOf(const Event& event) const {
  const OddRange* odd = OddRangeOf(event);
  return odd == nullptr ? std::nullopt : std::optional(odd->kind);
}

std::optional<Time> RowPool::ChangesAt(const Event& event) const {
  if (changed_percent_ == 0 || event.kind == EventKind::kChange) return std::nullopt;
  const bool chosen = Choice(seed_, event.origin, kAboutChange) % 100 < changed_percent_;
  if (!chosen) return std::nullopt;
  const RowTemplate& row = TemplateOf(event);
  if (!row.has_id || row.count_at == RowTemplate::kAbsent) return std::nullopt;
  return event.visible + changed_after_;
}

void RowPool::Append(EventNumber number, const Event& event, Time now, std::string* out) const {
  const RowTemplate& row = TemplateOf(event);
  const std::size_t at = out->size();
  out->append(row.text);
  char* const to = out->data() + at;
  WriteName(number, event, row, to + row.id_at);
  if (row.timestamp_at != RowTemplate::kAbsent) {
    WriteTime(event.timestamp, time_unit_, to + row.timestamp_at);
  }
  if (row.insertion_at != RowTemplate::kAbsent) {
    WriteTime(event.insertion, time_unit_, to + row.insertion_at);
  }
  if (const auto change = ChangesAt(event); change && now >= *change) {
    char& digit = to[row.count_at];
    digit = digit == '9' ? '1' : static_cast<char>(digit + 1);
  }
}

void RowPool::WriteName(EventNumber number, const Event& event, const RowTemplate& row,
                        char* to) const {
  const bool own = row.has_id && event.kind != EventKind::kRepeated;
  WriteId(seed_, own ? number : event.origin, row.id_shape, to);
}

std::string RowPool::NameOf(EventNumber number, const Event& event) const {
  const RowTemplate& row = TemplateOf(event);
  std::string name(IdWidth(row.id_shape), '0');
  WriteName(number, event, row, name.data());
  return name;
}

}  // namespace nsf_simulator
