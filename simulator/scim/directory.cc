// SPDX-License-Identifier: Apache-2.0
// Keeping users and groups.
#include "scim/directory.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scim/patch.h"
#include "scim/resource.h"
#include "tenant/audit_vocabulary.h"
#include "tenant/random.h"

namespace nsf_simulator::scim {
namespace {

constexpr std::size_t kGroupsOfUser = 5;
constexpr std::array<std::string_view, 8> kDepartments{
    "Engineering", "Finance", "Sales", "Legal", "Human Resources", "IT", "Marketing", "Support"};
constexpr std::array<std::string_view, 6> kCities{"Helsinki", "Lagos",  "Lisbon",
                                                  "Osaka",    "Austin", "Z\xC3\xBCrich"};

std::string Hex(std::uint64_t number, std::size_t width) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(width, '0');
  for (std::size_t i = width; i-- > 0; number >>= 4U) hex[i] = kDigits[number & 15U];
  return hex;
}

std::string Rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss of_day(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto two = [](auto number) {
    const std::string text = std::to_string(number);
    return text.size() < 2 ? '0' + text : text;
  };
  return std::to_string(static_cast<int>(date.year())) + '-' +
         two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day())) +
         'T' + two(of_day.hours().count()) + ':' + two(of_day.minutes().count()) + ':' +
         two(of_day.seconds().count()) + 'Z';
}

std::string SeededName(std::uint64_t number) {
  const std::string named = NamedUser(number);
  return named.empty() ? "user" + std::to_string(number) + "@corp.example" : named;
}

Problem NotFound(Kind kind) { return {404, "", std::string(NameOf(kind)) + " not found"}; }

// "true", "false", or empty.
std::string ActiveOf(const Value& user) {
  const Value* active = Find(user, "active");
  if (active == nullptr || !active->IsBool()) return "true";
  return active->GetBool() ? "true" : "false";
}

}  // namespace

Directory::Directory(const Settings& settings)
    : group_delay_(settings.scim_group_delay), seed_(Scatter(settings.seed, 0x5c1)) {
  Seed(settings);
}

// Text alone: 200,000 users are made in a fraction of a second.
void Directory::Seed(const Settings& settings) {
  std::vector<std::string> groups;
  for (std::uint64_t i = 0; i < settings.scim_groups; ++i) {
    const std::string id = MakeId(Kind::kGroup);
    const std::string name =
        i < kDepartments.size() ? std::string(kDepartments[i]) : "Group " + std::to_string(i);
    groups_.resources[id] = {R"({"displayName":)" + QuotedJson(name) + '}', {}, {}};
    groups_.by_name[Folded(name)] = id;
    groups_.order.push_back(id);
    groups.push_back(id);
  }
  for (std::uint64_t i = 0; i < settings.scim_users; ++i) {
    const std::string id = MakeId(Kind::kUser);
    const std::string name = SeededName(i);
    // Two names in other letters are one.
    if (!users_.by_name.try_emplace(Folded(name), id).second) continue;
    const std::uint64_t choice = Scatter(seed_, i);
    const std::string person = "Person " + std::to_string(i);
    users_.resources[id] = {
        R"({"userName":)" + QuotedJson(name) + R"(,"displayName":)" + QuotedJson(person) +
            R"(,"active":true,"emails":[{"value":)" + QuotedJson(name) +
            R"(,"primary":true}],"addresses":[{"locality":")" +
            std::string(kCities[choice % kCities.size()]) + R"(","type":"work"}],")" +
            std::string(kEnterpriseSchema) + R"(":{"department":")" +
            std::string(kDepartments[choice / 7 % kDepartments.size()]) + "\"}}",
        {},
        {}};
    users_.order.push_back(id);
    for (std::size_t n = 0; n < kGroupsOfUser && n < groups.size(); ++n) {
      const std::string& group = groups[(choice + n * 37) % groups.size()];
      auto& own = memberships_[id];
      const bool known = std::any_of(own.begin(), own.end(),
                                     [&](const Membership& m) { return m.group == group; });
      if (known) continue;
      own.push_back({group, {}, std::nullopt});
      members_[group].push_back(id);
    }
  }
}

