// SPDX-License-Identifier: Apache-2.0
// The one thread that moves the bytes of all tenants (curl's multi interface): connections are kept
// alive and shared, and no exchange waits for another.
#pragma once

#include <memory>

#include "ports/result.h"

namespace nsf {

class CurlExchange;

class CurlEngine {
 public:
  // Fails with kStop when the library or the thread cannot be started.
  static Result<std::unique_ptr<CurlEngine>> Create();
  // As Shutdown().
  ~CurlEngine();
  CurlEngine(const CurlEngine&) = delete;
  CurlEngine& operator=(const CurlEngine&) = delete;

  // Everything in flight, and everything submitted from now on, completes with kCancelled. Returns
  // when the thread has ended: no `done` is called after it, but for an exchange that is submitted
  // later, which completes before Submit() returns. Not to be called from a `done`.
  void Shutdown();

  // Of the memory that is kept for answers, what none has needed since the last call goes back to
  // the system. Thread-safe.
  void DropUnusedMemory();

  // For CurlClient. Never blocks; thread-safe.
  void Submit(std::unique_ptr<CurlExchange> exchange);

 private:
  class Impl;
  explicit CurlEngine(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace nsf
