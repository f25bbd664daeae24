// SPDX-License-Identifier: Apache-2.0
// The download floor: every page of a tenant's window, one after the other, into nothing or, as
// curl would, into a file.
#pragma once

#include <string>

namespace nsf_bench {

struct DownloadPlan {
  std::string url;         // "http://127.0.0.1:PORT"
  std::string token_file;  // a token is never an argument: arguments can be read by everybody
  std::string start;       // of the insertion window, epoch seconds
  std::string end;
  std::string file;  // where the pages go, appended one to the other; empty: nowhere
};

// Prints {"events":…,"bytes":…} to stdout. Returns the exit code.
int Download(const DownloadPlan& plan);

}  // namespace nsf_bench
