// SPDX-License-Identifier: Apache-2.0
// The tables behind audit_vocabulary.h. All names are made up; addresses are those reserved for
// documentation (RFC 5737, RFC 3849).
#include "tenant/audit_vocabulary.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace nsf_simulator {
namespace {

using enum Subject;

constexpr std::array kActions{
    Action{"Login Successful", "user", kLogin, 16, false},
    Action{"Login Failed", "reason", kLogin, 5, false},
    Action{"SSO login successful", "user", kLogin, 4, false},
    Action{"Logout Successful", "user", kLogin, 8, false},
    Action{"Logged out because of successive login failures", "reason", kLogin, 1, false},
    Action{"Rest API V2 Call", "events", kApiCall, 14, false},
    Action{"Created admin", "admin", kAccount, 2, true},
    Action{"Edited admin", "admin", kAccount, 3, true},
    Action{"Deleted Admin", "admin", kAccount, 1, false},
    Action{"Added user", "user", kAccount, 2, false},
    Action{"Enabled user", "user", kAccount, 1, false},
    Action{"Disabled User", "user", kAccount, 2, false},
    Action{"Unlocked admin", "admin", kAccount, 1, false},
    Action{"Locked admin", "admin", kAccount, 1, false},
    Action{"Password Reset for admin", "admin", kAccount, 1, false},
    Action{"Admin password changed", "admin", kAccount, 1, false},
    Action{"Enabled two-factor authentication for admin", "admin", kAccount, 1, false},
    Action{"Disabled MFA for admin", "admin", kAccount, 1, false},
    Action{"Edited admin settings", "admin", kPolicy, 1, true},
    Action{"Created role", "role", kPolicy, 1, true},
    Action{"Assigned role", "role", kAccount, 1, false},
    Action{"Revoked Privilege", "role", kAccount, 1, false},
    Action{"Created inline policy", "policy", kPolicy, 4, true},
    Action{"Edited Policy", "policy", kPolicy, 8, true},
    Action{"Edited inline policy", "policy", kPolicy, 5, true},
    Action{"Deleted inline policy", "policy", kPolicy, 2, true},
    Action{"Deleted Inline Policy", "policy", kPolicy, 1, true},
    Action{"Cloned policy", "policy", kPolicy, 1, true},
    Action{"Reordered policies", "policy", kPolicy, 1, true},
    Action{"Pushed Policy changes", "policy", kPolicy, 2, true},
    Action{"Applied pending changes", "policy", kPolicy, 2, true},
    Action{"Created DLP profile", "profile", kPolicy, 1, true},
    Action{"Updated DLP Profile", "profile", kPolicy, 2, true},
    Action{"Renamed URL list", "url_list", kPolicy, 1, true},
    Action{"Uploaded url list", "url_list", kPolicy, 1, true},
    Action{"Imported user group", "group", kPolicy, 1, false},
    Action{"Created User Group", "group", kPolicy, 1, false},
    Action{"Deleted user group", "group", kPolicy, 1, false},
    Action{"Added steering exception", "steering", kPolicy, 1, true},
    Action{"Modified RBI template", "template", kPolicy, 1, true},
    Action{"Moved organization unit", "ou", kPolicy, 1, false},
    Action{"Activated license", "license", kPolicy, 1, false},
    Action{"Deactivated tunnel", "tunnel", kPolicy, 1, true},
    Action{"Enabled publisher", "publisher", kPolicy, 1, false},
    Action{"Disabled Publisher", "publisher", kPolicy, 1, false},
    Action{"Viewed report", "report", kPolicy, 2, false},
    Action{"Exported report", "report", kPolicy, 1, false},
    Action{"Downloaded forensic file", "incidents", kIncident, 1, false},
    Action{"Acknowledged DLP incident", "incidents", kIncident, 3, true},
    Action{"Assigned incident", "incidents", kIncident, 2, true},
    Action{"Events were cleared", "", kNothing, 1, false},
    Action{"Scheduled maintenance window", "", kNothing, 1, false},
    Action{"Certificate pinning refreshed", "", kNothing, 1, true},
};

constexpr unsigned kActionWeight =
    std::accumulate(kActions.begin(), kActions.end(), 0U,
                    [](unsigned sum, const Action& a) { return sum + a.weight; });

constexpr std::array<std::string_view, 24> kFirst{
    "Ana",   "lee",    "Mirja", "omar",   "Priya", "Chidi", "Yuki",  "sven",
    "Lucía", "thomas", "Wei",   "Fatima", "noor",  "Pavel", "Aoife", "Kwame",
    "Ines",  "ravi",   "Helga", "Diego",  "maya",  "Jonas", "Zofia", "Tariq"};
constexpr std::array<std::string_view, 16> kLast{
    "Ruiz",   "O'Neil", "Virtanen", "haddad", "Nair",  "Okafor", "Tanaka", "Lindqvist",
    "García", "baker",  "Zhang",    "Rahman", "Novák", "Mensah", "Weiß",   "Costa-Lima"};
constexpr std::array<std::string_view, 5> kDomains{
    "corp.example", "Corp.Example", "emea.corp.example", "subsidiary.example", "contractor.test"};
constexpr std::array<std::string_view, 6> kBareNames{"student13",  "siem-poller", "service-account",
                                                     "backup-svc", "root",        "kiosk 7"};
// Names that break what assumes ASCII, one direction, or no escapes.
constexpr std::array<std::string_view, 6> kOddNames{"\xD9\x85\xD8\xB1\xD9\x8A\xD9\x85@corp.example",
                                                    "\xE5\xB1\xB1\xE7\x94\xB0@corp.example",
                                                    R"(ana \"the admin\" ruiz)",
                                                    R"(CORP\\lee)",
                                                    "party\xF0\x9F\x8E\x89@corp.example",
                                                    R"(\u00e9lodie@corp.example)"};

constexpr std::array<std::string_view, 9> kUnits{"",
                                                 "",
                                                 "",
                                                 "corp.example/Staff/US",
                                                 "corp.example/Staff/EMEA/Field Sales",
                                                 R"(corp.example/Staff/US \\u0026 Intl)",
                                                 "null",
                                                 R"(corp.example\/IT \/ Ops)",
                                                 "corp.example/R&D/Z\xC3\xBCrich"};

constexpr std::array<std::string_view, 12> kPolicyNames{
    R"(Block \"GenAI\" uploads)",
    "Allow sanctioned storage",
    "DLP – PCI – señal",
    "Finance: no personal webmail",
    "Steer everything but M365",
    R"(Quarantine\\Legacy)",
    "Coach on first upload",
    R"(two\nlines)",
    "\xE6\xA9\x9F\xE5\xAF\x86\xE6\x83\x85\xE5\xA0\xB1 (confidential)",
    "RBI for uncategorised sites",
    "Contractors <read only> & audited",
    "=cmd|' /C calc'!A0"};

}  // namespace

