// SPDX-License-Identifier: Apache-2.0
// PATCH (RFC 7644, 3.5.2).
#pragma once

#include "scim/json.h"
#include "scim/schema.h"

namespace nsf_simulator::scim {

// Applies the request's operations, all or none of which counts: `resource` is undefined after a
// problem.
MaybeProblem ApplyPatch(Kind kind, const Value& request, Memory& memory, Value* resource);

}  // namespace nsf_simulator::scim
