// SPDX-License-Identifier: Apache-2.0
// Reads and judges tokens.
#include "tenant/tokens.h"

namespace nsf_simulator {

std::string_view TokenOf(const Request& request) {
  if (const std::string* token = FindHeader(request, "Netskope-Api-Token")) return *token;
  const std::string* authorization = FindHeader(request, "Authorization");
  if (authorization == nullptr) return {};
  const std::string_view text = *authorization;
  for (const std::string_view scheme : {"Netskope-Api-Token: ", "Netskope-Api-Token ", "Bearer "}) {
    if (text.starts_with(scheme)) return text.substr(scheme.size());
  }
  return {};
}

Access CheckScimAccess(const Request& request, std::string_view rest_token) {
  const std::string_view token = TokenOf(request);
  if (token.empty()) return Access::kMissing;
  if (token == kScimToken) return Access::kGranted;
  return token == rest_token ? Access::kWrongScope : Access::kUnknown;
}

Access CheckAccess(const Request& request, std::string_view rest_token) {
  const std::string_view token = TokenOf(request);
  if (token.empty()) return Access::kMissing;
  if (token == rest_token) return Access::kGranted;
  return token == kScimToken ? Access::kWrongScope : Access::kUnknown;
}

}  // namespace nsf_simulator