// The tenant's own, and not the address.
std::string Directory::MakeId(Kind kind) {
  const std::uint64_t number = ++made_;
  const std::uint64_t high = Scatter(seed_ ^ (kind == Kind::kUser ? 1U : 2U), number);
  const std::uint64_t low = Scatter(high);
  return Hex(high, 8) + '-' + Hex(high >> 32U, 4) + '-' + Hex(high >> 48U, 4) + '-' + Hex(low, 4) +
         '-' + Hex(low >> 16U, 12);
}

std::string Directory::NameOfResource(Kind kind, const std::string& id) const {
  const auto found = StoreOf(kind).resources.find(id);
  if (found == StoreOf(kind).resources.end()) {
    const auto gone = names_of_gone_groups_.find(id);
    return gone == names_of_gone_groups_.end() ? std::string() : gone->second;
  }
  Document document;
  document.Parse(found->second.json.data(), found->second.json.size());
  return TextAt(document, NameKey(kind));
}

Listing Directory::List(Kind kind, const Query& query, Time now) const {
  const Store& store = StoreOf(kind);
  Listing listing;
  const std::uint64_t first = std::max<std::uint64_t>(query.start_index, 1) - 1;
  if (!query.filter) {
    listing.total = store.order.size();
    for (std::uint64_t i = first; i < store.order.size() && i - first < query.count; ++i) {
      listing.ids.push_back(store.order[i]);
    }
    return listing;
  }
  // By name alone, as the guide does it, there is an index.
  const Conditions& conditions = *query.filter;
  if (conditions.size() == 1 && SameName(conditions[0].attribute, NameKey(kind))) {
    const auto found = store.by_name.find(Folded(conditions[0].value));
    listing.total = found == store.by_name.end() ? 0 : 1;
    if (listing.total > first && query.count > 0) listing.ids.push_back(found->second);
    return listing;
  }
  for (const std::string& id : store.order) {
    Document document;
    const std::string shown = *Show(kind, id, "", now);
    document.Parse(shown.data(), shown.size());
    if (!Matches(document, conditions)) continue;
    if (listing.total >= first && listing.ids.size() < query.count) listing.ids.push_back(id);
    ++listing.total;
  }
  return listing;
}

Document Directory::Open(Kind kind, const std::string& id) const {
  Document document;
  const std::string& json = StoreOf(kind).resources.at(id).json;
  document.Parse(json.data(), json.size());
  if (kind == Kind::kGroup) WriteMembers(id, "", document.GetAllocator(), &document);
  return document;
}

void Directory::WriteGroups(const std::string& user, const std::string& base, Time now,
                            Memory& memory, Value* document) const {
  Value groups(rapidjson::kArrayType);
  const auto found = memberships_.find(user);
  if (found != memberships_.end()) {
    for (const Membership& membership : found->second) {
      if (membership.from > now || (membership.until && *membership.until <= now)) continue;
      Value group(rapidjson::kObjectType);
      Put("value", Text(membership.group, memory), memory, &group);
      Put("$ref", Text(base + "/Groups/" + membership.group, memory), memory, &group);
      Put("display", Text(NameOfResource(Kind::kGroup, membership.group), memory), memory, &group);
      groups.PushBack(group, memory);
    }
  }
  if (!groups.Empty()) Put("groups", std::move(groups), memory, document);
}

void Directory::WriteMembers(const std::string& group, const std::string& base, Memory& memory,
                             Value* document) const {
  const auto found = members_.find(group);
  if (found == members_.end() || found->second.empty()) return;
  Value members(rapidjson::kArrayType);
  for (const std::string& user : found->second) {
    Value member(rapidjson::kObjectType);
    Put("value", Text(user, memory), memory, &member);
    Put("$ref", Text(base + "/Users/" + user, memory), memory, &member);
    Put("type", Text("User", memory), memory, &member);
    members.PushBack(member, memory);
  }
  Put("members", std::move(members), memory, document);
}

