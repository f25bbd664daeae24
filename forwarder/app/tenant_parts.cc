// SPDX-License-Identifier: Apache-2.0
// From configuration to client and token.
#include "app/tenant_parts.h"

#include "adapters/system/secrets.h"
#include "app/version.h"

namespace nsf {

CurlSettings CurlSettingsOf(const TenantConfig& tenant) {
  CurlSettings settings;
  settings.base_url = tenant.url;
  switch (tenant.auth) {
    case AuthScheme::kToken:
      settings.scheme = TokenScheme::kToken;
      break;
    case AuthScheme::kAuthorization:
      settings.scheme = TokenScheme::kAuthorization;
      break;
    case AuthScheme::kBearer:
      settings.scheme = TokenScheme::kBearer;
      break;
  }
  const TlsConfig& tls = tenant.tls;
  settings.tls = {tls.ca_file, tls.cert_file, tls.key_file, tls.server_name, tls.min_version};
  settings.proxy = tenant.proxy;
  settings.user_agent = std::string("netskope-forwarder/") + kVersion;
  return settings;
}

std::unique_ptr<SecretSource> ScimTokenOf(const TenantConfig& tenant) {
  return std::make_unique<FileSecret>(tenant.identities.token_file);
}

std::unique_ptr<SecretSource> TokenOf(const TenantConfig& tenant) {
  if (!tenant.token_file.empty()) return std::make_unique<FileSecret>(tenant.token_file);
  const std::string where = tenant.token.reference.empty() ? "configuration key tenants[].token"
                                                           : "configuration key tenants[].token (" +
                                                                 tenant.token.reference + ")";
  return std::make_unique<FixedSecret>(tenant.token.value, where);
}

}  // namespace nsf
