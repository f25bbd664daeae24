// SPDX-License-Identifier: Apache-2.0
// Makes the rows that break clients.
#pragma once

#include "tenant/odd_row.h"
#include "tenant/random.h"
#include "tenant/row_fields.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// A row of that kind, otherwise like any other. Each has its name in it: the `_id`, or, where there
// is none, `trace_id`; a row that is no object is its name, as a string.
RowTemplate MakeOddRow(OddRow kind, const Settings& settings, Random* random);

}  // namespace nsf_simulator
