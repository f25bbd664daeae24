// SPDX-License-Identifier: Apache-2.0
// The state, wherever it is kept, for commands.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "ports/state_store.h"

namespace nsf {

// Reads beside an owner. Blocks; a topic is read here, once. Fails as SqliteReader::Open() and
// ReadStateTopic() do.
Result<std::unique_ptr<StateReader>> OpenStateReader(const Config& config);

// Owns the state. Blocks until it does. Fails as SqliteStore::Open() does, and with kRetry when a
// topic cannot be read in time. Of a topic, what is read is of the moment of opening, a commit
// blocks, and shuts out whoever owns what it changes.
Result<std::unique_ptr<StateStore>> OpenStateStore(const Config& config);

// How people are told where it is: the directory, or the topic.
std::string StateName(const StateConfig& state);

}  // namespace nsf
