// SPDX-License-Identifier: Apache-2.0
// getaddrinfo, in a thread of its own unless the host is a literal address.
#include "adapters/syslog/resolve.h"

#include <cstring>
#include <utility>

namespace nsf::syslog {

struct Resolver::Lookup {
  std::string host;
  std::string port;
  addrinfo hints{};
  int failure = 0;  // EAI_*
  std::vector<Endpoint> endpoints;
  Signal done;  // raised after the fields above are written

  void Run() {
    addrinfo* list = nullptr;
    failure = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
    if (failure != 0) return;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
      Endpoint endpoint;
      std::memcpy(&endpoint.address, entry->ai_addr, entry->ai_addrlen);
      endpoint.length = entry->ai_addrlen;
      std::string text(NI_MAXHOST, '\0');
      if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(),
                        static_cast<socklen_t>(text.size()), nullptr, 0, NI_NUMERICHOST) == 0) {
        text.resize(text.find('\0'));
        endpoint.text = std::move(text);
      }
      endpoints.push_back(std::move(endpoint));
    }
  }
};

Resolver::Resolver(SyslogAddress address, int socket_type)
    : address_(std::move(address)), socket_type_(socket_type) {}

Resolver::~Resolver() {
  if (!thread_.joinable()) return;
  const auto until = SteadyNow() + std::chrono::milliseconds(500);
  if (WaitFor(-1, 0, {&lookup_->done}, until) == Wake::kSignal) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

Result<std::vector<Endpoint>> Resolver::Resolve(const Signal& stop, SteadyTime until) {
  if (!lookup_) {
    lookup_ = std::make_shared<Lookup>();
    lookup_->host = address_.host;
    lookup_->port = std::to_string(address_.port);
    lookup_->hints.ai_socktype = socket_type_;
    lookup_->hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    lookup_->Run();
    if (lookup_->failure == 0) return Collect();
    lookup_->hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
    thread_ = std::thread([lookup = lookup_] {
      lookup->Run();
      lookup->done.Raise();
    });
  }
  if (WaitFor(-1, 0, {&stop, &lookup_->done}, until) == Wake::kTimeout || !lookup_->done.raised()) {
    return Error{ErrorKind::kRetry,
                 "the name \"" + address_.host + "\" is not resolved yet; check the name service"};
  }
  thread_.join();
  return Collect();
}

Result<std::vector<Endpoint>> Resolver::Collect() {
  const auto lookup = std::exchange(lookup_, nullptr);
  if (lookup->failure == 0 && !lookup->endpoints.empty()) return std::move(lookup->endpoints);
  return Error{ErrorKind::kRetry, "the name \"" + address_.host + "\" cannot be resolved (" +
                                      ::gai_strerror(lookup->failure) +
                                      "); check the address and the name service"};
}

}  // namespace nsf::syslog
