// SPDX-License-Identifier: Apache-2.0
// A resource as a client sends it → as the tenant keeps it: known attributes alone, in their own
// spelling, of their types.
#pragma once

#include "scim/json.h"
#include "scim/schema.h"

namespace nsf_simulator::scim {

// What of `from` an attribute takes; `to` is null where nothing is left of it.
MaybeProblem TakeValue(const Attribute& attribute, const Value& from, Memory& memory, Value* to);

// What `from` says of attributes a client may write.
MaybeProblem TakeResource(Kind kind, const Value& from, Memory& memory, Value* to);

// A required attribute is missing.
MaybeProblem CheckRequired(Kind kind, const Value& resource);

}  // namespace nsf_simulator::scim
