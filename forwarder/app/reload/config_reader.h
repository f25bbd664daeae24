// SPDX-License-Identifier: Apache-2.0
// Reads the configuration file again while the program runs, and says what it would change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/reload/config_change.h"

namespace nsf {

struct LoadedConfig;
struct Surroundings;

// The file as it was read another time. Lines are for people, with their places in the file.
struct ConfigRead {
  std::optional<Config> config;  // empty: there is at least one error
  ConfigChange change;           // from what runs to it
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

// Used by one thread.
class ConfigReader {
 public:
  // `running` has a configuration; `surroundings` outlive the reader.
  ConfigReader(const LoadedConfig& running, const Surroundings& surroundings);
  ~ConfigReader();
  ConfigReader(const ConfigReader&) = delete;
  ConfigReader& operator=(const ConfigReader&) = delete;

  ConfigRead Read();
  // What Read() returned last, and had no error, runs from now on.
  void TakeUp();

 private:
  const Surroundings& surroundings_;
  std::unique_ptr<LoadedConfig> running_;
  std::unique_ptr<LoadedConfig> read_;
};

}  // namespace nsf
