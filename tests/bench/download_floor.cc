// SPDX-License-Identifier: Apache-2.0
// One curl handle, one connection kept alive, the pages in order. Bodies are counted, not kept:
// only the last bytes of a page are looked at, where the tenant states the total.
#include "download_floor.h"

#include <curl/curl.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

namespace nsf_bench {
namespace {

constexpr std::uint64_t kLimit = 5000;
constexpr std::size_t kTailBytes = 64;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

struct Body {
  std::uint64_t bytes = 0;  // of all pages
  std::string tail;         // the last bytes of this page
  std::unique_ptr<std::FILE, FileCloser> file;
};

std::size_t TakeBytes(const char* data, std::size_t size, std::size_t count, void* user) {
  Body* body = static_cast<Body*>(user);
  const std::string_view piece(data, size * count);
  // curl's own way to write what it receives.
  if (body->file && std::fwrite(data, size, count, body->file.get()) != count) return 0;
  body->bytes += piece.size();
  if (piece.size() >= kTailBytes) {
    body->tail = piece.substr(piece.size() - kTailBytes);
  } else {
    body->tail.append(piece);
    if (body->tail.size() > kTailBytes) body->tail.erase(0, body->tail.size() - kTailBytes);
  }
  return piece.size();
}

// `…],"total":500000}`
std::optional<std::uint64_t> StatedTotal(std::string_view tail) {
  constexpr std::string_view kKey = "\"total\":";
  const std::size_t at = tail.rfind(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t total = 0;
  for (const char c : tail.substr(at + kKey.size())) {
    if (c < '0' || c > '9') break;
    total = total * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return total;
}

std::string FirstLine(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

int Fail(std::string_view what, std::string_view why) {
  std::fprintf(stderr, "bench_floors: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(why.size()), why.data());
  return 1;
}

}  // namespace

int Download(const DownloadPlan& plan) {
  const std::string token = FirstLine(plan.token_file);
  if (token.empty()) return Fail(plan.token_file, "holds no token");
  const std::unique_ptr<CURL, EasyDeleter> easy(curl_easy_init());
  if (!easy) return Fail("curl", "no handle");
  const std::unique_ptr<curl_slist, ListDeleter> headers(
      curl_slist_append(nullptr, ("Netskope-Api-Token: " + token).c_str()));
  Body body;
  if (!plan.file.empty()) {
    body.file.reset(std::fopen(plan.file.c_str(), "wbe"));
    if (!body.file) return Fail(plan.file, "cannot be written");
  }
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &TakeBytes);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(easy.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");

  const std::string page = plan.url + "/api/v2/events/data/audit?limit=" + std::to_string(kLimit) +
                           "&insertionstarttime=" + plan.start + "&insertionendtime=" + plan.end +
                           "&offset=";
  std::uint64_t total = 0;
  for (std::uint64_t offset = 0; offset == 0 || offset < total; offset += kLimit) {
    curl_easy_setopt(easy.get(), CURLOPT_URL, (page + std::to_string(offset)).c_str());
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) return Fail(page + std::to_string(offset), curl_easy_strerror(code));
    const std::optional<std::uint64_t> stated = StatedTotal(body.tail);
    if (!stated) return Fail(page + std::to_string(offset), "the page states no total");
    total = *stated;
  }
  if (body.file && std::fclose(body.file.release()) != 0) {
    return Fail(plan.file, "cannot be written");
  }
  std::printf("{\"events\":%llu,\"bytes\":%llu}\n", static_cast<unsigned long long>(total),
              static_cast<unsigned long long>(body.bytes));
  return 0;
}

}  // namespace nsf_bench
