// SPDX-License-Identifier: Apache-2.0
// Looking into the state.
#include "app/identity/kept_directory.h"

#include <utility>

#include "core/identity/picture_state.h"

namespace nsf {

Result<std::shared_ptr<const Directory>> KeptDirectory(const TenantConfig& tenant,
                                                       const StateReader& state) {
  if (tenant.identities.token_file.empty()) return std::shared_ptr<const Directory>();
  auto stored = LoadPicture(tenant.name, state);
  if (!stored) return stored.error();
  auto directory = std::make_shared<Directory>(tenant.identities.refresh);
  directory->Show(std::move(stored->picture));
  return std::shared_ptr<const Directory>(std::move(directory));
}

}  // namespace nsf
