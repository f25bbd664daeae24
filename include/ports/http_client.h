// SPDX-License-Identifier: Apache-2.0
// GET requests to one tenant. An implementation adds the tenant's URL, TLS settings, proxy and
// token (read anew for each request), so that the code that decides what to ask never holds a
// secret.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace nsf {

struct HttpRequest {
  std::string target;  // path and query, e.g. "/api/v2/events/data/audit?limit=100&offset=0"
  std::chrono::milliseconds timeout{180'000};                  // for the whole exchange
  std::size_t max_body_bytes = std::size_t{32} * 1024 * 1024;  // decoded
  // It changes something at the server: it is sent once at most. Others may be sent again when a
  // connection that was kept open turns out to be closed.
  bool once = false;
};

// Why there is no complete answer. The names are the `reason` of logs and metrics.
enum class HttpFailure : std::uint8_t {
  kNone,
  kSecret,        // the token could not be read; nothing was sent
  kResolve,       // DNS
  kConnect,       // refused, unreachable, proxy
  kTls,           // handshake or certificate
  kTimeout,       // HttpRequest::timeout
  kBroken,        // reset, or the body ended before it was complete
  kBodyTooLarge,  // more than max_body_bytes after decoding; `status` is set
  kCancelled,     // the client is shutting down
};

// Takes the memory of bodies that nobody reads any more. Thread-safe.
class SpareBodies {
 public:
  virtual ~SpareBodies() = default;
  virtual void Give(std::string body) = 0;
};

struct HttpAnswer {
  HttpFailure failure = HttpFailure::kNone;
  std::string failure_text;  // what the library said, for people; empty when failure is kNone
  int status = 0;            // 0: no status line was received
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, as received
  std::string body;  // decoded; any occurrence of the token replaced by "***" unless status is 200
  std::size_t wire_bytes = 0;  // of the body, as transferred (before decoding)
  std::chrono::microseconds elapsed{0};
  // Where the memory of `body` may go when it is read; null: nowhere.
  std::shared_ptr<SpareBodies> spare = nullptr;

  // Takes the body out of the answer, for all who read it, on any thread.
  std::shared_ptr<const std::string> ShareBody() {
    const auto give = [pool = std::move(spare)](std::string* read) {
      const std::unique_ptr<std::string> owner(read);
      if (pool) pool->Give(std::move(*read));
    };
    return std::shared_ptr<std::string>(new std::string(std::move(body)), give);
  }
};

// Start() may be called from any thread and never blocks.
class HttpClient {
 public:
  using Done = std::function<void(HttpAnswer)>;

  virtual ~HttpClient() = default;
  // Starts a GET. `done` is called exactly once, on a thread of the client's own; it must not
  // block. Redirects are never followed: a 3xx is an answer like any other.
  virtual void Start(HttpRequest request, Done done) = 0;
};

}  // namespace nsf
