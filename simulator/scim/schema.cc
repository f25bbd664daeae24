// SPDX-License-Identifier: Apache-2.0
// The table, and what is written from it.
#include "scim/schema.h"

#include <algorithm>

namespace nsf_simulator::scim {
namespace {

Attribute Text(std::string name) { return {.name = std::move(name)}; }
Attribute Flag(std::string name) { return {.name = std::move(name), .type = Type::kBoolean}; }
Attribute ReadOnly(Attribute attribute) {
  attribute.read_only = true;
  return attribute;
}
Attribute Link(std::string name, std::string to) {
  return {.name = std::move(name), .type = Type::kReference, .reference = std::move(to)};
}
Attribute Complex(std::string name, bool multi, std::vector<Attribute> sub) {
  return {.name = std::move(name), .type = Type::kComplex, .multi = multi, .sub = std::move(sub)};
}

std::vector<Attribute> UserAttributes() {
  Attribute user_name = Text("userName");
  user_name.required = user_name.unique = true;
  return {
      user_name,
      Complex("name", false, {Text("formatted"), Text("familyName"), Text("givenName")}),
      Text("displayName"),
      Text("title"),
      Flag("active"),
      Complex("emails", true, {Text("value"), Text("type"), Flag("primary")}),
      Complex(
          "addresses", true,
          {Text("formatted"), Text("locality"), Text("country"), Text("type"), Flag("primary")}),
      ReadOnly(Complex(
          "groups", true,
          {ReadOnly(Text("value")), ReadOnly(Link("$ref", "Group")), ReadOnly(Text("display"))})),
      Text("externalId"),
      Complex(std::string(kEnterpriseSchema), false, {Text("department")}),
  };
}

std::vector<Attribute> GroupAttributes() {
  Attribute display_name = Text("displayName");
  display_name.required = display_name.unique = true;
  Attribute type = Text("type");
  type.canonical = "User";
  return {display_name, Complex("members", true, {Text("value"), Link("$ref", "User"), type}),
          Text("externalId")};
}

std::string Quote(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string TypeName(Type type) {
  switch (type) {
    case Type::kString:
      return "string";
    case Type::kBoolean:
      return "boolean";
    case Type::kReference:
      return "reference";
    case Type::kComplex:
      break;
  }
  return "complex";
}

std::string Json(bool value) { return value ? "true" : "false"; }

std::string AttributeJson(const Attribute& attribute) {
  std::string json =
      R"({"name":)" + Quote(attribute.name) + R"(,"type":)" + Quote(TypeName(attribute.type)) +
      R"(,"multiValued":)" + Json(attribute.multi) + R"(,"description":"","required":)" +
      Json(attribute.required) + R"(,"caseExact":false,"mutability":)" +
      Quote(attribute.read_only ? "readOnly" : "readWrite") +
      R"(,"returned":"default","uniqueness":)" + Quote(attribute.unique ? "server" : "none");
  if (!attribute.reference.empty()) {
    json += R"(,"referenceTypes":[)" + Quote(attribute.reference) + ']';
  }
  if (!attribute.canonical.empty()) {
    json += R"(,"canonicalValues":[)" + Quote(attribute.canonical) + ']';
  }
  if (!attribute.sub.empty()) {
    json += R"(,"subAttributes":[)";
    for (const Attribute& sub : attribute.sub) json += AttributeJson(sub) + ',';
    json.back() = ']';
  }
  return json + '}';
}

std::string SchemaJson(std::string_view id, std::string_view name,
                       const std::vector<Attribute>& attributes, const std::string& base) {
  std::string json = R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":)" +
                     Quote(id) + R"(,"name":)" + Quote(name) +
                     R"(,"description":"","attributes":[)";
  for (const Attribute& attribute : attributes) {
    // Of every resource, and of no schema; and a schema of its own.
    if (attribute.name == "externalId" || attribute.name.starts_with("urn:")) continue;
    json += AttributeJson(attribute) + ',';
  }
  json.back() = ']';
  return json + R"(,"meta":{"resourceType":"Schema","location":)" +
         Quote(base + "/Schemas/" + std::string(id)) + "}}";
}

std::string TypeJson(Kind kind, const std::string& base) {
  const std::string name(NameOf(kind));
  std::string json = R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"id":)" +
                     Quote(name) + R"(,"name":)" + Quote(name) + R"(,"endpoint":)" +
                     Quote(EndpointOf(kind)) + R"(,"description":"","schema":)" +
                     Quote(SchemaOf(kind));
  if (kind == Kind::kUser) {
    json +=
        R"(,"schemaExtensions":[{"schema":)" + Quote(kEnterpriseSchema) + R"(,"required":false}])";
  }
  return json + R"(,"meta":{"resourceType":"ResourceType","location":)" +
         Quote(base + "/ResourceTypes/" + name) + "}}";
}

std::string ListJson(const std::vector<std::string>& items) {
  std::string json = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],)"
                     R"("totalResults":)" +
                     std::to_string(items.size()) + R"(,"startIndex":1,"itemsPerPage":)" +
                     std::to_string(items.size()) + R"(,"Resources":[)";
  for (const std::string& item : items) json += item + ',';
  json.back() = ']';
  return json + '}';
}

}  // namespace

