// SPDX-License-Identifier: Apache-2.0
// Reading again.
#include "app/reload/config_reader.h"

#include <utility>

#include "app/config/load.h"

namespace nsf {

ConfigReader::ConfigReader(const LoadedConfig& running, const Surroundings& surroundings)
    : surroundings_(surroundings), running_(std::make_unique<LoadedConfig>(running)) {}

ConfigReader::~ConfigReader() = default;

ConfigRead ConfigReader::Read() {
  read_ = std::make_unique<LoadedConfig>(LoadConfig(running_->file, surroundings_));
  ConfigRead read;
  for (const Diagnostic& error : read_->diagnostics.errors()) {
    read.errors.push_back(ToString(read_->file, error));
  }
  for (const Diagnostic& warning : read_->diagnostics.warnings()) {
    read.warnings.push_back(ToString(read_->file, warning));
  }
  read.config = read_->config;
  if (read.config) {
    read.change =
        CompareConfigs({*running_->config, running_->settings}, {*read_->config, read_->settings});
  }
  return read;
}

void ConfigReader::TakeUp() { running_ = std::move(read_); }

}  // namespace nsf
