// SPDX-License-Identifier: Apache-2.0
// The table of rules, and how a rule is matched. To teach the program a new text, add a row.
#include "core/event/classification.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/event/api_call.h"
#include "core/event/text.h"

namespace nsf {
namespace {

// What is being done. The first verb of a text decides: "Edited policy: enabled logging" edits.
enum class Verb : std::uint8_t {
  kAny,       // in a rule: with or without a verb
  kNotFirst,  // in a rule: the text does not begin with a verb
  kNone,
  kCreate,
  kRead,
  kUpdate,
  kDelete,
  kMove,
  kClone,
  kEnable,
  kDisable,
  kActivate,
  kDeactivate,
  kLock,
  kUnlock,
  kReset,
  kAssign,
  kRevoke,
};

struct Stem {
  std::string_view stem;  // the word, less its ending
  Verb verb;
};

constexpr std::array<Stem, 37> kStems = {{
    {"creat", Verb::kCreate},     {"add", Verb::kCreate},
    {"new", Verb::kCreate},       {"upload", Verb::kCreate},
    {"import", Verb::kCreate},    {"view", Verb::kRead},
    {"read", Verb::kRead},        {"export", Verb::kRead},
    {"download", Verb::kRead},    {"edit", Verb::kUpdate},
    {"updat", Verb::kUpdate},     {"modif", Verb::kUpdate},
    {"chang", Verb::kUpdate},     {"appl", Verb::kUpdate},
    {"push", Verb::kUpdate},      {"reorder", Verb::kUpdate},
    {"configur", Verb::kUpdate},  {"sav", Verb::kUpdate},
    {"delet", Verb::kDelete},     {"remov", Verb::kDelete},
    {"renam", Verb::kMove},       {"mov", Verb::kMove},
    {"clon", Verb::kClone},       {"duplicat", Verb::kClone},
    {"enabl", Verb::kEnable},     {"disabl", Verb::kDisable},
    {"activat", Verb::kActivate}, {"deactivat", Verb::kDeactivate},
    {"lock", Verb::kLock},        {"unlock", Verb::kUnlock},
    {"reset", Verb::kReset},      {"assign", Verb::kAssign},
    {"grant", Verb::kAssign},     {"revok", Verb::kRevoke},
    {"unassign", Verb::kRevoke},  {"copied", Verb::kClone},
    {"copy", Verb::kClone},
}};

constexpr std::array<std::string_view, 13> kEndings = {
    "", "e", "s", "d", "y", "ed", "es", "ing", "ion", "ied", "ies", "ting", "ying"};

using Words = std::span<const std::string_view>;

// Entries match whole words; one that ends with '*' matches words that begin so.
constexpr std::array<std::string_view, 5> kApiCall = {"rest api v1 call", "rest api v2 call",
                                                      "rest api v3 call", "rest api v4 call",
                                                      "rest api call"};
constexpr std::array<std::string_view, 9> kLogoff = {"logged out", "logout",     "log out",
                                                     "logoff",     "log off",    "logged off",
                                                     "sign out",   "signed out", "signout"};
constexpr std::array<std::string_view, 10> kLogon = {
    "login",  "logins",    "log in",  "logged in", "logon",
    "log on", "logged on", "sign in", "signed in", "signin"};
constexpr std::array<std::string_view, 5> kMfa = {"mfa", "2fa", "two factor", "multi factor",
                                                  "multifactor"};
constexpr std::array<std::string_view, 2> kPassword = {"password", "passwords"};
constexpr std::array<std::string_view, 3> kAccount = {"admin*", "user*", "account*"};
// Things that have to do with accounts and are none.
constexpr std::array<std::string_view, 14> kNotAccount = {
    "setting*",   "group*",      "role*",       "polic*",     "profile*",
    "template*",  "permission*", "list*",       "privilege*", "notification*",
    "attribute*", "alert*",      "constraint*", "report*"};
constexpr std::array<std::string_view, 4> kRole = {"role*", "privilege*", "permission*",
                                                   "entitlement*"};
constexpr std::array<std::string_view, 2> kPolicy = {"policy", "policies"};
constexpr std::array<std::string_view, 2> kGroup = {"group", "groups"};
constexpr std::array<std::string_view, 3> kOrganization = {"organization*", "ou", "tenant"};
constexpr std::array<std::string_view, 2> kDevice = {"device", "devices"};
constexpr std::array<std::string_view, 2> kUser = {"user", "users"};

constexpr std::string_view kLogin = "LOGIN";
constexpr std::string_view kChange = "ADMIN_CHANGE";
constexpr std::string_view kPolicyChange = "POLICY";
constexpr std::string_view kApi = "API";
constexpr std::string_view kOther = "OTHER";

constexpr std::uint32_t kUserAccess = 3005;
constexpr std::uint32_t kEntityManagement = 3004;

struct Rule {
  std::string_view id;
  Words any_of;  // empty: any text
  Verb verb;
  Words none_of;
  std::uint32_t class_uid;
  std::uint32_t activity_id;
  std::string_view activity_name;
  std::string_view category;
};

// The first that matches wins. Logoff stands before logon: "logged out because of login failures".
constexpr std::array<Rule, 28> kRules = {{
    {"api.call", kApiCall, Verb::kAny, {}, 6003, 0, "Unknown", kApi},
    {"auth.logoff", kLogoff, Verb::kNotFirst, {}, 3002, 2, "Logoff", kLogin},
    {"auth.logon", kLogon, Verb::kNotFirst, {}, 3002, 1, "Logon", kLogin},

    {"account.mfa_enable", kMfa, Verb::kEnable, {}, 3001, 10, "MFA Factor Enable", kChange},
    {"account.mfa_disable", kMfa, Verb::kDisable, {}, 3001, 11, "MFA Factor Disable", kChange},
    {"account.password_reset", kPassword, Verb::kReset, kNotAccount, 3001, 4, "Password Reset",
     kChange},
    {"account.password_change", kPassword, Verb::kUpdate, kNotAccount, 3001, 3, "Password Change",
     kChange},
    {"account.create", kAccount, Verb::kCreate, kNotAccount, 3001, 1, "Create", kChange},
    {"account.enable", kAccount, Verb::kEnable, kNotAccount, 3001, 2, "Enable", kChange},
    {"account.disable", kAccount, Verb::kDisable, kNotAccount, 3001, 5, "Disable", kChange},
    {"account.delete", kAccount, Verb::kDelete, kNotAccount, 3001, 6, "Delete", kChange},
    {"account.unlock", kAccount, Verb::kUnlock, kNotAccount, 3001, 12, "Unlock", kChange},
    {"account.lock", kAccount, Verb::kLock, kNotAccount, 3001, 9, "Lock", kChange},
    {"account.update", kAccount, Verb::kUpdate, kNotAccount, 3001, 99, "Update", kChange},

    {"access.assign", kRole, Verb::kAssign, {}, 3005, 1, "Assign Privileges", kChange},
    {"access.revoke", kRole, Verb::kRevoke, {}, 3005, 2, "Revoke Privileges", kChange},
    {"role.assign", kRole, Verb::kAssign, {}, 3004, 3, "Update", kChange},
    {"role.revoke", kRole, Verb::kRevoke, {}, 3004, 3, "Update", kChange},

    {"entity.create", {}, Verb::kCreate, {}, 3004, 1, "Create", kChange},
    {"entity.clone", {}, Verb::kClone, {}, 3004, 1, "Create", kChange},
    {"entity.read", {}, Verb::kRead, {}, 3004, 2, "Read", kChange},
    {"entity.update", {}, Verb::kUpdate, {}, 3004, 3, "Update", kChange},
    {"entity.delete", {}, Verb::kDelete, {}, 3004, 4, "Delete", kChange},
    {"entity.move", {}, Verb::kMove, {}, 3004, 5, "Move", kChange},
    {"entity.enable", {}, Verb::kEnable, {}, 3004, 8, "Enable", kChange},
    {"entity.disable", {}, Verb::kDisable, {}, 3004, 9, "Disable", kChange},
    {"entity.activate", {}, Verb::kActivate, {}, 3004, 10, "Activate", kChange},
    {"entity.deactivate", {}, Verb::kDeactivate, {}, 3004, 11, "Deactivate", kChange},
}};

// What an API call does. A method that is none of these leaves the activity unknown.
struct MethodActivity {
  std::string_view method;
  std::uint32_t activity_id;
  std::string_view activity_name;
};

constexpr std::array<MethodActivity, 7> kMethodActivities = {{
    {"POST", 1, "Create"},
    {"GET", 2, "Read"},
    {"HEAD", 2, "Read"},
    {"OPTIONS", 2, "Read"},
    {"PUT", 3, "Update"},
    {"PATCH", 3, "Update"},
    {"DELETE", 4, "Delete"},
}};

// What is acted on: OCSF's types of a managed entity.
struct ObjectType {
  Words any_of;
  std::uint32_t type_id;
  std::string_view category;
};

constexpr std::array<ObjectType, 5> kObjectTypes = {{
    {kPolicy, 5, kPolicyChange},
    {kGroup, 3, kChange},
    {kOrganization, 4, kChange},
    {kDevice, 1, kChange},
    {kUser, 2, kChange},
}};
constexpr std::uint32_t kOtherType = 99;

constexpr std::array<std::string_view, 4> kSuccess = {"success", "successful", "successfully",
                                                      "succeeded"};  // and not "successive"
constexpr std::array<std::string_view, 4> kFailure = {"fail*", "denied", "invalid*", "unauthor*"};
constexpr std::array<std::string_view, 1> kLocked = {"locked"};

constexpr std::array<std::string_view, 5> kFillers = {"new", "a", "an", "the", "of"};

// The start of a text, cut into words. What stands behind decides nothing.
class WordList {
 public:
  explicit WordList(std::string_view text);

