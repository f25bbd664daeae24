// SPDX-License-Identifier: Apache-2.0
// A thread for each connection, blocking reads and writes: simple, and as fast as the loopback for
// the few dozen connections that a client of the API opens.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "server/byte_channel.h"
#include "server/listener.h"
#include "server/service.h"

namespace nsf_simulator {

// Ends every wait of the server at once.
class StopSignal {
 public:
  void Raise();
  // True if it was raised before `time` had passed.
  bool WaitFor(std::chrono::milliseconds time);

 private:
  std::mutex mutex_;
  std::condition_variable raised_change_;
  bool raised_ = false;
};

class HttpServer {
 public:
  // Serves at once. `service` outlives the server; `clock` is called from any thread; `context` may
  // be nullptr: plain HTTP.
  HttpServer(FileDescriptor listening, SslContext context, Service& service,
             std::function<Time()> clock);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  struct Connection {
    FileDescriptor socket;
    std::atomic<bool> done{false};
    std::thread thread;
  };

  void Accept();
  void Admit(FileDescriptor socket);
  void ReapDone();
  void Serve(int socket);
  bool AnswerRequest(const Request& request, bool keep_alive, int socket, ByteChannel* channel,
                     std::string* body_buffer);
  bool Send(const Answer& answer, bool keep_alive, bool with_body, ByteChannel* channel);
  bool Drip(std::string_view body, std::chrono::milliseconds time, ByteChannel* channel);
  void HoldUntilReleased(int socket);

  FileDescriptor listening_;
  SslContext context_;
  Service& service_;
  std::function<Time()> clock_;
  StopSignal stop_;
  std::list<Connection> connections_;  // the accepting thread's alone, until that has ended
  std::thread accepting_;
};

}  // namespace nsf_simulator
