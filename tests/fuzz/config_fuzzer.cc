// SPDX-License-Identifier: Apache-2.0
// A configuration file: a Config or errors with their places, and what `config print` shows reads
// back to the same.
#include <string>
#include <string_view>
#include <vector>

#include "app/config/print.h"
#include "fuzz/fuzz.h"
#include "unit/config/surroundings.h"

namespace nsf::fuzz {
namespace {

// The secrets of test::World, but those that the file itself spells out.
std::vector<std::string_view> SecretsBeside(std::string_view file) {
  std::vector<std::string_view> secrets;
  for (const std::string_view secret : {"t0ken", "0ther", "hunter2"}) {
    if (file.find(secret) == std::string_view::npos) secrets.push_back(secret);
  }
  return secrets;
}

void CheckMessages(const std::vector<Diagnostic>& found, std::string_view file) {
  for (const Diagnostic& diagnostic : found) {
    Require(!diagnostic.message.empty() && !HasControls(diagnostic.message),
            "messages are fit for a terminal");
    for (const std::string_view secret : SecretsBeside(file)) {
      Require(diagnostic.message.find(secret) == std::string::npos, "no message holds a secret");
    }
  }
}

void CheckPrinted(const LoadedConfig& loaded, std::string_view file) {
  const std::string printed = PrintConfig(loaded);
  for (const std::string_view secret : SecretsBeside(file)) {
    Require(printed.find(secret) == std::string::npos, "no secret is printed");
  }
  if (printed.find("(hidden)") != std::string::npos) return;
  const LoadedConfig again = test::Load(printed);
  Require(again.config.has_value(), "what is printed can be read");
  Require(PrintConfig(again) == printed, "what is printed reads back to the same");
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;        // NOLINT(google-build-using-namespace)
  using namespace nsf::fuzz;  // NOLINT(google-build-using-namespace)
  const std::string_view file = TextOf(data, size);
  const LoadedConfig loaded = test::Load(std::string(file));
  Require(loaded.config.has_value() == loaded.diagnostics.ok(), "a configuration or errors");
  CheckMessages(loaded.diagnostics.errors(), file);
  CheckMessages(loaded.diagnostics.warnings(), file);
  if (loaded.config) CheckPrinted(loaded, file);
  return 0;
}
