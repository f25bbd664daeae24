// SPDX-License-Identifier: Apache-2.0
// `reconcile`: a piece of time is walked again and reckoned up against what was delivered; nothing
// is sent. With --mend the live stream walks the windows with holes again, which delivers what it
// does not know, and the range is reckoned up once more.
#pragma once

#include <functional>
#include <memory>

#include "app/jobs/rewalk_work.h"
#include "core/ledger/reckoning.h"

namespace nsf {

// All of it is called on the loop's thread, and blocks only for reading the state.
struct ReconcileCalls {
  // What is known now of the stream that is checked.
  std::function<Result<Delivered>()> delivered;
  // The stream that walks the range, from its beginning.
  std::function<Result<std::unique_ptr<Stream>>()> stream;
  // Has the live stream walk these seconds again; false: this owner has none.
  std::function<bool(const Window&)> mend;
  // It has walked all it was asked to, and what it found is settled.
  std::function<bool()> mended;
};

Result<std::unique_ptr<JobWork>> MakeReconcileWork(const Job& job, const RewalkParts& parts,
                                                   ReconcileCalls calls);

}  // namespace nsf
