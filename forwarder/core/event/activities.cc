// SPDX-License-Identifier: Apache-2.0
// The captions, as the published schema has them.
#include "core/event/activities.h"

#include <algorithm>
#include <array>
#include <span>

namespace nsf {
namespace {

using Captions = std::span<const std::string_view>;  // by activity id, from 0

constexpr std::array<std::string_view, 13> kAccountChange = {"Unknown",
                                                             "Create",
                                                             "Enable",
                                                             "Password Change",
                                                             "Password Reset",
                                                             "Disable",
                                                             "Delete",
                                                             "Attach Policy",
                                                             "Detach Policy",
                                                             "Lock",
                                                             "MFA Factor Enable",
                                                             "MFA Factor Disable",
                                                             "Unlock"};
constexpr std::array<std::string_view, 8> kAuthentication = {"Unknown",
                                                             "Logon",
                                                             "Logoff",
                                                             "Authentication Ticket",
                                                             "Service Ticket Request",
                                                             "Service Ticket Renew",
                                                             "Preauth",
                                                             "Account Switch"};
constexpr std::array<std::string_view, 14> kEntityManagement = {
    "Unknown",  "Create", "Read",    "Update",   "Delete",     "Move",    "Enroll",
    "Unenroll", "Enable", "Disable", "Activate", "Deactivate", "Suspend", "Resume"};
constexpr std::array<std::string_view, 3> kUserAccess = {"Unknown", "Assign Privileges",
                                                         "Revoke Privileges"};
constexpr std::array<std::string_view, 9> kGroupManagement = {
    "Unknown", "Assign Privileges", "Revoke Privileges", "Add User", "Remove User", "Delete",
    "Create",  "Add Subgroup",      "Remove Subgroup"};
constexpr std::array<std::string_view, 5> kApiActivity = {"Unknown", "Create", "Read", "Update",
                                                          "Delete"};

struct Class {
  std::uint32_t class_uid;
  Captions captions;
};

constexpr std::array<Class, 6> kClasses = {{{3001, kAccountChange},
                                            {3002, kAuthentication},
                                            {3004, kEntityManagement},
                                            {3005, kUserAccess},
                                            {3006, kGroupManagement},
                                            {6003, kApiActivity}}};

Captions CaptionsOf(std::uint32_t class_uid) {
  const auto found =
      std::find_if(kClasses.begin(), kClasses.end(),
                   [class_uid](const Class& entry) { return entry.class_uid == class_uid; });
  return found == kClasses.end() ? Captions() : found->captions;
}

}  // namespace

bool IsAuditClass(std::uint32_t class_uid) { return !CaptionsOf(class_uid).empty(); }

std::string_view ActivityCaption(std::uint32_t class_uid, std::uint32_t activity_id) {
  const Captions captions = CaptionsOf(class_uid);
  if (captions.empty()) return {};
  if (activity_id == 99) return "Other";
  return activity_id < captions.size() ? captions[activity_id] : std::string_view();
}

}  // namespace nsf