std::span<const Action> Actions() { return kActions; }

const Action& PickAction(Random* random) {
  auto left = random->Below(kActionWeight);
  for (const Action& action : kActions) {
    if (left < action.weight) return action;
    left -= action.weight;
  }
  return kActions.back();
}

std::string PickUser(Random* random) {
  const auto kind = random->Below(100);
  if (kind < 10) return std::string(random->Pick(kBareNames));
  if (kind < 13) return "";
  if (kind < 15) return std::string(random->Pick(kOddNames));
  if (kind < 17) return "user-" + std::to_string(random->Below(1U << 24U)) + "-redacted";
  std::string user(random->Pick(kFirst));
  user += '.';
  user += random->Pick(kLast);
  user += '@';
  return user += random->Pick(kDomains);
}

std::string NamedUser(std::uint64_t number) {
  constexpr std::uint64_t kNames = kFirst.size() * kLast.size() * kDomains.size();
  if (number >= kNames) return {};
  const auto index = static_cast<std::size_t>(number);
  std::string user(kFirst[index % kFirst.size()]);
  user += '.';
  user += kLast[index / kFirst.size() % kLast.size()];
  user += '@';
  return user += kDomains[index / kFirst.size() / kLast.size()];
}

std::string PickOrganizationUnit(Random* random) { return std::string(random->Pick(kUnits)); }

std::string PickAddress(Random* random) {
  constexpr std::array<std::string_view, 3> kNetworks{"192.0.2.", "198.51.100.", "203.0.113."};
  if (random->Percent(20)) return "2001:db8::" + std::to_string(random->Below(10'000));
  return std::string(random->Pick(kNetworks)) + std::to_string(1 + random->Below(254));
}

std::string_view PickPolicyName(Random* random) { return random->Pick(kPolicyNames); }

}  // namespace nsf_simulator
