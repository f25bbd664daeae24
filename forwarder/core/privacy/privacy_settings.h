// SPDX-License-Identifier: Apache-2.0
// What a tenant's configuration says about which events are delivered, and with what in them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ports/secret_source.h"

namespace nsf {

// What is done with the events that this program's own requests leave at the tenant.
enum class OwnCalls : std::uint8_t { kKeep, kDrop, kTag };

struct FilterSettings {
  OwnCalls own_calls = OwnCalls::kKeep;
  std::string own_user;  // to whom the tenant counts our requests
  // Names as the tenant writes them, in any letter case; one '*' stands for anything.
  std::vector<std::string> keep_users;  // empty: all
  std::vector<std::string> drop_users;
};

enum class Veil : std::uint8_t {
  kNone,
  kHash,    // a pseudonym in its place
  kRedact,  // "redacted"
};

struct RedactionSettings {
  Veil user = Veil::kNone;
  Veil ip = Veil::kNone;
  std::map<std::string, Veil, std::less<>> members;  // of a row, by name
  Secret key;                                        // of the pseudonyms

  bool any() const { return user != Veil::kNone || ip != Veil::kNone || !members.empty(); }
};

// Members that no setting can reach, because the program stands on them.
bool IsNeededMember(std::string_view name);

}  // namespace nsf
