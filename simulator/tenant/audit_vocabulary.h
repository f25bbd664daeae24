// SPDX-License-Identifier: Apache-2.0
// What the people of the simulated tenant do, and who they are: the words of its audit log.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tenant/random.h"

namespace nsf_simulator {

// What stands in supporting_data.data_values of an action.
enum class Subject { kLogin, kApiCall, kAccount, kPolicy, kIncident, kNothing };

struct Action {
  std::string_view text;       // audit_log_event; letter case varies as it does in the field
  std::string_view data_type;  // "" stands for null
  Subject subject;
  unsigned weight;
  bool has_details;
};

std::span<const Action> Actions();
const Action& PickAction(Random* random);

// A user as audit rows name them: mostly e-mail addresses, but also bare names, nobody, redacted
// ones. The text is JSON string content, escaped where it must be.
std::string PickUser(Random* random);

// The address of the n-th of those whom PickUser() mostly names; empty: there are not so many.
std::string NamedUser(std::uint64_t number);

std::string PickOrganizationUnit(Random* random);
std::string PickAddress(Random* random);
std::string_view PickPolicyName(Random* random);

}  // namespace nsf_simulator
