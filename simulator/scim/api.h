// SPDX-License-Identifier: Apache-2.0
// The SCIM endpoints: a request that came through the gateway → its answer.
#pragma once

#include <string>
#include <string_view>

#include "scim/directory.h"
#include "tenant/answer.h"

namespace nsf_simulator::scim {

inline constexpr std::string_view kPrefix = "/api/v2/scim";
// What the vendor's own console and command line read users with; a REST API token's.
inline constexpr std::string_view kManagementPrefix = "/api/v2/users/";

void AnswerScim(const Request& request, const Settings& settings, Time now, Directory* directory,
                Answer* answer);

// POST …/getusers and …/getgroups.
void AnswerManagement(const Request& request, Time now, const Directory& directory, Answer* answer);

// As RFC 7644, 3.12 has it.
void RefuseScim(const Problem& problem, Answer* answer);

}  // namespace nsf_simulator::scim
