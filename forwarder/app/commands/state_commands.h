// SPDX-License-Identifier: Apache-2.0
// `state show`, `state export` and `state import`.
#pragma once

#include <iosfwd>
#include <string>

#include "app/commands/command_context.h"

namespace nsf {

// All return the exit code. Reading works at any time, beside an owner too.

// The state as one JSON document, what is known of its values decoded. Empty names: all.
int StateShowCommand(const Config& config, const std::string& tenant, const std::string& stream,
                     const CommandContext& context);

// Every entry as a line of JSON behind a line that says what it is: docs/OPERATIONS.md. With a
// tenant or a stream, the entries of these streams alone.
int StateExportCommand(const Config& config, const std::string& tenant, const std::string& stream,
                       const CommandContext& context);

// Replaces the entries that an export covers by what it holds, all at once. Needs the state without
// an owner; changes nothing when the export is cut or none.
int StateImportCommand(const Config& config, std::istream& exported, const CommandContext& context);

}  // namespace nsf
