// SPDX-License-Identifier: Apache-2.0
// Reading SCIM lists.
#include "core/identity/scim_page.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/event/envelope.h"
#include "core/event/text.h"
#include "core/format/plain_text.h"

namespace nsf {
namespace {

using Value = rapidjson::Value;

constexpr const char* kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
constexpr std::size_t kMostWords = 200;

const Value* MemberOf(const Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string_view View(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

// Of a string, or of a number: some identity providers write ids so. Empty: it is neither.
std::string Text(const Value* value) {
  if (value == nullptr) return {};
  if (value->IsString()) return std::string(CutText(View(*value), kMostIdentityText));
  return value->IsUint64() ? std::to_string(value->GetUint64()) : std::string();
}

std::string TextOf(const Value& object, const char* name) { return Text(MemberOf(object, name)); }

std::optional<std::uint64_t> Number(const Value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->IsUint64()) return value->GetUint64();
  if (!value->IsString()) return std::nullopt;
  const std::string_view text = View(*value);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Some identity providers write `active` as a text.
std::optional<bool> Truth(const Value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->IsBool()) return value->GetBool();
  if (!value->IsString()) return std::nullopt;
  std::string text(View(*value));
  std::transform(text.begin(), text.end(), text.begin(), ToLowerAscii);
  if (text == "true" || text == "active") return true;
  if (text == "false" || text == "inactive") return false;
  return std::nullopt;
}

std::string DisplayName(const Value& user) {
  std::string name = TextOf(user, "displayName");
  const Value* parts = MemberOf(user, "name");
  if (name.empty() && parts != nullptr) name = TextOf(*parts, "formatted");
  if (!name.empty() || parts == nullptr) return name;
  name = TextOf(*parts, "givenName");
  const std::string family = TextOf(*parts, "familyName");
  if (!name.empty() && !family.empty()) name += ' ';
  return name + family;
}

// A member of its own, as the guide has it, or the enterprise extension's.
std::string Department(const Value& user) {
  std::string department = TextOf(user, "department");
  const Value* enterprise = MemberOf(user, kEnterprise);
  if (department.empty() && enterprise != nullptr) department = TextOf(*enterprise, "department");
  return department;
}

// A member of its own, as the guide has it, or that of the primary address, else of the first.
std::string Location(const Value& user) {
  std::string location = TextOf(user, "location");
  const Value* addresses = MemberOf(user, "addresses");
  if (!location.empty() || addresses == nullptr || !addresses->IsArray()) return location;
  for (const bool primary_only : {true, false}) {
    for (const Value& address : addresses->GetArray()) {
      if (primary_only && !Truth(MemberOf(address, "primary")).value_or(false)) continue;
      for (const char* part : {"locality", "region", "country", "formatted"}) {
        location = TextOf(address, part);
        if (!location.empty()) return location;
      }
    }
  }
  return location;
}

std::vector<ScimGroup> GroupsOf(const Value& user) {
  std::vector<ScimGroup> groups;
  const Value* list = MemberOf(user, "groups");
  if (list == nullptr || !list->IsArray()) return groups;
  for (const Value& entry : list->GetArray()) {
    if (groups.size() == kMostGroupsOfUser) break;
    ScimGroup group;
    if (entry.IsString()) {  // the guide's table has names
      group.name = Text(&entry);
      group.id = group.name;
    } else {
      group.id = TextOf(entry, "value");
      group.name = TextOf(entry, "display");
      if (group.id.empty()) group.id = group.name;
    }
    if (!group.id.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

// The list's frame; `take` gets each resource.
template <typename Take>
ScimPage Parse(std::string body, Take take) {
  ScimPage page;
  rapidjson::Document document;
  // Iterative: no depth of nesting grows the stack.
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError()) {
    page.message = rapidjson::GetParseError_En(document.GetParseError());
    return page;
  }
  const Value* resources = MemberOf(document, "Resources");
  page.total = Number(MemberOf(document, "totalResults"));
  // RFC 7644 lets a list that is empty go without.
  const bool is_list =
      resources != nullptr ? resources->IsArray() || resources->IsNull() : page.total.has_value();
  if (!is_list) {
    page.status = ScimPageStatus::kNoList;
    for (const char* name : {"detail", "message", "error"}) {
      if (page.message.empty()) page.message = TextOf(document, name);
    }
    if (page.message.empty()) page.message = body;
    page.message = Printable(page.message, kMostWords);
    return page;
  }
  page.status = ScimPageStatus::kList;
  if (resources == nullptr || !resources->IsArray()) return page;
  for (const Value& resource : resources->GetArray()) {
    if (page.received++ == 0) page.first = TextOf(resource, "id");
    take(resource, &page);
  }
  return page;
}

}  // namespace

ScimPage ParseScimUsers(std::string body) {
  return Parse(std::move(body), [](const Value& resource, ScimPage* page) {
    ScimUser user;
    user.user_name = TextOf(resource, "userName");
    if (user.user_name.empty()) return;
    user.id = TextOf(resource, "id");
    user.display_name = DisplayName(resource);
    user.department = Department(resource);
    user.location = Location(resource);
    user.active = Truth(MemberOf(resource, "active"));
    if (!user.active) user.active = Truth(MemberOf(resource, "status"));
    user.groups = GroupsOf(resource);
    page->users.push_back(std::move(user));
  });
}

ScimPage ParseScimGroups(std::string body) {
  return Parse(std::move(body), [](const Value& resource, ScimPage* page) {
    ScimGroup group{TextOf(resource, "id"), TextOf(resource, "displayName")};
    if (!group.id.empty()) page->groups.push_back(std::move(group));
  });
}

}  // namespace nsf