  std::size_t size() const { return size_; }
  // In lower case.
  std::string_view Folded(std::size_t i) const {
    return {folded_.data() + starts_[i], std::size_t{ends_[i]} - starts_[i]};
  }
  bool HasAny(Words entries) const {
    return std::any_of(entries.begin(), entries.end(), [this](std::string_view entry) {
      return (initials_ & Initial(entry.front())) != 0 && Has(entry);
    });
  }
  // The words from `first` up to `end` as they stand in the text.
  std::string_view Text(std::size_t first, std::size_t end) const {
    return first < end ? text_.substr(starts_[first], std::size_t{ends_[end - 1]} - starts_[first])
                       : std::string_view();
  }

 private:
  static constexpr std::size_t kMaxBytes = 160;
  static constexpr std::size_t kMaxWords = 24;

  // A bit for each letter, and one for all else: most entries begin with no word's first letter.
  static std::uint32_t Initial(char c) {
    return 1U << (c >= 'a' && c <= 'z' ? static_cast<unsigned>(c - 'a') : 26U);
  }
  bool Has(std::string_view entry) const;
  bool HasAt(std::size_t word, std::string_view entry, bool is_prefix) const;

  std::string_view text_;
  std::array<char, kMaxBytes> folded_;  // byte for byte as text_; what is no word is a space
  std::array<std::uint8_t, kMaxWords> starts_;
  std::array<std::uint8_t, kMaxWords> ends_;
  std::size_t size_ = 0;
  std::uint32_t initials_ = 0;  // of all words
};

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

WordList::WordList(std::string_view text) : text_(text.substr(0, kMaxBytes)) {
  bool in_word = false;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = ToLowerAscii(text_[i]);
    const bool is_word = IsWordByte(c);
    folded_[i] = is_word ? c : ' ';
    if (is_word && !in_word) {
      if (size_ == kMaxWords) break;
      starts_[size_++] = static_cast<std::uint8_t>(i);
      initials_ |= Initial(c);
    }
    if (is_word) ends_[size_ - 1] = static_cast<std::uint8_t>(i + 1);
    in_word = is_word;
  }
}

bool WordList::Has(std::string_view entry) const {
  const bool is_prefix = entry.ends_with('*');
  if (is_prefix) entry.remove_suffix(1);
  for (std::size_t i = 0; i < size_; ++i) {
    if (HasAt(i, entry, is_prefix)) return true;
  }
  return false;
}

// An entry of several words has one space between two; the text may have any number of anything.
bool WordList::HasAt(std::size_t word, std::string_view entry, bool is_prefix) const {
  for (; word < size_; ++word) {
    const std::string_view have = Folded(word);
    const std::string_view want = entry.substr(0, entry.find(' '));
    const bool is_last = want.size() == entry.size();
    const bool matches = is_last && is_prefix ? have.starts_with(want) : have == want;
    if (!matches || is_last) return matches;
    entry.remove_prefix(want.size() + 1);
  }
  return false;
}

Verb FindVerb(std::string_view word) {
  for (const Stem& entry : kStems) {
    if (word.front() != entry.stem.front() || !word.starts_with(entry.stem)) continue;
    const std::string_view ending = word.substr(entry.stem.size());
    if (std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end()) return entry.verb;
  }
  return Verb::kNone;
}

struct FirstVerb {
  Verb verb = Verb::kNone;
  std::size_t index = 0;
};

FirstVerb FindFirstVerb(const WordList& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (const Verb verb = FindVerb(words.Folded(i)); verb != Verb::kNone) return {verb, i};
  }
  return {};
}

