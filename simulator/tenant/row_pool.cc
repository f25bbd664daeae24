// SPDX-License-Identifier: Apache-2.0
// Fills row templates.
#include "tenant/row_pool.h"

#include <array>
#include <cstring>

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

}  // namespace

RowPool::RowPool(const Settings& settings)
    : seed_(Scatter(settings.seed)), time_unit_(settings.time_unit) {
  Random random(seed_);
  rows_.reserve(static_cast<std::size_t>(settings.row_variety));
  for (std::uint64_t i = 0; i < settings.row_variety; ++i)
    rows_.push_back(MakeRow(settings, &random));
}

std::size_t RowPool::IndexOf(EventNumber number) const {
  return static_cast<std::size_t>(Scatter(seed_ + number)) % rows_.size();
}

void RowPool::Append(EventNumber number, const Event& event, std::string* out) const {
  const RowTemplate& row = TemplateOf(number);
  const std::size_t at = out->size();
  out->append(row.text);
  char* const to = out->data() + at;
  WriteId(number, row.id_shape, to + row.id_at);
  WriteTime(event.timestamp, time_unit_, to + row.timestamp_at);
  if (row.insertion_at != RowTemplate::kAbsent) {
    WriteTime(event.insertion, time_unit_, to + row.insertion_at);
  }
}

std::string RowPool::IdOf(EventNumber number) const {
  const IdShape shape = TemplateOf(number).id_shape;
  std::string id(IdWidth(shape), '0');
  WriteId(number, shape, id.data());
  return id;
}

// Sixteen digits of each shape come from a bijection of the number: no two events share an id.
void RowPool::WriteId(EventNumber number, IdShape shape, char* to) const {
  const std::uint64_t unique = Scatter((seed_ ^ 0x1dU) + number);
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

}  // namespace nsf_simulator
