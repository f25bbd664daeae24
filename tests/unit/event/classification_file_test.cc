// SPDX-License-Identifier: Apache-2.0
// A user's file of rules: what it adds, what it replaces, and every error with its place and the
// next step.
#include "app/config/classification_file.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/event/classification.h"

namespace nsf {
namespace {

// Class, activity and rule of `text` by the built-in rules and those of `file`.
std::string Classified(const std::string& file, const std::string& text) {
  Diagnostics diagnostics;
  std::optional<ClassificationRules> rules = ReadRules(file, diagnostics);
  INFO(file);
  for (const Diagnostic& error : diagnostics.errors()) UNSCOPED_INFO(ToString("f", error));
  REQUIRE(rules.has_value());
  const auto table = std::make_shared<const ClassificationTable>(*std::move(rules));
  AuditEvent event;
  event.event_text = text;
  Classifier(table).Classify(&event);
  const Classification& got = event.classification;
  return std::to_string(got.class_uid) + "/" + std::to_string(got.activity_id) + " " +
         std::string(got.activity_name) + " " + std::string(got.category) + " " +
         std::string(got.rule_id) + (got.outcome == EventOutcome::kSuccess ? " success" : "");
}

TEST_CASE("A user's file adds to the built-in rules") {
  struct Case {
    const char* file;
    const char* text;
    const char* result;
  };
  const std::vector<Case> cases = {
      {"version: 1\n", "Created policy", "3004/1 Create POLICY entity.create"},
      // A rule of its own stands before all others.
      {"version: 1\nrules:\n- {id: acme.frob, words: [frobnicator], class: 3004, activity: 99, "
       "name: Frob, category: FROB}\n",
       "Created Frobnicator", "3004/99 Frob FROB acme.frob"},
      // One with the id of a built-in rule takes its place, where that stands.
      {"version: 1\nrules:\n- {id: entity.move, verb: move, class: 3004, activity: 3}\n",
       "Moved file", "3004/3 Update ADMIN_CHANGE entity.move"},
      {"version: 1\nrules:\n- {id: entity.create, words: [policy], class: 3004, activity: 2}\n",
       "Created admin", "3001/1 Create ADMIN_CHANGE account.create"},
      // Words for verbs and lists that are there, or new ones.
      {"version: 1\nverbs: {delete: [zap]}\n", "Zapped file", "0/99 Zapped file OTHER none"},
      {"version: 1\nverbs: {delete: [zapp]}\n", "Zapped file",
       "3004/4 Delete ADMIN_CHANGE entity.delete"},
      {"version: 1\nverbs: {read: [creat]}\n", "Created file",
       "3004/2 Read ADMIN_CHANGE entity.read"},
      {"version: 1\nlists: {account: ['operator*']}\n", "Deleted operator",
       "3001/6 Delete ADMIN_CHANGE account.delete"},
      {"version: 1\nlists: {a: [x], b: [$a, y]}\nrules:\n- {id: q, words: [$b], class: 3004, "
       "activity: 2}\n",
       "the X", "3004/2 Read ADMIN_CHANGE q"},
      {"version: 1\nverbs: {frob: [frob]}\nrules:\n- {id: f, verb: frob, class: 3006, activity: "
       "1}\n",
       "frobed", "3006/1 Assign Privileges ADMIN_CHANGE f"},
      {"version: 1\noutcome: {otherwise: success}\n", "Created file",
       "3004/1 Create ADMIN_CHANGE entity.create success"},
      {"version: 1\noutcome: {success: [hooray]}\n", "Created file, Hooray",
       "3004/1 Create ADMIN_CHANGE entity.create success"},
      {"version: 1\nobjects:\n- {words: [file], type: 5, category: FILES}\n", "Created file",
       "3004/1 Create FILES entity.create"},
      {"version: 1\nrules:\n- {id: u, words: [Straße], class: 3004, activity: 2}\n", "straße",
       "3004/2 Read ADMIN_CHANGE u"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(Classified(c.file, c.text) == c.result);
  }
}

TEST_CASE("Every error of a file of rules has its place and the next step") {
  struct Case {
    const char* file;
    const char* error;
  };
  const std::vector<Case> cases = {
      {"rules: []\n", "f:1:1: the key `version` is missing; begin with `version: 1`"},
      {"version: 2\n", "f:1:10: version \"2\" is not known to this program; write 1"},
      {"- a\n", "f:1:1: the file is not a map; write `key: value` there"},
      {"version: 1\nrule: []\n", "f:2:1: unknown key \"rule\" in the file; did you mean `rules`?"},
      {"version: 1\nrules: {}\n",
       "f:2:8: rules is not a list; write entries that begin with a dash"},
      {"version: 1\nrules:\n- {words: [a], class: 3004, activity: 1}\n",
       "f:3:3: the key `id` is missing; add it: a name of its own, as in acme.token"},
      {"version: 1\nrules:\n- {id: none, words: [a], class: 3004, activity: 1}\n",
       "f:3:8: \"none\" cannot be a rule's id; write a-z, 0-9, '.', '_' and '-', at most 63 of "
       "them, and not `none`"},
      {"version: 1\nrules:\n- {id: a, words: [a], class: 3004, activity: 1}\n- {id: a, words: [b], "
       "class: 3004, activity: 1}\n",
       "f:4:8: two rules have the id \"a\"; give each one of its own"},
      {"version: 1\nrules:\n- {id: a, class: 3004, activity: 1}\n",
       "f:3:3: this rule would match every text; give it `words`, or a `verb`"},
      {"version: 1\nrules:\n- {id: a, verb: creat, class: 3004, activity: 1}\n",
       "f:3:17: there is no verb \"creat\"; did you mean `create`?"},
      {"version: 1\nrules:\n- {id: a, words: [$acount], class: 3004, activity: 1}\n",
       "f:3:19: there is no list \"$acount\"; did you mean `$account`?"},
      {"version: 1\nrules:\n- {id: a, words: ['two-factor'], class: 3004, activity: 1}\n",
       "f:3:19: \"two-factor\" matches no text; write words with one space between two, and at "
       "most "
       "one \"*\", at the end"},
      {"version: 1\nrules:\n- {id: a, words: ['*'], class: 3004, activity: 1}\n",
       "f:3:19: \"*\" matches no text; write words with one space between two, and at most one "
       "\"*\", at the end"},
      {"version: 1\nrules:\n- {id: a, words: [a], class: 1008, activity: 1}\n",
       "f:3:30: class \"1008\" is not known; write 3001, 3002, 3004, 3005, 3006 or 6003"},
      {"version: 1\nrules:\n- {id: a, words: [a], class: 3005, activity: 3}\n",
       "f:3:46: class 3005 has no activity \"3\"; docs/CLASSIFICATION.md lists them, 99 is any "
       "other"},
      {"version: 1\nrules:\n- {id: a, words: [a], class: 3005, activity: 1, name: x}\n",
       "f:3:55: only activity 99 has a name of its own; remove `name`"},
      {"version: 1\nrules:\n- {id: a, words: [a], class: 3005, activity: 1, target: user_name}\n",
       "f:3:57: target \"user_name\" is not one of: none, name, user, group"},
      {"version: 1\nrules:\n- {id: a, words: [a], class: 3005, activity: 1, category: 'x y'}\n",
       "f:3:59: category \"x y\" is no category; write A-Z, 0-9 and '_', at most 31, as in "
       "ADMIN_CHANGE"},
      {"version: 1\nrules:\n- {id: a, words: [a], method: get, class: 6003, activity: 2}\n",
       "f:3:31: method \"get\" is not one of: GET, POST, PUT, PATCH, HEAD, DELETE, OPTIONS"},
      {"version: 1\nverbs: {create: ['two words']}\n",
       "f:2:18: \"two words\" is no stem of a verb; write one word, less its ending, or a whole "
       "one "
       "after \"=\""},
      {"version: 1\nobjects:\n- {words: [a], type: 6}\n",
       "f:3:22: type \"6\" is none of a managed entity's; write 1 Device, 2 User, 3 Group, 4 "
       "Organization, 5 Policy or 99"},
      {"version: 1\noutcome: {otherwise: failure}\n",
       "f:2:22: otherwise \"failure\" is not one of: unknown, success"},
  };
  for (const Case& c : cases) {
    Diagnostics diagnostics;
    INFO(c.file);
    CHECK_FALSE(ReadRules(c.file, diagnostics).has_value());
    REQUIRE(diagnostics.errors().size() >= 1);
    CHECK(ToString("f", diagnostics.errors().front()) == c.error);
  }
}

TEST_CASE("What is no file of rules is refused, and never crashes") {
  for (const char* file :
       {"", "\0", "{", "version: 1\nrules: [[[[", "version: [1]\n",
        "version: 1\nrules: [1, {}, [], null]\n", "version: 1\nlists: {a: {}}\n",
        "version: 1\nverbs: []\n", "version: 1\noutcome: x\n",
        "version: 1\nrules:\n- {id: {}, words: {}, class: [], activity: {}}\n"}) {
    Diagnostics diagnostics;
    INFO(file);
    ReadRules(file, diagnostics);
    const bool is_empty = std::string(file).empty();
    CHECK(diagnostics.ok() == is_empty);
  }
}

}  // namespace
}  // namespace nsf
