// SPDX-License-Identifier: Apache-2.0
// The flags of netskope-simulator.
#pragma once

#include <optional>
#include <string>

#include "tenant/settings.h"

namespace nsf_simulator {

struct CommandLine {
  Settings settings;
  std::string listen = "127.0.0.1:0";
  std::string ledger;
  std::string token_file;
  std::string tls_cert;
  std::string tls_key;
  std::optional<std::int64_t> start_time;
};

// What to do: go on with the values, or end with the exit code (help and errors are printed).
struct Parsed {
  CommandLine line;
  std::optional<int> exit_code;
};

Parsed ParseCommandLine(int argc, const char* const* argv);

}  // namespace nsf_simulator