// What stands after the verb ("Deleted rbi template"), else before it ("Policy created").
std::string_view ObjectOf(const WordList& words, std::size_t verb) {
  std::size_t first = verb + 1;
  while (first < words.size() &&
         std::find(kFillers.begin(), kFillers.end(), words.Folded(first)) != kFillers.end()) {
    ++first;
  }
  return first < words.size() ? words.Text(first, words.size()) : words.Text(0, verb);
}

bool VerbMatches(Verb wanted, const FirstVerb& found) {
  if (wanted == Verb::kAny) return true;
  if (wanted == Verb::kNotFirst) return found.verb == Verb::kNone || found.index > 0;
  return wanted == found.verb;
}

// OCSF's User Access wants the privilege's name.
bool NamesPrivilege(const SupportingData& supporting) {
  return WordList(supporting.data_type).HasAny(kRole) && !FindName(supporting, 0).empty();
}

bool Matches(const Rule& rule, const WordList& words, const FirstVerb& verb,
             const SupportingData& supporting) {
  if (!VerbMatches(rule.verb, verb)) return false;
  if (!rule.any_of.empty() && !words.HasAny(rule.any_of)) return false;
  if (words.HasAny(rule.none_of)) return false;
  return rule.class_uid != kUserAccess || NamesPrivilege(supporting);
}

