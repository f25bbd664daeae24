// SPDX-License-Identifier: Apache-2.0
// HttpClient for one tenant: see the header.
#include "adapters/curl/curl_client.h"

#include <utility>

#include "adapters/curl/curl_exchange.h"
#include "adapters/curl/curl_origin.h"

namespace nsf {

Result<std::unique_ptr<CurlClient>> CurlClient::Create(CurlEngine& engine, CurlSettings settings,
                                                       const SecretSource& token) {
  Result<CurlOrigin> origin = ResolveOrigin(std::move(settings), token);
  if (!origin) return std::move(origin).error();
  return std::unique_ptr<CurlClient>(
      new CurlClient(engine, std::make_shared<const CurlOrigin>(*std::move(origin))));
}

CurlClient::CurlClient(CurlEngine& engine, std::shared_ptr<const CurlOrigin> origin)
    : engine_(engine), origin_(std::move(origin)) {}

void CurlClient::Start(HttpRequest request, Done done) {
  engine_.Submit(std::make_unique<CurlExchange>(origin_, std::move(request), std::move(done)));
}

}  // namespace nsf
