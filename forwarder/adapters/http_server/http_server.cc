// SPDX-License-Identifier: Apache-2.0
// The small HTTP server on CivetWeb: see the header. Every request is answered by one callback;
// there is no document root, so no file can be served.
#include "adapters/http_server/http_server.h"

#include <civetweb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace nsf {
namespace {

// A connection holds a thread until its request is whole, or its time is over: so many threads, and
// so little time in milliseconds, that hundreds which say nothing keep nobody waiting for long.
constexpr const char* kThreads = "64";
constexpr const char* kPatience = "2000";

// CivetWeb's own form: "127.0.0.1:9641", "[::1]:9641".
std::string Address(const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Decoded(std::string_view text) {
  std::string decoded(text.size() + 1, '\0');
  const int size = mg_url_decode(text.data(), static_cast<int>(text.size()), decoded.data(),
                                 static_cast<int>(decoded.size()), 1);
  decoded.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return decoded;
}

HttpQuery ParseQuery(const char* text) {
  HttpQuery query;
  std::string_view rest = text == nullptr ? "" : text;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (equals == 0) continue;
    const std::size_t value = std::min(equals + 1, pair.size());
    query[Decoded(pair.substr(0, equals))] = Decoded(pair.substr(value));
  }
  return query;
}

HttpReply Text(int status, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

void Send(mg_connection* connection, const HttpReply& reply, bool with_body) {
  const char* status_text = mg_get_response_code_text(connection, reply.status);
  const std::string allow = reply.status == 405 ? "Allow: GET, HEAD\r\n" : "";
  const std::string head =
      "HTTP/1.1 " + std::to_string(reply.status) + " " + status_text +
      "\r\nContent-Type: " + reply.content_type +
      "\r\nContent-Length: " + std::to_string(reply.body.size()) +
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff" +
      "\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: " + reply.policy + "\r\n" +
      allow + "Connection: close\r\n\r\n";
  mg_write(connection, head.data(), head.size());
  if (with_body) mg_write(connection, reply.body.data(), reply.body.size());
}

// The library counts its users; this is one.
struct Library {
  Library() { mg_init_library(0); }
  ~Library() { mg_exit_library(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(HttpServerSettings settings) : settings_(std::move(settings)) {}

  Result<void> Start() {
    const std::string address = Address(settings_.host, settings_.port);
    const bool v6 = settings_.host.find(':') != std::string::npos;
    if (v6 && mg_check_feature(MG_FEATURES_IPV6) == 0) {
      return Error{ErrorKind::kConfiguration,
                   "cannot listen on " + address +
                       ": the CivetWeb library of this system is built without IPv6; set "
                       "server.listen to an IPv4 address, such as 127.0.0.1:9641"};
    }
    std::array<const char*, 15> options{"listening_ports",
                                        address.c_str(),
                                        "num_threads",
                                        kThreads,
                                        "request_timeout_ms",
                                        kPatience,
                                        "linger_timeout_ms",
                                        "1000",
                                        "max_request_size",
                                        "16384",
                                        "enable_keep_alive",
                                        "no",
                                        "enable_directory_listing",
                                        "no",
                                        nullptr};
    mg_callbacks callbacks = {};
    callbacks.begin_request = &Impl::OnRequest;
    callbacks.log_message = &Impl::OnMessage;
    mg_init_data init = {&callbacks, this, options.data()};
    std::array<char, 256> text{};
    mg_error_data error = {nullptr, text.data(), text.size()};
    context_ = mg_start2(&init, &error);
    mg_server_port port = {};
    if (context_ != nullptr && mg_get_server_ports(context_, 1, &port) == 1) {
      port_ = port.port;
      const std::lock_guard lock(mutex_);
      starting_ = false;
      return {};
    }
    return CannotListen(address, text.data());
  }

  // CivetWeb's listener looks only every two seconds whether it shall stop, or when someone calls.
  ~Impl() {
    if (context_ == nullptr) return;
    std::atomic<bool> stopped = false;
    std::thread caller([this, &stopped] {
      while (!stopped) {
        std::array<char, 128> ignored{};
        mg_connection* call =
            mg_connect_client(settings_.host.c_str(), port_, 0, ignored.data(), ignored.size());
        if (call != nullptr) mg_close_connection(call);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    mg_stop(context_);
    stopped = true;
    caller.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int port() const { return port_; }

 private:
  static int OnRequest(mg_connection* connection) {
    const mg_request_info* request = mg_get_request_info(connection);
    const auto* self = static_cast<const Impl*>(request->user_data);
    const std::string_view method = request->request_method;
    const HttpReply reply = self->Answer(method, *request);
    Send(connection, reply, method != "HEAD");
    return reply.status;
  }

  HttpReply Answer(std::string_view method, const mg_request_info& request) const {
    const auto page = settings_.pages.find(request.local_uri == nullptr ? "" : request.local_uri);
    if (page == settings_.pages.end()) return Text(404, "not found\n");
    if (method != "GET" && method != "HEAD") return Text(405, "GET only\n");
    try {
      return page->second(ParseQuery(request.query_string));
    } catch (const std::exception&) {  // must not pass through CivetWeb's frames
      return Text(500, "out of memory\n");
    }
  }

  // Kept for the error of Start(). Afterwards it is about peers that went away, and dropped.
  static int OnMessage(const mg_connection* connection, const char* message) {
    auto* self = static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
    const std::lock_guard lock(self->mutex_);
    if (self->starting_) self->log_ += (self->log_.empty() ? "" : "; ") + std::string(message);
    return 1;  // CivetWeb shall not write it anywhere
  }

  Error CannotListen(const std::string& address, const std::string& otherwise) {
    const std::lock_guard lock(mutex_);
    return {ErrorKind::kConfiguration,
            "cannot listen on " + address + " (" + (log_.empty() ? otherwise : log_) +
                "); stop what listens there, or set server.listen to another address"};
  }

  const HttpServerSettings settings_;
  Library library_;
  std::mutex mutex_;  // of the two below
  bool starting_ = true;
  std::string log_;
  int port_ = 0;
  mg_context* context_ = nullptr;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerSettings settings) {
  auto impl = std::make_unique<Impl>(std::move(settings));
  if (Result<void> started = impl->Start(); !started) return std::move(started).error();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }

}  // namespace nsf
