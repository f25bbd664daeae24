// SPDX-License-Identifier: Apache-2.0
// A tenant's settings, checked and brought into the form that curl wants them in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/curl/curl_settings.h"
#include "ports/result.h"
#include "ports/secret_source.h"

namespace nsf {

struct CurlOrigin {
  CurlSettings settings;
  const SecretSource& token;
  std::string url;                         // without a slash at the end; its host is server_name
  std::string connect_to;                  // CURLOPT_CONNECT_TO; empty: the host of the URL
  bool plain = false;                      // http: to loopback only, and never through a proxy
  std::vector<std::string> proxy_secrets;  // never to be shown
};

// Fails with kConfiguration when the URL is not one that a token may be sent to, or another setting
// cannot be used.
Result<CurlOrigin> ResolveOrigin(CurlSettings settings, const SecretSource& token);

// 127.0.0.0/8 and ::1, as text, with or without brackets.
bool IsLoopbackAddress(std::string_view address);

}  // namespace nsf
