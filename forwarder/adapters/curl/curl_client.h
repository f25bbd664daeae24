// SPDX-License-Identifier: Apache-2.0
// HttpClient for one tenant, on the thread of a CurlEngine. The token is read anew for each request
// and sent as a header, which plain http carries to a loopback address only.
#pragma once

#include <memory>

#include "adapters/curl/curl_engine.h"
#include "adapters/curl/curl_settings.h"
#include "ports/http_client.h"
#include "ports/secret_source.h"

namespace nsf {

struct CurlOrigin;

// Start() is thread-safe. The client may be destroyed while exchanges are in flight; they complete.
class CurlClient : public HttpClient {
 public:
  // `engine` outlives the client; `token` outlives every exchange: an exchange is over when what it
  // was to call is destroyed. Fails with kConfiguration when the URL is not one that a token may be
  // sent to, or another setting cannot be used.
  static Result<std::unique_ptr<CurlClient>> Create(CurlEngine& engine, CurlSettings settings,
                                                    const SecretSource& token);

  // An answer whose failure is not kNone has no body.
  void Start(HttpRequest request, Done done) override;

 private:
  CurlClient(CurlEngine& engine, std::shared_ptr<const CurlOrigin> origin);

  CurlEngine& engine_;
  std::shared_ptr<const CurlOrigin> origin_;
};

}  // namespace nsf
