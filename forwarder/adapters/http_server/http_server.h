// SPDX-License-Identifier: Apache-2.0
// The small HTTP server for scrapers, probes and people: GET on a few fixed paths. It serves no
// file and takes no body.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "ports/result.h"

namespace nsf {

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // Content-Security-Policy: what the answer may do where a browser shows it.
  std::string policy = "default-src 'none'; frame-ancestors 'none'";
};

// By name, decoded; the last one wins where a name is repeated.
using HttpQuery = std::map<std::string, std::string>;
// Called on the server's threads, several at a time.
using HttpHandler = std::function<HttpReply(const HttpQuery&)>;

struct HttpServerSettings {
  std::string host = "127.0.0.1";            // an address to bind; IPv6 without brackets
  std::uint16_t port = 9641;                 // 0: any free port
  std::map<std::string, HttpHandler> pages;  // by path: "/metrics", "/healthz", "/readyz"
};

class HttpServer {
 public:
  // Fails with kConfiguration, naming the address and the next step, when it cannot be bound.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerSettings settings);
  // No handler is called after it. Blocks until the last answer is sent, a second or two at most.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace nsf
