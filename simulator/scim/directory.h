// SPDX-License-Identifier: Apache-2.0
// The tenant's users and groups, and who is in which: what SCIM changes and shows. What a change of
// a group means for a user's own `groups` shows late. No clock: time is a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "scim/json.h"
#include "scim/path.h"
#include "scim/schema.h"
#include "tenant/settings.h"

namespace nsf_simulator::scim {

// What the tenant's audit log says of a change.
struct AuditNote {
  std::string text;                 // audit_log_event
  std::string data_type;            // "user", "group"
  std::vector<std::string> values;  // whom, or which group and whom
};

// Which resources of a list are shown.
struct Query {
  std::optional<Conditions> filter;
  std::uint64_t start_index = 1;
  std::uint64_t count = 100;
};

struct Listing {
  std::uint64_t total = 0;
  std::vector<std::string> ids;
};

class Directory {
 public:
  // Made-up users and groups, as many as the settings say.
  explicit Directory(const Settings& settings);

  // The ids that match, in the order in which resources were made.
  Listing List(Kind kind, const Query& query, Time now) const;
  // The resource as it is shown; nullopt: there is none.
  std::optional<std::string> Show(Kind kind, const std::string& id, const std::string& base,
                                  Time now) const;

  using Outcome = std::variant<std::string, Problem>;  // the resource's id
  Outcome Create(Kind kind, const Value& request, Time now);
  Outcome Replace(Kind kind, const std::string& id, const Value& request, Time now);
  Outcome Patch(Kind kind, const std::string& id, const Value& request, Time now);
  MaybeProblem Delete(Kind kind, const std::string& id, Time now);

  // What the audit log says of changes since the last call.
  std::vector<AuditNote> TakeNotes();

  std::size_t size(Kind kind) const { return StoreOf(kind).order.size(); }

 private:
  struct Resource {
    std::string json;  // without id, meta, schemas, groups and members
    Time created;
    Time modified;
  };
  struct Store {
    std::unordered_map<std::string, Resource> resources;   // by id
    std::unordered_map<std::string, std::string> by_name;  // folded name → id
    std::deque<std::string> order;                         // of ids
  };
  // A user's membership, as the user's own `groups` shows it.
  struct Membership {
    std::string group;
    Time from;
    std::optional<Time> until;
  };

  const Store& StoreOf(Kind kind) const { return kind == Kind::kUser ? users_ : groups_; }
  Store& StoreOf(Kind kind) { return kind == Kind::kUser ? users_ : groups_; }
  static std::string_view NameKey(Kind kind) {
    return kind == Kind::kUser ? "userName" : "displayName";
  }
  std::string NameOfResource(Kind kind, const std::string& id) const;
  std::string MakeId(Kind kind);
  // The resource as a document that is patched, with its members.
  Document Open(Kind kind, const std::string& id) const;
  Outcome Keep(Kind kind, const std::string& id, Document document, Time now);
  MaybeProblem CheckName(Kind kind, const std::string& id, const std::string& name) const;
  MaybeProblem SetMembers(const std::string& group, const Value* members, Time now);
  void Join(const std::string& user, const std::string& group, Time now);
  void Leave(const std::string& user, const std::string& group, Time now);
  void NoteChange(Kind kind, const Value& before, const Value& after);
  void Note(std::string text, std::string type, std::vector<std::string> values);
  void Seed(const Settings& settings);
  void WriteGroups(const std::string& user, const std::string& base, Time now, Memory& memory,
                   Value* document) const;
  void WriteMembers(const std::string& group, const std::string& base, Memory& memory,
                    Value* document) const;

  std::chrono::seconds group_delay_;
  std::uint64_t seed_;
  std::uint64_t made_ = 0;
  Store users_;
  Store groups_;
  std::unordered_map<std::string, std::vector<Membership>> memberships_;  // by user
  std::unordered_map<std::string, std::vector<std::string>> members_;     // by group
  std::unordered_map<std::string, std::string> names_of_gone_groups_;
  std::vector<AuditNote> notes_;
};

}  // namespace nsf_simulator::scim
