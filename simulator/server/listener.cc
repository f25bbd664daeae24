// SPDX-License-Identifier: Apache-2.0
// Binds the listening socket.
#include "server/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>

namespace nsf_simulator {
namespace {

struct AddressDeleter {
  void operator()(addrinfo* info) const { freeaddrinfo(info); }
};

std::string LastError() { return std::generic_category().message(errno); }

// getaddrinfo takes 99999 for 34463.
bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

int BoundPort(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  // The socket interface hides the two kinds of address behind one pointer.
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
  return ntohs(address.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
}

FileDescriptor Bind(const addrinfo& info) {
  FileDescriptor socket_fd(socket(info.ai_family, info.ai_socktype | SOCK_CLOEXEC, 0));
  if (!socket_fd.valid()) return {};
  const int on = 1;
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(socket_fd.get(), info.ai_addr, info.ai_addrlen) != 0) return {};
  if (listen(socket_fd.get(), SOMAXCONN) != 0) return {};
  return socket_fd;
}

}  // namespace

Listener Listen(const std::string& where) {
  Listener listener;
  const auto colon = where.rfind(':');
  if (colon == std::string::npos || !IsPort(std::string_view(where).substr(colon + 1))) {
    listener.fault = "'" + where + "' is not HOST:PORT; 127.0.0.1:0 takes a free port";
    return listener;
  }
  const std::string shown_host = where.substr(0, colon);
  const bool bracketed = shown_host.starts_with('[') && shown_host.ends_with(']');
  const std::string host = bracketed ? shown_host.substr(1, shown_host.size() - 2) : shown_host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), where.substr(colon + 1).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, AddressDeleter> owner(found);
  if (error != 0) {
    listener.fault = "cannot listen on " + where + ": " + gai_strerror(error);
    return listener;
  }
  listener.socket = Bind(*found);
  if (!listener.socket.valid()) {
    listener.fault = "cannot listen on " + where + ": " + LastError();
    return listener;
  }
  listener.address = shown_host + ':' + std::to_string(BoundPort(listener.socket.get()));
  return listener;
}

}  // namespace nsf_simulator
