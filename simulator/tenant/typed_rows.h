// SPDX-License-Identifier: Apache-2.0
// Rows of the event types beside `audit`: alerts, applications, pages, networks and the rest.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tenant/random.h"
#include "tenant/row_fields.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// In the order in which `event_types=all` has them.
std::span<const std::string_view> TypedNames();

bool IsTypedName(std::string_view name);

// The fields of a row of settings.event_type; sets what `row` says of its user and id.
std::vector<Field> MakeTypedFields(const Settings& settings, Random* random, RowTemplate* row);

}  // namespace nsf_simulator