std::optional<std::string> Directory::Show(Kind kind, const std::string& id,
                                           const std::string& base, Time now) const {
  const auto found = StoreOf(kind).resources.find(id);
  if (found == StoreOf(kind).resources.end()) return std::nullopt;
  Document document;
  document.Parse(found->second.json.data(), found->second.json.size());
  Memory& memory = document.GetAllocator();
  Value shown(rapidjson::kObjectType);
  Value schemas(rapidjson::kArrayType);
  schemas.PushBack(Text(SchemaOf(kind), memory), memory);
  if (Find(document, kEnterpriseSchema) != nullptr) {
    schemas.PushBack(Text(kEnterpriseSchema, memory), memory);
  }
  Put("schemas", std::move(schemas), memory, &shown);
  Put("id", Text(id, memory), memory, &shown);
  for (auto& member : document.GetObject()) {
    shown.AddMember(member.name, member.value, memory);
  }
  if (kind == Kind::kUser) {
    WriteGroups(id, base, now, memory, &shown);
  } else {
    WriteMembers(id, base, memory, &shown);
  }
  Value meta(rapidjson::kObjectType);
  Put("resourceType", Text(NameOf(kind), memory), memory, &meta);
  Put("created", Text(Rfc3339(found->second.created), memory), memory, &meta);
  Put("lastModified", Text(Rfc3339(found->second.modified), memory), memory, &meta);
  Put("location", Text(base + std::string(EndpointOf(kind)) + '/' + id, memory), memory, &meta);
  Put("meta", std::move(meta), memory, &shown);
  return ToJson(shown);
}

MaybeProblem Directory::CheckName(Kind kind, const std::string& id, const std::string& name) const {
  const auto other = StoreOf(kind).by_name.find(Folded(name));
  if (other == StoreOf(kind).by_name.end() || other->second == id) return std::nullopt;
  return Problem{
      409, "uniqueness",
      std::string(NameOf(kind)) + " with this " + std::string(NameKey(kind)) + " exists already"};
}

Directory::Outcome Directory::Create(Kind kind, const Value& request, Time now) {
  Document document;
  if (auto problem = TakeResource(kind, request, document.GetAllocator(), &document)) {
    return *problem;
  }
  const std::string id = MakeId(kind);
  if (auto problem = CheckName(kind, id, TextAt(document, NameKey(kind)))) return *problem;
  if (kind == Kind::kUser && Find(document, "active") == nullptr) {
    Put("active", Value(true), document.GetAllocator(), &document);
  }
  StoreOf(kind).resources[id] = {"{}", now, now};
  StoreOf(kind).order.push_back(id);
  const std::string name = TextAt(document, NameKey(kind));
  Note(kind == Kind::kUser ? "Created user" : "Created user group",
       kind == Kind::kUser ? "user" : "group", {name});
  return Keep(kind, id, std::move(document), now);
}

Directory::Outcome Directory::Replace(Kind kind, const std::string& id, const Value& request,
                                      Time now) {
  if (!StoreOf(kind).resources.contains(id)) return NotFound(kind);
  Document document;
  if (auto problem = TakeResource(kind, request, document.GetAllocator(), &document)) {
    return *problem;
  }
  // The guide's table: it names the person, and stays.
  const std::string name = TextAt(document, NameKey(kind));
  if (auto problem = CheckName(kind, id, name)) return *problem;
  const Document before = Open(kind, id);
  NoteChange(kind, before, document);
  return Keep(kind, id, std::move(document), now);
}

Directory::Outcome Directory::Patch(Kind kind, const std::string& id, const Value& request,
                                    Time now) {
  if (!StoreOf(kind).resources.contains(id)) return NotFound(kind);
  const Document before = Open(kind, id);
  Document document = Open(kind, id);
  if (auto problem = ApplyPatch(kind, request, document.GetAllocator(), &document)) return *problem;
  if (auto problem = CheckName(kind, id, TextAt(document, NameKey(kind)))) return *problem;
  NoteChange(kind, before, document);
  return Keep(kind, id, std::move(document), now);
}

