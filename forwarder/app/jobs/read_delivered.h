// SPDX-License-Identifier: Apache-2.0
// What the state says was delivered: for `reconcile`.
#pragma once

#include "core/ledger/reckoning.h"
#include "core/state/job.h"
#include "ports/result.h"
#include "ports/state_store.h"

namespace nsf {

// The range of a job: where it names none, all that the stream has closed. Blocks for reading.
// Fails with kConfiguration when the stream has no state, kStop when it is damaged.
Result<Window> RangeOf(const Job& job, const StateReader& state);

// Blocks for reading; memory: 16 bytes an event of which the id is kept in `range`.
Result<Delivered> ReadDelivered(const Job& job, const Window& range, const StateReader& state);

}  // namespace nsf
