// SPDX-License-Identifier: Apache-2.0
// Composes row templates field by field: types, absences, order and spacing all vary.
#include "tenant/audit_rows.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "tenant/audit_vocabulary.h"
#include "tenant/typed_rows.h"

namespace nsf_simulator {
namespace {

constexpr std::size_t kMostFields = 20;

constexpr Spacing kSpaced{"", " ", " ", ""};
constexpr Spacing kPretty{"\n  ", " ", "\n  ", "\n"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view PickVerb(Random* random) {
  constexpr std::array<std::string_view, 4> kVerbs{"Edited", "Created", "Deleted", "Reordered"};
  return random->Pick(kVerbs);
}

// Any JSON value, as a configuration diff may hold.
std::string AnyValue(Random* random) {
  constexpr std::array<std::string_view, 14> kValues{"2",
                                                     "-1",
                                                     "0.75",
                                                     "true",
                                                     "false",
                                                     "null",
                                                     R"("")",
                                                     R"("block")",
                                                     R"("allow")",
                                                     "[]",
                                                     "{}",
                                                     "[null]",
                                                     R"(["corp.example","*.test",7])",
                                                     "18014398509481987"};
  if (random->Percent(25)) return Quoted(PickPolicyName(random));
  if (random->Percent(10)) return std::to_string(random->Next());
  if (random->Percent(5)) return R"({"nested":[{"key":{"on":true,"list":[[1,2],[]]}}]})";
  return std::string(random->Pick(kValues));
}

std::string DiffKey(Random* random) {
  constexpr std::array<std::string_view, 8> kKeys{R"("version")",     R"("action")",  R"("ccl")",
                                                  R"("category")",    R"("enabled")", R"("data")",
                                                  R"("user_groups")", R"("_notify")"};
  if (random->Percent(20)) return std::to_string(random->Below(40));
  return std::string(random->Pick(kKeys));
}

std::string Change(Random* random) {
  return R"({"key":)" + DiffKey(random) + R"(,"value1":)" + AnyValue(random) + R"(,"value2":)" +
         AnyValue(random) + '}';
}

std::string Addition(Random* random) {
  return R"({"key":)" + DiffKey(random) + R"(,"value":)" + AnyValue(random) + '}';
}

// The deep list of diffs that makes events big; `size` is what it grows to.
std::string MakeDetails(std::size_t size, Random* random) {
  std::string changed;
  std::string added;
  while (changed.size() + added.size() < size) {
    std::string& list = random->Percent(60) ? changed : added;
    if (!list.empty()) list += ',';
    list += &list == &changed ? Change(random) : Addition(random);
  }
  return R"([{"_id":[{"name":)" + Quoted(PickPolicyName(random)) + R"(,"type":"Policy","id":")" +
         std::to_string(random->Below(5000)) + R"(","modify_type":")" +
         std::string(PickVerb(random)) + R"(","diff":{"key":"","added":[)" + added +
         R"(],"changed":[{"key":"data","added":[],"changed":[)" + changed +
         R"(],"deleted":[{"key":"ccl","value":[]}]}],)"
         R"("deleted":[{"key":"category","value":[null]}]}}]}])";
}

std::string DataValues(const Action& action, std::string_view user, Random* random) {
  constexpr std::array<std::string_view, 4> kMethods{"GET", "POST", "PATCH", "DELETE"};
  constexpr std::array<std::string_view, 6> kCodes{"200", "200", "201", "403", "404", "429"};
  constexpr std::array<std::string_view, 4> kPaths{"/api/v2/events/data/audit",
                                                   "/api/v2/policy/urllist", "/api/v2/scim/Users",
                                                   "/api/v2/events/dataexport/events/audit"};
  switch (action.subject) {
    case Subject::kLogin:
      return '[' + Quoted(PickAddress(random)) + ',' + Quoted(user) + ']';
    case Subject::kApiCall:
      return '[' + std::string(random->Pick(kCodes)) + ',' + Quoted(random->Pick(kMethods)) + ',' +
             Quoted(random->Pick(kPaths)) + R"(,"trid=)" + std::to_string(random->Next()) + "\"]";
    case Subject::kAccount:
      return '[' + Quoted(PickUser(random)) + ']';
    case Subject::kPolicy:
      return random->Percent(10) ? "[false]" : '[' + Quoted(PickPolicyName(random)) + ']';
    case Subject::kIncident:
      return '[' + std::to_string(random->Next() >> 1U) + R"(,"critical",true])";
    case Subject::kNothing:
      break;
  }
  return random->Percent(50) ? R"([""])" : "[null]";
}

// supporting_data: mostly an object, but absent, empty and a string in Python's notation occur.
void AddSupportingData(const Action& action, std::string_view user, Random* random,
                       std::vector<Field>* fields) {
  const auto kind = random->Below(100);
  if (kind < 4) return;
  if (kind < 7) {
    fields->push_back({"supporting_data", "{}"});
  } else if (kind < 12) {
    fields->push_back({"supporting_data", R"("{'data_type': 'user', 'data_values': [')" +
                                              PickAddress(random) + R"(', None, True, 200]}")"});
  } else {
    const auto type = action.data_type.empty() ? "null" : Quoted(action.data_type);
    fields->push_back({"supporting_data", R"({"data_type":)" + type + R"(,"data_values":)" +
                                              DataValues(action, user, random) + '}'});
  }
}

void AddDetails(const Action& action, Random* random, std::vector<Field>* fields) {
  const auto kind = random->Below(100);
  if (action.has_details) {
    const std::size_t size = kind < 12 ? 1800 + random->Below(3000) : 150 + random->Below(800);
    fields->push_back({"details", MakeDetails(size, random)});
  } else if (kind < 30) {
    fields->push_back({"details", kind < 15 ? "[]" : "{}"});
  }
}

std::string Severity(Random* random) {
  constexpr std::array<std::string_view, 9> kOdd{
      R"("2")", R"("1")", R"("high")", R"("High")", R"("med")", R"("low")", R"("")", "0", "3"};
  if (random->Percent(85)) return random->Percent(70) ? "2" : "1";
  return std::string(random->Pick(kOdd));
}

// Fields that say little, each absent as often as present in what is known of the API.
void AddPlainFields(std::string_view user, Random* random, std::vector<Field>* fields) {
  constexpr std::array<std::string_view, 5> kCcl{"unknown", "excellent", "high", "poor", "N/A"};
  fields->push_back({"organization_unit", Quoted(PickOrganizationUnit(random))});
  fields->push_back({"ur_normalized", Quoted(Lower(user))});
  fields->push_back(
      {"count", random->Percent(94) ? "1" : std::to_string(2 + random->Below(60)), Slot::kCount});
  if (random->Percent(80)) fields->push_back({"ccl", Quoted(random->Pick(kCcl))});
  if (random->Percent(30)) fields->push_back({"record_type", R"("audit")"});
  if (random->Percent(30)) {
    fields->push_back({"is_netskope_personnel", random->Percent(5) ? "true" : "false"});
  }
  if (random->Percent(25)) {
    fields->push_back({"category", "null"});
    fields->push_back({"appcategory", "null"});
  }
  if (random->Percent(50)) {
    fields->push_back({"userPrincipalName", random->Percent(60) ? R"("")" : Quoted(user)});
    fields->push_back({"sAMAccountName", R"("")"});
  }
}

IdShape PickIdShape(Random* random) {
  const auto kind = random->Below(100);
  if (kind < 70) return IdShape::kHex24;
  if (kind < 80) return IdShape::kUuid;
  if (kind < 90) return IdShape::kHex32;
  return kind < 95 ? IdShape::kHex22 : IdShape::kDigits;
}

const Spacing& PickSpacing(Random* random) {
  const auto kind = random->Below(100);
  if (kind < 95) return kCompact;
  return kind < 98 ? kSpaced : kPretty;
}

}  // namespace

std::vector<Field> MakeFields(const Settings& settings, Random* random, RowTemplate* row) {
  if (!settings.event_type.empty()) return MakeTypedFields(settings, random, row);
  const Action& action = PickAction(random);
  const std::string user = PickUser(random);
  row->user = Decoded(user);
  row->id_shape = PickIdShape(random);

  std::vector<Field> fields;
  fields.reserve(kMostFields);  // tenants of a few hundred events are made by the thousand
  fields.push_back({"timestamp", TimePlace(settings.time_unit), Slot::kTimestamp});
  fields.push_back({"type", R"("admin_audit_logs")"});
  fields.push_back({"user", Quoted(user)});
  fields.push_back({"severity_level", Severity(random)});
  fields.push_back({"audit_log_event", Quoted(action.text)});
  AddSupportingData(action, user, random, &fields);
  AddDetails(action, random, &fields);
  AddPlainFields(user, random, &fields);
  if (settings.show_insertion && random->Percent(98)) {
    fields.push_back(
        {"_insertion_epoch_timestamp", TimePlace(settings.time_unit), Slot::kInsertion});
  }
  fields.push_back({"_id", IdPlace(row->id_shape), Slot::kId});
  return fields;
}

RowTemplate MakeRow(const Settings& settings, Random* random) {
  RowTemplate row;
  std::vector<Field> fields = MakeFields(settings, random, &row);
  if (random->Percent(40)) {
    std::sort(fields.begin(), fields.end(),
              [](const Field& a, const Field& b) { return a.key < b.key; });
  }
  WriteRow(fields, PickSpacing(random), &row);
  return row;
}

namespace {

// A row that a token's user left.
RowTemplate MakeTokenRow(const Settings& settings, const std::string& user, std::string_view text,
                         const std::string& supporting) {
  RowTemplate row;
  row.user = user.substr(1, user.size() - 2);
  const std::string time = TimePlace(settings.time_unit);
  std::vector<Field> fields{{"_id", IdPlace(row.id_shape), Slot::kId},
                            {"audit_log_event", Quoted(text)},
                            {"count", "1", Slot::kCount},
                            {"is_netskope_personnel", "false"},
                            {"organization_unit", R"("")"},
                            {"severity_level", "2"},
                            {"supporting_data", supporting},
                            {"timestamp", time, Slot::kTimestamp},
                            {"type", R"("admin_audit_logs")"},
                            {"ur_normalized", user},
                            {"user", user}};
  if (settings.show_insertion) {
    fields.push_back({"_insertion_epoch_timestamp", time, Slot::kInsertion});
  }
  WriteRow(fields, kCompact, &row);
  return row;
}

}  // namespace

RowTemplate MakeEchoRow(const Settings& settings) {
  return MakeTokenRow(
      settings, R"("siem-poller")", "Rest API V2 Call",
      R"({"data_type":"events","data_values":[200,"GET","/api/v2/events/data/audit"]})");
}

RowTemplate MakeChangeRow(const Settings& settings, std::string_view text,
                          std::string_view data_type, const std::string& values) {
  return MakeTokenRow(
      settings, R"("scim-provisioning")", text,
      R"({"data_type":)" + Quoted(data_type) + R"(,"data_values":[)" + values + "]}");
}

}  // namespace nsf_simulator