const std::vector<Attribute>& AttributesOf(Kind kind) {
  static const std::vector<Attribute> kUsers = UserAttributes();
  static const std::vector<Attribute> kGroups = GroupAttributes();
  return kind == Kind::kUser ? kUsers : kGroups;
}

std::string_view SchemaOf(Kind kind) { return kind == Kind::kUser ? kUserSchema : kGroupSchema; }
std::string_view NameOf(Kind kind) { return kind == Kind::kUser ? "User" : "Group"; }
std::string_view EndpointOf(Kind kind) { return kind == Kind::kUser ? "/Users" : "/Groups"; }

std::string Folded(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && Folded(a) == Folded(b);
}

const Attribute* FindAttribute(const std::vector<Attribute>& attributes, std::string_view name) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [name](const Attribute& candidate) { return SameName(candidate.name, name); });
  return found == attributes.end() ? nullptr : &*found;
}

std::string ServiceProviderConfigJson(const std::string& base) {
  return R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],)"
         R"("patch":{"supported":true},)"
         R"("bulk":{"supported":false,"maxOperations":0,"maxPayloadSize":0},)"
         R"("filter":{"supported":true,"maxResults":1000},)"
         R"("changePassword":{"supported":false},"sort":{"supported":false},)"
         R"("etag":{"supported":false},"authenticationSchemes":[{"type":"oauthbearertoken",)"
         R"("name":"SCIM token","description":"","primary":true}],)"
         R"("meta":{"resourceType":"ServiceProviderConfig","location":)" +
         Quote(base + "/ServiceProviderConfig") + "}}";
}

std::string ResourceTypesJson(const std::string& base, std::string_view id) {
  const std::vector<std::string> types = {TypeJson(Kind::kUser, base),
                                          TypeJson(Kind::kGroup, base)};
  if (id.empty()) return ListJson(types);
  if (SameName(id, "User")) return types[0];
  return SameName(id, "Group") ? types[1] : std::string();
}

std::string SchemasJson(const std::string& base, std::string_view id) {
  const std::vector<std::string> schemas = {
      SchemaJson(kUserSchema, "User", AttributesOf(Kind::kUser), base),
      SchemaJson(kGroupSchema, "Group", AttributesOf(Kind::kGroup), base),
      SchemaJson(kEnterpriseSchema, "EnterpriseUser", AttributesOf(Kind::kUser).back().sub, base)};
  if (id.empty()) return ListJson(schemas);
  if (SameName(id, kUserSchema)) return schemas[0];
  if (SameName(id, kGroupSchema)) return schemas[1];
  return SameName(id, kEnterpriseSchema) ? schemas[2] : std::string();
}

}  // namespace nsf_simulator::scim
