// SPDX-License-Identifier: Apache-2.0
// Users and groups as RFC 7643 describes them, of what the simulated tenant knows: the table that
// requests are checked against, and the discovery endpoints that tell of it (RFC 7644, 4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nsf_simulator::scim {

enum class Kind { kUser, kGroup };

enum class Type { kString, kBoolean, kReference, kComplex };

struct Attribute {
  std::string name;
  Type type = Type::kString;
  bool multi = false;
  bool required = false;
  bool read_only = false;
  bool unique = false;
  std::vector<Attribute> sub = {};
  std::string reference = {};  // referenceTypes
  std::string canonical = {};  // the one value that is meant
};

inline constexpr std::string_view kUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kEnterpriseSchema =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

// Of the resource's core schema, externalId, and each extension as one complex attribute.
const std::vector<Attribute>& AttributesOf(Kind kind);
std::string_view SchemaOf(Kind kind);
std::string_view NameOf(Kind kind);      // "User"
std::string_view EndpointOf(Kind kind);  // "/Users"

// Names compare in any letter case; nullptr: there is none.
const Attribute* FindAttribute(const std::vector<Attribute>& attributes, std::string_view name);
bool SameName(std::string_view a, std::string_view b);
std::string Folded(std::string_view text);

// Bodies of the discovery endpoints; `id` empty: all. Empty: there is no such thing.
std::string ServiceProviderConfigJson(const std::string& base);
std::string ResourceTypesJson(const std::string& base, std::string_view id);
std::string SchemasJson(const std::string& base, std::string_view id);

}  // namespace nsf_simulator::scim
