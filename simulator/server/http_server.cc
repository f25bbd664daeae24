// SPDX-License-Identifier: Apache-2.0
// Connections: accept, read, answer, close.
#include "server/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "server/http_message.h"

namespace nsf_simulator {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostConnections = 1024;
constexpr milliseconds kHoldStep{50};

bool PeerIsGone(int socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

// A socket that is told to forget its peer sends RST, not FIN, and stays open for its owner to
// close.
void Reset(int socket) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  static_cast<void>(connect(socket, &nobody, sizeof(nobody)));
}

Answer BadRequest(const std::string& fault, Time now) {
  Answer answer;
  answer.status = 400;
  answer.headers = {{"Date", HttpDate(now)}, {"Content-Type", "application/json"}};
  answer.body = R"({"message":"Bad request: )" + fault + "\"}";
  return answer;
}

}  // namespace

void StopSignal::Raise() {
  const std::lock_guard lock(mutex_);
  raised_ = true;
  raised_change_.notify_all();
}

bool StopSignal::WaitFor(milliseconds time) {
  std::unique_lock lock(mutex_);
  return raised_change_.wait_for(lock, time, [this] { return raised_; });
}

HttpServer::HttpServer(FileDescriptor listening, SslContext context, Service& service,
                       std::function<Time()> clock)
    : listening_(std::move(listening)),
      context_(std::move(context)),
      service_(service),
      clock_(std::move(clock)),
      accepting_([this] { Accept(); }) {}

HttpServer::~HttpServer() {
  stop_.Raise();
  accepting_.join();
  for (Connection& connection : connections_) shutdown(connection.socket.get(), SHUT_RDWR);
  for (Connection& connection : connections_) connection.thread.join();
}

void HttpServer::Accept() {
  pollfd waiting{.fd = listening_.get(), .events = POLLIN, .revents = 0};
  while (!stop_.WaitFor(milliseconds(0))) {
    const int ready = poll(&waiting, 1, static_cast<int>(kHoldStep.count()));
    ReapDone();
    if (ready <= 0) continue;
    FileDescriptor socket(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.valid() && connections_.size() < kMostConnections) Admit(std::move(socket));
  }
}

void HttpServer::Admit(FileDescriptor socket) {
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  Connection& connection = connections_.emplace_back();
  connection.socket = std::move(socket);
  connection.thread = std::thread([this, &connection] {
    Serve(connection.socket.get());
    // The socket is closed by the reaper, so that its number is not reused under its feet.
    shutdown(connection.socket.get(), SHUT_RDWR);
    connection.done = true;
  });
}

void HttpServer::ReapDone() {
  connections_.remove_if([](Connection& connection) {
    if (!connection.done) return false;
    connection.thread.join();
    return true;
  });
}

void HttpServer::Serve(int socket) {
  const std::unique_ptr<ByteChannel> channel = OpenChannel(socket, context_.get());
  if (!channel) return;
  std::string input;
  std::string body_buffer;
  for (;;) {
    ParsedRequest parsed = ParseRequest(input);
    switch (parsed.state) {
      case ParseState::kNeedsMore:
        if (!channel->Read(&input)) return;
        break;
      case ParseState::kBroken:
        Send(BadRequest(parsed.fault, clock_()), false, true, channel.get());
        return;
      case ParseState::kComplete:
        input.erase(0, parsed.bytes);
        if (!AnswerRequest(parsed.request, parsed.keep_alive, socket, channel.get(),
                           &body_buffer)) {
          return;
        }
        break;
    }
  }
}

// False: the connection ends.
bool HttpServer::AnswerRequest(const Request& request, bool keep_alive, int socket,
                               ByteChannel* channel, std::string* body_buffer) {
  Answer answer = service_.Handle(request, clock_(), std::move(*body_buffer));
  if (stop_.WaitFor(answer.delay)) return false;
  if (answer.delivery == Delivery::kHang) {
    HoldUntilReleased(socket);
    return false;
  }
  if (answer.delivery == Delivery::kReset) {
    Reset(socket);
    return false;
  }
  // An answer to HEAD ends with its head (RFC 9110, 9.3.2).
  const bool sent = Send(answer, keep_alive, request.method != "HEAD", channel);
  *body_buffer = std::move(answer.body);
  return sent && keep_alive && answer.delivery != Delivery::kCut;
}

bool HttpServer::Send(const Answer& answer, bool keep_alive, bool with_body, ByteChannel* channel) {
  const bool chunked = HasChunks(answer);
  const std::string chunks = chunked ? Chunked(answer.body) : std::string();
  std::string_view body = chunked ? chunks : answer.body;
  if (!with_body) body = {};
  if (answer.delivery == Delivery::kCut) body = body.substr(0, body.size() / 2);
  const std::string head = FormatHead(answer, answer.body.size(), keep_alive);
  if (answer.delivery != Delivery::kDrip) return channel->Write(head, body);
  return channel->Write(head, {}) && Drip(body, answer.drip, channel);
}

// In equal pieces, one each step.
bool HttpServer::Drip(std::string_view body, milliseconds time, ByteChannel* channel) {
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(time / kHoldStep, 1));
  const std::size_t piece = body.size() / steps + 1;
  while (!body.empty()) {
    if (stop_.WaitFor(kHoldStep) || !channel->Write({}, body.substr(0, piece))) return false;
    body.remove_prefix(std::min(piece, body.size()));
  }
  return true;
}

// A hung request ends with the fault, with its client's patience or with the server.
void HttpServer::HoldUntilReleased(int socket) {
  while (service_.Hangs(clock_()) && !PeerIsGone(socket)) {
    if (stop_.WaitFor(kHoldStep)) return;
  }
}

}  // namespace nsf_simulator
