// SPDX-License-Identifier: Apache-2.0
// Puts envelopes together member by member.
#include "tenant/envelope.h"

namespace nsf_simulator {
namespace {

constexpr std::string_view kStatusTotal = "status.total";

// The members before the rows, each with its comma. A status that holds the total comes behind.
std::string_view StatusMembers(const Settings& settings) {
  if (settings.status_field == StatusField::kOk) return R"("ok":1,)";
  if (settings.total_key == kStatusTotal) return {};
  switch (settings.status_field) {
    case StatusField::kText:
      return R"("status":"success","msg":"",)";
    case StatusField::kObject:
      return R"("status":{"code":200,"message":"success"},)";
    case StatusField::kNumber:
      return R"("status":200,)";
    default:
      return {};
  }
}

std::string TotalMember(const Settings& settings, std::uint64_t total) {
  if (settings.total_key == "none") return {};
  std::string text = std::to_string(total);
  if (settings.total_type == TotalType::kText) text = '"' + text + '"';
  if (settings.total_key == kStatusTotal) return R"("status":{"total":)" + text + '}';
  return '"' + settings.total_key + "\":" + text;
}

struct Ends {
  std::string_view open;
  std::string_view close;
};

// What holds the rows, as a value.
Ends HolderOf(const Settings& settings, std::uint64_t rows) {
  if (rows == 0 && settings.empty_as == EmptyAs::kNull) return {"null", ""};
  if (rows == 0 && settings.empty_as == EmptyAs::kObject) return {"{", "}"};
  if (settings.rows_in == RowsIn::kNested) return {R"({"data":[)", "]}"};
  if (settings.rows_in == RowsIn::kLone && rows == 1) return {"", ""};
  return {"[", "]"};
}

}  // namespace

Envelope MakeEnvelope(const Settings& settings, std::uint64_t rows, std::uint64_t total) {
  if (rows == 0 && settings.empty_as == EmptyAs::kNoContent) return {204, "", ""};
  if (rows == 0 && settings.empty_as == EmptyAs::kNoBody) return {200, "", ""};
  const Ends holder = HolderOf(settings, rows);
  if (settings.rows_in == RowsIn::kBare) {
    return {200, std::string(holder.open), std::string(holder.close)};
  }
  Envelope envelope;
  envelope.open.append("{").append(StatusMembers(settings));
  const std::string total_member = TotalMember(settings, total);
  if (rows == 0 && settings.empty_as == EmptyAs::kMissing) {
    if (total_member.empty() && envelope.open.ends_with(',')) envelope.open.pop_back();
    envelope.close = total_member + '}';
    return envelope;
  }
  envelope.open.append("\"").append(settings.rows_key).append("\":").append(holder.open);
  envelope.close = holder.close;
  if (!total_member.empty()) envelope.close.append(",").append(total_member);
  envelope.close += '}';
  return envelope;
}

}  // namespace nsf_simulator