// Success is never invented: without a word for it, it is not known.
EventOutcome ReadOutcome(const WordList& words, const Rule& rule) {
  const bool is_lock = rule.verb == Verb::kLock;  // "Locked admin" is what was done
  const bool failed = words.HasAny(kFailure) || (!is_lock && words.HasAny(kLocked));
  const bool succeeded = words.HasAny(kSuccess);
  if (failed == succeeded) return EventOutcome::kUnknown;
  return failed ? EventOutcome::kFailure : EventOutcome::kSuccess;
}

void TakeApiCall(const ApiCall& call, Classification* result) {
  for (const MethodActivity& entry : kMethodActivities) {
    if (entry.method != call.method) continue;
    result->activity_id = entry.activity_id;
    result->activity_name = entry.activity_name;
  }
  if (!call.status) return;
  result->outcome = *call.status < 400 ? EventOutcome::kSuccess : EventOutcome::kFailure;
}

void TakeObject(std::string_view object, Classification* result) {
  result->object_type = object;
  result->object_type_id = kOtherType;
  const WordList words(object);
  for (const ObjectType& type : kObjectTypes) {
    if (!words.HasAny(type.any_of)) continue;
    result->object_type_id = type.type_id;
    result->category = type.category;
    return;
  }
}

}  // namespace

Classification Classify(const AuditEvent& event) {
  const WordList words(event.event_text);
  const FirstVerb verb = FindFirstVerb(words);
  const auto rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& candidate) {
    return Matches(candidate, words, verb, event.supporting);
  });
  Classification result;
  result.rule_id = "none";
  result.category = kOther;
  result.activity_name = event.event_text;
  if (rule == kRules.end()) return result;
  result.rule_id = rule->id;
  result.class_uid = rule->class_uid;
  result.activity_id = rule->activity_id;
  result.activity_name = rule->activity_name;
  result.category = rule->category;
  result.outcome = ReadOutcome(words, *rule);
  if (rule->category == kApi) TakeApiCall(ReadApiCall(event.supporting), &result);
  if (rule->category == kChange) {
    const std::string_view object = ObjectOf(words, verb.index);
    if (rule->class_uid == kEntityManagement) {
      TakeObject(object, &result);
    } else {
      result.object_type = object;
    }
  }
  return result;
}

}  // namespace nsf
