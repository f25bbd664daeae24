// SPDX-License-Identifier: Apache-2.0
// What texts mean: all that are publicly known, in every tense and letter case seen, and traps.
#include "core/event/classification.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "app/config/classification_file.h"

namespace nsf {
namespace {

constexpr EventOutcome kUnknown = EventOutcome::kUnknown;
constexpr EventOutcome kSuccess = EventOutcome::kSuccess;
constexpr EventOutcome kFailure = EventOutcome::kFailure;

Classification Classify(AuditEvent event) {
  static const std::shared_ptr<const ClassificationTable> kTable = BuiltInClassification();
  Classifier(kTable).Classify(&event);
  return event.classification;
}

Classification ClassifyText(std::string_view text) {
  AuditEvent event;
  event.event_text = text;
  return Classify(event);
}

TEST_CASE("Texts are classified by their verb and their words") {
  struct Case {
    const char* text;
    const char* rule;
    std::uint32_t class_uid;
    std::uint32_t activity;
    const char* object;
    const char* category;
    EventOutcome outcome;
  };
  const std::vector<Case> cases = {
      {"Login Successful", "auth.logon", 3002, 1, "", "LOGIN", kSuccess},
      {"login  SUCCESSFUL", "auth.logon", 3002, 1, "", "LOGIN", kSuccess},
      {"SSO login succeeded", "auth.logon", 3002, 1, "", "LOGIN", kSuccess},
      {"Login Failed", "auth.logon", 3002, 1, "", "LOGIN", kFailure},
      {"Login failed: invalid password", "auth.logon", 3002, 1, "", "LOGIN", kFailure},
      {"Admin login denied, account locked", "auth.logon", 3002, 1, "", "LOGIN", kFailure},
      {"User logged in", "auth.logon", 3002, 1, "", "LOGIN", kUnknown},
      {"Logout Successful", "auth.logoff", 3002, 2, "", "LOGIN", kSuccess},
      {"Admin logged out because of successive login failures", "auth.logoff", 3002, 2, "", "LOGIN",
       kFailure},
      {"Edited login banner", "entity.update", 3004, 3, "login banner", "ADMIN_CHANGE", kUnknown},
      {"Disabled SSO login", "entity.disable", 3004, 9, "SSO login", "ADMIN_CHANGE", kUnknown},

      {"Rest API V2 Call", "api.call", 6003, 0, "", "API", kUnknown},
      {"REST  API v1 call", "api.call", 6003, 0, "", "API", kUnknown},
      {"Rest API V2 Token", "none", 0, 99, "", "OTHER", kUnknown},

      {"Created new admin", "account.create", 3001, 1, "admin", "ADMIN_CHANGE", kUnknown},
      {"Added SSO Admin", "account.create", 3001, 1, "SSO Admin", "ADMIN_CHANGE", kUnknown},
      {"Created new support admin", "account.create", 3001, 1, "support admin", "ADMIN_CHANGE",
       kUnknown},
      {"Edited SSO Admin Record", "account.update", 3001, 99, "SSO Admin Record", "ADMIN_CHANGE",
       kUnknown},
      {"Edit admin record", "account.update", 3001, 99, "admin record", "ADMIN_CHANGE", kUnknown},
      {"Deleted admin", "account.delete", 3001, 6, "admin", "ADMIN_CHANGE", kUnknown},
      {"Deleted Netskope SSO admin", "account.delete", 3001, 6, "Netskope SSO admin",
       "ADMIN_CHANGE", kUnknown},
      {"Enabled admin", "account.enable", 3001, 2, "admin", "ADMIN_CHANGE", kUnknown},
      {"Disabled admin", "account.disable", 3001, 5, "admin", "ADMIN_CHANGE", kUnknown},
      {"Unlocked admin", "account.unlock", 3001, 12, "admin", "ADMIN_CHANGE", kUnknown},
      {"Locked admin", "account.lock", 3001, 9, "admin", "ADMIN_CHANGE", kUnknown},
      {"Locked admin failed", "account.lock", 3001, 9, "admin", "ADMIN_CHANGE", kFailure},
      {"Admin password changed", "account.password_change", 3001, 3, "Admin password",
       "ADMIN_CHANGE", kUnknown},
      {"Password Reset for admin", "account.password_reset", 3001, 4, "admin", "ADMIN_CHANGE",
       kUnknown},
      {"Edited password policy", "entity.update", 3004, 3, "password policy", "POLICY", kUnknown},
      {"Enabled two-factor authentication for admin", "account.mfa_enable", 3001, 10,
       "two-factor authentication for admin", "ADMIN_CHANGE", kUnknown},
      {"Disabled MFA for admin", "account.mfa_disable", 3001, 11, "MFA for admin", "ADMIN_CHANGE",
       kUnknown},
      {"Updated admin settings", "entity.update", 3004, 3, "admin settings", "ADMIN_CHANGE",
       kUnknown},
      {"Created User Group", "group.create", 3006, 6, "User Group", "ADMIN_CHANGE", kUnknown},
      {"Imported user group", "group.create", 3006, 6, "user group", "ADMIN_CHANGE", kUnknown},

      {"Assigned role", "role.assign", 3004, 3, "role", "ADMIN_CHANGE", kUnknown},
      {"Revoked Privilege", "role.revoke", 3004, 3, "Privilege", "ADMIN_CHANGE", kUnknown},
      {"Created role", "entity.create", 3004, 1, "role", "ADMIN_CHANGE", kUnknown},

      {"Deleted rbi template", "entity.delete", 3004, 4, "rbi template", "ADMIN_CHANGE", kUnknown},
      {"Deleted Inline Policy", "entity.delete", 3004, 4, "Inline Policy", "POLICY", kUnknown},
      {"Edited Policy", "entity.update", 3004, 3, "Policy", "POLICY", kUnknown},
      {"Policy deleted", "entity.delete", 3004, 4, "Policy", "POLICY", kUnknown},
      {"Reordered policies", "entity.update", 3004, 3, "policies", "POLICY", kUnknown},
      {"Pushed Policy changes", "entity.update", 3004, 3, "Policy changes", "POLICY", kUnknown},
      {"Applied pending changes", "entity.update", 3004, 3, "pending changes", "ADMIN_CHANGE",
       kUnknown},
      {"Cloned policy", "entity.clone", 3004, 1, "policy", "POLICY", kUnknown},
      {"Renamed URL list", "entity.move", 3004, 5, "URL list", "ADMIN_CHANGE", kUnknown},
      {"Moved organization unit", "entity.move", 3004, 5, "organization unit", "ADMIN_CHANGE",
       kUnknown},
      {"Viewed report", "entity.read", 3004, 2, "report", "ADMIN_CHANGE", kUnknown},
      {"Downloaded forensic file", "entity.read", 3004, 2, "forensic file", "ADMIN_CHANGE",
       kUnknown},
      {"Activated license", "entity.activate", 3004, 10, "license", "ADMIN_CHANGE", kUnknown},
      {"Deactivated tunnel", "entity.deactivate", 3004, 11, "tunnel", "ADMIN_CHANGE", kUnknown},
      // The first verb decides.
      {"Edited policy: enabled logging", "entity.update", 3004, 3, "policy: enabled logging",
       "POLICY", kUnknown},
      {"Deleted new policy", "entity.delete", 3004, 4, "policy", "POLICY", kUnknown},
      // Words that only begin like verbs.
      {"Additional address", "none", 0, 99, "", "OTHER", kUnknown},
      {"Application instance", "none", 0, 99, "", "OTHER", kUnknown},
      {"Newsletter editor", "none", 0, 99, "", "OTHER", kUnknown},

      {"Events were cleared", "entity.delete", 3004, 4, "Events", "ADMIN_CHANGE", kUnknown},
      {"Exception Configuration", "entity.update", 3004, 3, "Exception", "ADMIN_CHANGE", kUnknown},
      {"", "none", 0, 99, "", "OTHER", kUnknown},
      {"   ", "none", 0, 99, "", "OTHER", kUnknown},
      {"\xE7\xAE\xA1\xE7\x90\x86", "none", 0, 99, "", "OTHER", kUnknown},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Classification got = ClassifyText(c.text);
    CHECK(got.rule_id == c.rule);
    CHECK(got.class_uid == c.class_uid);
    CHECK(got.activity_id == c.activity);
    CHECK(got.object_type == c.object);
    CHECK(got.category == c.category);
    CHECK(got.outcome == c.outcome);
    if (c.class_uid == 0) CHECK(got.activity_name == c.text);
  }
}

TEST_CASE("An API call's method and status decide") {
  struct Case {
    const char* status;
    const char* method;
    std::uint32_t activity;
    EventOutcome outcome;
  };
  const std::vector<Case> cases = {{"200", "GET", 2, kSuccess},      {"399", "POST", 1, kSuccess},
                                   {"400", "PUT", 3, kFailure},      {"403", "PATCH", 3, kFailure},
                                   {"500", "DELETE", 4, kFailure},   {"200", "HEAD", 2, kSuccess},
                                   {"none", "OPTIONS", 2, kUnknown}, {"0", "BREW", 0, kUnknown},
                                   {"-1", "", 0, kUnknown}};
  for (const Case& c : cases) {
    INFO(c.status << " " << c.method);
    AuditEvent event;
    event.event_text = "Rest API V2 Call";
    event.supporting.values = {c.status, c.method};
    event.supporting.value_count = 2;
    const Classification got = Classify(event);
    CHECK(got.activity_id == c.activity);
    CHECK(got.outcome == c.outcome);
  }
}

TEST_CASE("A role that is named is User Access") {
  AuditEvent event;
  event.event_text = "Assigned role";
  event.supporting.data_type = "role";
  event.supporting.values = {"Tenant Admin"};
  event.supporting.value_count = 1;
  CHECK(Classify(event).class_uid == 3005);
  CHECK(Classify(event).rule_id == "access.assign");
  event.supporting.data_type = "user";
  CHECK(Classify(event).rule_id == "role.assign");
  event.supporting.data_type = "Role";
  event.supporting.values = {"null"};
  CHECK(Classify(event).rule_id == "role.assign");
}

TEST_CASE("Managed entities have OCSF's types") {
  CHECK(ClassifyText("Deleted Inline Policy").object_type_id == 5);
  CHECK(ClassifyText("Edited user group").object_type_id == 3);
  CHECK(ClassifyText("Moved organization unit").object_type_id == 4);
  CHECK(ClassifyText("Removed device").object_type_id == 1);
  CHECK(ClassifyText("Exported users").object_type_id == 2);
  CHECK(ClassifyText("Deleted rbi template").object_type_id == 99);
  CHECK(ClassifyText("Login Successful").object_type_id == 0);
}

TEST_CASE("Of more texts than are remembered each is read as it is") {
  const std::shared_ptr<const ClassificationTable> table = BuiltInClassification();
  Classifier classifier(table);
  const std::vector<std::string> begins = {"Login Failed ", "Created policy ", "Unheard-of ",
                                           "Deleted admin "};
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1'500; ++i) {
      const std::string text =
          begins[static_cast<std::size_t>(i) % begins.size()] + std::to_string(i % 1'300);
      AuditEvent remembered;
      remembered.event_text = text;
      classifier.Classify(&remembered);
      AuditEvent read;
      read.event_text = text;
      table->Apply(table->Read(text), &read);
      REQUIRE(remembered.classification.rule_id == read.classification.rule_id);
      REQUIRE(remembered.classification.object_type == read.classification.object_type);
      REQUIRE(remembered.classification.outcome == read.classification.outcome);
    }
  }
}

TEST_CASE("A text of any size is classified by how it begins") {
  const std::string words = "Deleted policy " + std::string(100'000, 'x') + " failed";
  const Classification got = ClassifyText(words);
  CHECK(got.rule_id == "entity.delete");
  CHECK(got.outcome == kUnknown);
  CHECK(got.object_type.size() < 200);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "a ";
  CHECK(ClassifyText(many + "deleted").rule_id == "none");
}

}  // namespace
}  // namespace nsf
