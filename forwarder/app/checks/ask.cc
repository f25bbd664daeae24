// SPDX-License-Identifier: Apache-2.0
// Asking and waiting.
#include "app/checks/ask.h"

#include <chrono>
#include <future>
#include <memory>
#include <utility>

namespace nsf {
namespace {

constexpr std::chrono::milliseconds kPatience{30'000};

}  // namespace

HttpAnswer Ask(HttpClient& client, std::string target) {
  const auto promise = std::make_shared<std::promise<HttpAnswer>>();
  auto answered = promise->get_future();
  HttpRequest request;
  request.target = std::move(target);
  request.timeout = kPatience;
  client.Start(std::move(request),
               [promise](HttpAnswer answer) { promise->set_value(std::move(answer)); });
  return answered.get();
}

}  // namespace nsf
