// SPDX-License-Identifier: Apache-2.0
// The thread that moves the bytes: see the header.
#include "adapters/curl/curl_engine.h"

#include <curl/curl.h>
#include <pthread.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/curl/body_pool.h"
#include "adapters/curl/curl_exchange.h"

namespace nsf {
namespace {

struct CleanUpMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// The library counts its users; this is one.
struct Library {
  CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  Library() = default;
  ~Library() {
    if (started == CURLE_OK) curl_global_cleanup();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

// curl ends it earlier for its own timers and for what is submitted.
constexpr int kPollMs = 60'000;

}  // namespace

class CurlEngine::Impl {
 public:
  ~Impl() { Shutdown(); }

  Result<void> Start() {
    if (library_.started != CURLE_OK) return Stop("curl cannot be started");
    multi_.reset(curl_multi_init());
    if (!multi_) return Stop("curl cannot be started: out of memory");
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& error) {
      return Stop(std::string("cannot start a thread: ") + error.what() +
                  "; raise the limits of this process");
    }
    return {};
  }

  void Submit(std::unique_ptr<CurlExchange> exchange) {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) {
        inbox_.push_back(std::move(exchange));
        curl_multi_wakeup(multi_.get());
        return;
      }
    }
    exchange->Cancel();
  }

  void DropUnusedMemory() { bodies_->DropUnused(); }

  void Shutdown() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (multi_) curl_multi_wakeup(multi_.get());
    }
    const std::lock_guard lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Exchanges = std::vector<std::unique_ptr<CurlExchange>>;

  static Error Stop(std::string message) { return {ErrorKind::kStop, std::move(message)}; }

  void Run() {
    ::pthread_setname_np(::pthread_self(), "nsf-http");
    Exchanges arrived;
    while (Take(&arrived)) {
      for (auto& exchange : arrived) Begin(std::move(exchange));
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      Complete();
      curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr);
    }
    CancelAll(arrived);
  }

  // What was submitted since. False: it is time to end.
  bool Take(Exchanges* arrived) {
    arrived->clear();
    const std::lock_guard lock(mutex_);
    arrived->swap(inbox_);
    return !stopping_;
  }

  void Begin(std::unique_ptr<CurlExchange> exchange) {
    if (!exchange->Begin(bodies_)) return;
    CURL* easy = exchange->handle();
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
      return exchange->Finish(CURLE_OUT_OF_MEMORY);
    }
    running_.emplace(easy, std::move(exchange));
  }

  void Complete() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;  // the message is gone with its handle
      auto found = running_.extract(easy);
      curl_multi_remove_handle(multi_.get(), easy);
      found.mapped()->Finish(code);
    }
  }

  void CancelAll(const Exchanges& arrived) {
    for (const auto& exchange : arrived) exchange->Cancel();
    for (const auto& [easy, exchange] : running_) {
      exchange->Cancel();
      curl_multi_remove_handle(multi_.get(), easy);
    }
    running_.clear();
  }

  Library library_;
  const std::shared_ptr<BodyPool> bodies_ = std::make_shared<BodyPool>();
  std::unique_ptr<CURLM, CleanUpMulti> multi_;
  std::map<CURL*, std::unique_ptr<CurlExchange>> running_;  // the thread's own
  std::mutex mutex_;                                        // of the two below
  Exchanges inbox_;
  bool stopping_ = false;
  std::mutex join_mutex_;
  std::thread thread_;
};

CurlEngine::CurlEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlEngine::~CurlEngine() = default;

Result<std::unique_ptr<CurlEngine>> CurlEngine::Create() {
  auto impl = std::make_unique<Impl>();
  if (Result<void> started = impl->Start(); !started) return std::move(started).error();
  return std::unique_ptr<CurlEngine>(new CurlEngine(std::move(impl)));
}

void CurlEngine::Shutdown() { impl_->Shutdown(); }

void CurlEngine::DropUnusedMemory() { impl_->DropUnusedMemory(); }

void CurlEngine::Submit(std::unique_ptr<CurlExchange> exchange) {
  impl_->Submit(std::move(exchange));
}

}  // namespace nsf
