// SPDX-License-Identifier: Apache-2.0
// How a tenant is reached, and with which token, as the configuration says.
#pragma once

#include <memory>

#include "adapters/curl/curl_settings.h"
#include "app/config/config.h"
#include "ports/secret_source.h"

namespace nsf {

CurlSettings CurlSettingsOf(const TenantConfig& tenant);

// Nothing is read yet.
std::unique_ptr<SecretSource> TokenOf(const TenantConfig& tenant);
// That of users and groups; the tenant has one.
std::unique_ptr<SecretSource> ScimTokenOf(const TenantConfig& tenant);

}  // namespace nsf
