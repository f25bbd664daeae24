// SPDX-License-Identifier: Apache-2.0
// The words that settings take, with what each stands for.
#pragma once

#include <string_view>
#include <utility>

#include "tenant/settings.h"

namespace nsf_simulator {

template <typename Value>
using Word = std::pair<std::string_view, Value>;

inline constexpr Word<PageParameter> kPageParameters[] = {{"offset", PageParameter::kOffset},
                                                          {"skip", PageParameter::kSkip},
                                                          {"both", PageParameter::kBoth},
                                                          {"none", PageParameter::kNone}};
inline constexpr Word<WindowRule> kWindowRules[] = {{"required", WindowRule::kRequired},
                                                    {"optional", WindowRule::kOptional},
                                                    {"ignored", WindowRule::kIgnored}};
inline constexpr Word<WindowPairs> kWindowPairs[] = {{"both", WindowPairs::kBoth},
                                                     {"event", WindowPairs::kEvent},
                                                     {"insertion", WindowPairs::kInsertion}};
inline constexpr Word<UnknownParameters> kUnknown[] = {{"ignored", UnknownParameters::kIgnored},
                                                       {"rejected", UnknownParameters::kRejected}};
inline constexpr Word<Refusals> kRefusals[] = {{"400", Refusals::kAs400},
                                               {"200", Refusals::kAs200}};
inline constexpr Word<OverLimit> kOverLimits[] = {
    {"clamp", OverLimit::kClamp}, {"reject", OverLimit::kReject}, {"obey", OverLimit::kObey}};
inline constexpr Word<DeepOffset> kDeepAnswers[] = {{"empty", DeepOffset::kEmpty},
                                                    {"reject", DeepOffset::kReject}};
inline constexpr Word<RowsIn> kRowsIn[] = {{"list", RowsIn::kList},
                                           {"nested", RowsIn::kNested},
                                           {"bare", RowsIn::kBare},
                                           {"lone", RowsIn::kLone}};
inline constexpr Word<EmptyAs> kEmptyAs[] = {
    {"list", EmptyAs::kList},       {"null", EmptyAs::kNull},     {"object", EmptyAs::kObject},
    {"missing", EmptyAs::kMissing}, {"204", EmptyAs::kNoContent}, {"no-body", EmptyAs::kNoBody}};
inline constexpr Word<StatusField> kStatusFields[] = {{"ok", StatusField::kOk},
                                                      {"text", StatusField::kText},
                                                      {"object", StatusField::kObject},
                                                      {"number", StatusField::kNumber},
                                                      {"none", StatusField::kNone}};
inline constexpr Word<TotalSays> kTotals[] = {
    {"all", TotalSays::kAll},   {"page", TotalSays::kPage}, {"fewer", TotalSays::kFewer},
    {"more", TotalSays::kMore}, {"zero", TotalSays::kZero}, {"changing", TotalSays::kChanging}};
inline constexpr Word<TotalType> kTotalTypes[] = {{"number", TotalType::kNumber},
                                                  {"text", TotalType::kText}};
inline constexpr Word<SortBy> kSortBy[] = {{"timestamp", SortBy::kTimestamp},
                                           {"insertion", SortBy::kInsertion}};
inline constexpr Word<Order> kOrders[] = {
    {"newest", Order::kNewest}, {"oldest", Order::kOldest}, {"none", Order::kNone}};
inline constexpr Word<Ties> kTies[] = {{"stable", Ties::kStable}, {"shuffled", Ties::kShuffled}};
inline constexpr Word<TimeUnit> kUnits[] = {{"s", TimeUnit::kSeconds},
                                            {"ms", TimeUnit::kMilliseconds}};
inline constexpr Word<RateKind> kRateKinds[] = {{"period", RateKind::kPeriod},
                                                {"bucket", RateKind::kBucket}};
inline constexpr Word<RateHeaders> kRateHeaders[] = {{"on", RateHeaders::kOn},
                                                     {"off", RateHeaders::kOff},
                                                     {"mixed-case", RateHeaders::kMixedCase},
                                                     {"garbage", RateHeaders::kGarbage},
                                                     {"epoch", RateHeaders::kEpoch},
                                                     {"misspelt", RateHeaders::kMisspelt}};
inline constexpr Word<RetryAfter> kRetryAfter[] = {{"seconds", RetryAfter::kSeconds},
                                                   {"date", RetryAfter::kDate},
                                                   {"garbage", RetryAfter::kGarbage},
                                                   {"huge", RetryAfter::kHuge},
                                                   {"none", RetryAfter::kNone}};
inline constexpr Word<int> kExpired[] = {{"401", 401}, {"403", 403}};

}  // namespace nsf_simulator
