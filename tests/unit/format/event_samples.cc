// SPDX-License-Identifier: Apache-2.0
// Prints events, one a line, from rows made of every variation of every member: usage
// `event_samples FORMAT COUNT`. The same count gives the same events.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "unit/format/print_event.h"

namespace {

using Texts = std::span<const std::string_view>;

constexpr std::array<std::string_view, 40> kEvents = {
    R"("Login Successful")",
    R"("Login Failed")",
    R"("Logout Successful")",
    R"("SSO login denied")",
    R"("Admin logged out because of successive login failures")",
    R"("Rest API V2 Call")",
    R"("rest api v1 call")",
    R"("Created new admin")",
    R"("Added SSO Admin")",
    R"("Edited SSO Admin Record")",
    R"("Deleted admin")",
    R"("Enabled admin")",
    R"("Disabled admin")",
    R"("Unlocked admin")",
    R"("Locked admin")",
    R"("Password Reset for admin")",
    R"("Admin password changed")",
    R"("Enabled MFA for admin")",
    R"("Disabled two-factor authentication")",
    R"("Updated admin settings")",
    R"("Assigned role")",
    R"("Revoked privilege")",
    R"("Deleted rbi template")",
    R"("Edited Policy")",
    R"("Cloned policy")",
    R"("Renamed URL list")",
    R"("Viewed report")",
    R"("Created user group")",
    R"("Activated license")",
    R"("Events were cleared")",
    R"("Added user to group")",
    R"("Removed member from user group")",
    R"("Deleted user group")",
    R"("Paused publisher upgrade")",
    R"("Enrolled device")",
    R"("Something else happened")",
    R"("\u0000\n\"Deleted\" \ud800policy")",
    R"("")",
    "7",
    "null"};
constexpr std::array<std::string_view, 11> kSupporting = {
    R"({"data_type":"user","data_values":["203.0.113.9","ana@corp.example"]})",
    R"({"data_type":"user","data_values":["2001:db8::9",1]})",
    R"({"data_type":"events","data_values":[403,"GET","/api/v2/events/data/audit?a=b","trid=x"]})",
    R"({"data_type":"events","data_values":["200","PATCH","/api/v2/x"]})",
    R"({"data_type":"role","data_values":["Tenant Admin","lee@corp.example"]})",
    R"({"data_type":null,"data_values":[""]})",
    R"({"data_type":"policy","data_values":[false,null,"Block \"GenAI\""]})",
    R"("{'data_type': 'admin', 'data_values': ['it\\'s', True, None]}")",
    R"("no object")",
    "{}",
    "null"};
constexpr std::array<std::string_view, 9> kUsers = {R"("Ana.Ruiz@corp.example")",
                                                    R"("student13")",
                                                    R"("u@x")",
                                                    R"("")",
                                                    R"("null")",
                                                    "null",
                                                    "12",
                                                    R"("\u00e9lodie\t@corp.example")",
                                                    R"(["odd"])"};
constexpr std::array<std::string_view, 7> kTimes = {
    "1760000100", R"("1760000100")", "1760000100.5", "1760000100123", "null", R"("soon")", "0"};
constexpr std::array<std::string_view, 8> kSeverities = {"1", "2",    "4",      "6",
                                                         "3", "null", R"("2")", R"("Critical")"};
constexpr std::array<std::string_view, 5> kIds = {R"("5f2c9a01be77d3406a1c88e2")", "936301",
                                                  R"("")", "null", R"("a1f0c3d2-9b7e-4c11")"};
constexpr std::array<std::string_view, 6> kUnits = {
    R"("corp.example/Staff/US \\u0026 Intl")", R"("")", R"("null")", R"("unknown")", "null", "5"};
constexpr std::array<std::string_view, 6> kRest = {
    R"("count":1,"ccl":"unknown","is_netskope_personnel":true)",
    R"("count":3,"srcip":"198.51.100.7","_insertion_epoch_timestamp":1760000400)",
    R"("count":"2","srcip":"::ffff:192.0.2.1","big":18446744073709551617)",
    R"("count":1.5,"srcip":"N/A","details":[{"key":0,"value":[null,{"a":-1.5e-3}]}])",
    R"("category":null,"appcategory":null,"count":99999999999999999999)",
    R"("type":"again","x":1,"x":2,"srcip":"")"};

// A mixed-radix counter would leave neighbours alike; a fixed generator mixes all of them soon.
class Chooser {
 public:
  std::string_view Choose(Texts texts) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return texts[(state_ >> 33U) % texts.size()];
  }

 private:
  std::uint64_t state_ = 1;
};

std::string MakeRow(Chooser* chooser) {
  std::string row = R"({"type":"admin_audit_logs","audit_log_event":)";
  row += chooser->Choose(kEvents);
  const auto add = [&](std::string_view name, Texts texts) {
    ((row += ",\"") += name) += "\":";
    row += chooser->Choose(texts);
  };
  add("supporting_data", kSupporting);
  add("user", kUsers);
  add("ur_normalized", kUsers);
  add("timestamp", kTimes);
  add("severity_level", kSeverities);
  add("_id", kIds);
  add("organization_unit", kUnits);
  return (((row += ',') += chooser->Choose(kRest)) += '}');
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  const auto format = argc == 3 ? nsf::FormatOf(arguments[1]) : std::nullopt;
  const std::int64_t count = argc == 3 ? std::strtol(arguments[2], nullptr, 10) : 0;
  if (!format || count < 1) {
    std::cerr << "usage: event_samples raw|ocsf|ecs|cef|leef COUNT\n";
    return 2;
  }
  Chooser chooser;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!nsf::PrintEvent(*format, MakeRow(&chooser), "sample-" + std::to_string(i))) return 1;
  }
  return std::cout.flush() ? 0 : 1;
}
