// SPDX-License-Identifier: Apache-2.0
// Window records as text.
#include "core/ledger/window_record.h"

#include <array>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 10> kNames = {
    "start", "end", "events", "sum", "total", "walks", "failures", "whole", "revisits", "due"};
constexpr StateForm kForm{"window", 1, kNames};
constexpr std::int64_t kNone = -1;

std::int64_t Count(WallSeconds time) { return time.time_since_epoch().count(); }
WallSeconds Time(std::int64_t seconds) { return WallSeconds(std::chrono::seconds(seconds)); }

}  // namespace

std::string EncodeWindow(const WindowRecord& record) {
  const std::array<std::int64_t, kNames.size()> values = {
      Count(record.window.start),
      Count(record.window.end),
      static_cast<std::int64_t>(record.tally.events),
      static_cast<std::int64_t>(record.tally.sum),
      record.total ? static_cast<std::int64_t>(*record.total) : kNone,
      record.walks,
      record.failures,
      record.whole ? 1 : 0,
      record.revisits,
      record.due ? Count(*record.due) : kNone};
  return EncodeStateText(kForm, values);
}

Result<WindowRecord> DecodeWindow(std::string_view text) {
  const auto values = DecodeStateText(kForm, text);
  if (!values) return values.error();
  const auto& v = *values;
  const bool sane = v[1] > v[0] && v[2] >= 0 && v[4] >= kNone && v[5] >= 0 && v[6] >= 0 &&
                    (v[7] == 0 || v[7] == 1) && v[8] >= 0 && v[9] >= kNone &&
                    AreStateTimes({v[0], v[1], v[9]});
  if (!sane) return DamagedState(kForm);
  WindowRecord record;
  record.window = {Time(v[0]), Time(v[1])};
  record.tally = {static_cast<std::uint64_t>(v[2]), static_cast<std::uint64_t>(v[3])};
  if (v[4] != kNone) record.total = static_cast<std::uint64_t>(v[4]);
  record.walks = static_cast<std::uint32_t>(v[5]);
  record.failures = static_cast<std::uint32_t>(v[6]);
  record.whole = v[7] == 1;
  record.revisits = static_cast<std::uint32_t>(v[8]);
  if (v[9] != kNone) record.due = Time(v[9]);
  return record;
}

}  // namespace nsf
