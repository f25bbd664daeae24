// SPDX-License-Identifier: Apache-2.0
// Audit rows in all the shapes that the API is known to send.
#pragma once

#include <vector>

#include "tenant/random.h"
#include "tenant/row_fields.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// The fields of an ordinary row; sets what `row` says of its user and id.
std::vector<Field> MakeFields(const Settings& settings, Random* random, RowTemplate* row);

RowTemplate MakeRow(const Settings& settings, Random* random);

// What a change over SCIM leaves in the log: its text, what kind of thing was changed, and whom or
// which. The values are JSON strings, in their quotes.
RowTemplate MakeChangeRow(const Settings& settings, std::string_view text,
                          std::string_view data_type, const std::string& values);

// What a call of the API leaves in the log.
RowTemplate MakeEchoRow(const Settings& settings);

}  // namespace nsf_simulator
