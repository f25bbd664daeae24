// SPDX-License-Identifier: Apache-2.0
// An engine, a token in a file, and clients for a peer.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "adapters/curl/curl_client.h"
#include "adapters/system/secrets.h"
#include "contract/curl/http_peer.h"

namespace nsf::testing {

struct Fixture {
  // Has characters that URLs and JSON escape.
  static constexpr const char* kToken = "t0ken/with+odd=chars&more";

  Directory directory;
  FileSecret token{directory.Write("token", std::string(kToken) + "\n")};
  std::unique_ptr<CurlEngine> engine = CurlEngine::Create().value();

  static CurlSettings Settings(const std::string& url) {
    CurlSettings settings;
    settings.base_url = url;
    settings.proxy = "none";
    settings.user_agent = "netskope-forwarder/test";
    return settings;
  }

  std::unique_ptr<CurlClient> Client(CurlSettings settings) {
    auto client = CurlClient::Create(*engine, std::move(settings), token);
    if (!client) FAIL(client.error().message);
    return *std::move(client);
  }
  std::unique_ptr<CurlClient> Client(const HttpPeer& peer) { return Client(Settings(peer.Url())); }

  HttpAnswer AskOnce(const HttpPeer& peer, HttpRequest request = {"/"}) {
    return Ask(*Client(peer), std::move(request));
  }
};

}  // namespace nsf::testing
