// SPDX-License-Identifier: Apache-2.0
// Who a tenant's users are for work that asks nobody: by the picture that the state has kept.
#pragma once

#include <memory>

#include "app/config/config.h"
#include "core/identity/directory.h"
#include "ports/result.h"
#include "ports/state_store.h"

namespace nsf {

// Without a picture where none was kept, or a damaged one. Null where `tenant` asks for nobody's
// identity. Blocks for reading; fails as StateReader::Scan() does.
Result<std::shared_ptr<const Directory>> KeptDirectory(const TenantConfig& tenant,
                                                       const StateReader& state);

}  // namespace nsf
