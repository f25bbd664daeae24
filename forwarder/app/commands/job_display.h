// SPDX-License-Identifier: Apache-2.0
// How far jobs are, for somebody who waits for them: a line that is rewritten on a terminal, a line
// now and then elsewhere.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/state/job.h"
#include "ports/clock.h"

namespace nsf {

// "[#####...] 40 %, 1200 rows, 1188 delivered, 12 missing: <message>"
std::string JobLine(const KnownJob& known);
// "acme/audit"; "every stream"
std::string JobScope(const Job& job);

// Used by one thread.
class JobDisplay {
 public:
  // `out` outlives the display; `terminal`: it is one.
  JobDisplay(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}

  // Shows the first of `jobs` that has not ended, when it is time to.
  void Show(MonotonicTime now, const std::vector<KnownJob>& jobs);
  // Whatever comes next begins on a line of its own.
  void Finish();

 private:
  std::ostream& out_;
  const bool terminal_;
  MonotonicTime shown_{};
  std::string last_;
};

}  // namespace nsf
