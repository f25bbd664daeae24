// SPDX-License-Identifier: Apache-2.0
// `replay`: the events of a piece of time are sent again, marked as repeated.
#pragma once

#include <memory>

#include "app/jobs/rewalk_work.h"

namespace nsf {

// `stream` was made of RewalkSettings() from what the state holds: it goes on where it was.
std::unique_ptr<JobWork> MakeReplayWork(const Job& job, const JobProgress& progress,
                                        std::unique_ptr<Stream> stream, const RewalkParts& parts);

}  // namespace nsf