Directory::Outcome Directory::Keep(Kind kind, const std::string& id, Document document, Time now) {
  Store& store = StoreOf(kind);
  if (kind == Kind::kGroup) {
    SetMembers(id, Find(static_cast<const Value&>(document), "members"), now);
    Drop("members", &document);
  }
  Resource& resource = store.resources.at(id);
  Document before;
  before.Parse(resource.json.data(), resource.json.size());
  const std::string old_name = TextAt(before, NameKey(kind));
  if (!old_name.empty()) store.by_name.erase(Folded(old_name));
  store.by_name[Folded(TextAt(document, NameKey(kind)))] = id;
  resource.json = ToJson(document);
  resource.modified = now;
  return id;
}

MaybeProblem Directory::Delete(Kind kind, const std::string& id, Time now) {
  Store& store = StoreOf(kind);
  if (!store.resources.contains(id)) return NotFound(kind);
  const std::string name = NameOfResource(kind, id);
  if (kind == Kind::kUser) {
    const auto own = memberships_.find(id);
    if (own != memberships_.end()) {
      for (const Membership& membership : own->second) std::erase(members_[membership.group], id);
      memberships_.erase(own);
    }
  } else {
    const std::vector<std::string> members = members_[id];
    for (const std::string& user : members) Leave(user, id, now);
    members_.erase(id);
    names_of_gone_groups_[id] = name;
  }
  Note(kind == Kind::kUser ? "Deleted user" : "Deleted user group",
       kind == Kind::kUser ? "user" : "group", {name});
  store.by_name.erase(Folded(name));
  store.resources.erase(id);
  store.order.erase(std::find(store.order.begin(), store.order.end(), id));
  return std::nullopt;
}

MaybeProblem Directory::SetMembers(const std::string& group, const Value* members, Time now) {
  std::vector<std::string> next;
  if (members != nullptr) {
    for (const Value& member : members->GetArray()) {
      const std::string user = TextAt(member, "value");
      const bool known = std::find(next.begin(), next.end(), user) != next.end();
      if (!known && users_.resources.contains(user)) next.push_back(user);
    }
  }
  const std::vector<std::string> before = members_[group];
  for (const std::string& user : before) {
    if (std::find(next.begin(), next.end(), user) == next.end()) Leave(user, group, now);
  }
  for (const std::string& user : next) {
    if (std::find(before.begin(), before.end(), user) == before.end()) Join(user, group, now);
  }
  members_[group] = std::move(next);
  return std::nullopt;
}

void Directory::Join(const std::string& user, const std::string& group, Time now) {
  memberships_[user].push_back({group, now + group_delay_, std::nullopt});
  Note("Added user to group", "group",
       {NameOfResource(Kind::kGroup, group), NameOfResource(Kind::kUser, user)});
}

void Directory::Leave(const std::string& user, const std::string& group, Time now) {
  auto& own = memberships_[user];
  std::erase_if(own, [now](const Membership& m) { return m.until && *m.until <= now; });
  for (Membership& membership : own) {
    if (membership.group == group && !membership.until) membership.until = now + group_delay_;
  }
  Note("Removed user from group", "group",
       {NameOfResource(Kind::kGroup, group), NameOfResource(Kind::kUser, user)});
}

void Directory::NoteChange(Kind kind, const Value& before, const Value& after) {
  const std::string name = TextAt(after, NameKey(kind));
  if (kind == Kind::kUser && ActiveOf(before) != ActiveOf(after)) {
    return Note(ActiveOf(after) == "true" ? "Enabled user" : "Disabled user", "user", {name});
  }
  // Members that come and go are told one by one.
  Document old_one;
  old_one.CopyFrom(before, old_one.GetAllocator());
  Drop("members", &old_one);
  Document new_one;
  new_one.CopyFrom(after, new_one.GetAllocator());
  Drop("members", &new_one);
  if (old_one == new_one) return;
  Note(kind == Kind::kUser ? "Edited user" : "Edited user group",
       kind == Kind::kUser ? "user" : "group", {name});
}

void Directory::Note(std::string text, std::string type, std::vector<std::string> values) {
  notes_.push_back({std::move(text), std::move(type), std::move(values)});
}

std::vector<AuditNote> Directory::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace nsf_simulator::scim
