// SPDX-License-Identifier: Apache-2.0
// One request and its answer: sets a curl handle up, gathers what comes back, and says it once.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/curl/body_pool.h"
#include "adapters/curl/curl_origin.h"
#include "ports/http_client.h"

namespace nsf {

// Lives on the engine's thread; only the constructor, and Cancel() before Begin(), may run on
// another.
class CurlExchange {
 public:
  CurlExchange(std::shared_ptr<const CurlOrigin> origin, HttpRequest request,
               HttpClient::Done done);

  // Reads the token and readies the handle; a large body is written into memory of `bodies`. False:
  // nothing can be sent; `done` has been called.
  bool Begin(std::shared_ptr<BodyPool> bodies);
  CURL* handle() const { return easy_.get(); }

  // Exactly one of both ends the exchange and calls `done`.
  void Finish(CURLcode code);
  void Cancel();

 private:
  struct CleanUp {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, CleanUp>;

  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  static int BeforeRequest(void* self, char* peer, char* local, int peer_port, int local_port);

  bool ReadToken();
  void SetRequest();
  void SetTls();
  void SetProxy();
  void TakeHeader(std::string_view line);
  std::size_t StatedLength() const;  // 0: not known
  void MakeRoom(std::size_t bytes);
  void BackBody(std::size_t at_least);
  bool TakeBody(std::string_view data);
  void Fail(HttpFailure failure, std::string text);
  void ScrubAnswer();

  const std::shared_ptr<const CurlOrigin> origin_;
  const HttpRequest request_;
  HttpClient::Done done_;
  std::string token_;
  List headers_;
  List connect_to_;
  std::array<char, CURL_ERROR_SIZE> library_text_{};

  HttpAnswer answer_;
  std::shared_ptr<BodyPool> bodies_;
  std::size_t backed_bytes_ = 0;  // of the body: memory is there
  bool head_complete_ = false;
  // Why a callback ended the exchange, where curl itself knows only that one did.
  HttpFailure refused_ = HttpFailure::kNone;
  std::string refused_text_;
  std::unique_ptr<CURL, CleanUp> easy_;  // last: it points at the others
};

}  // namespace nsf
