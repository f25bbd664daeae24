// SPDX-License-Identifier: Apache-2.0
// One request and its answer: see the header.
#include "adapters/curl/curl_exchange.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <new>
#include <utility>

#include "adapters/curl/curl_failure.h"
#include "adapters/curl/scrub.h"

namespace nsf {
namespace {

// curl's options and infos are of type long.
using Long = long;  // NOLINT(google-runtime-int)

constexpr Long kConnectTimeoutMs = 30'000;
// Few large reads: a page is megabytes.
constexpr Long kReadBytes = 131'072;
// So much memory of a body is taken at a time, and nothing of a short one.
constexpr std::size_t kBackedBytes = 1'048'576;
constexpr std::size_t kWorthBacking = 131'072;
constexpr std::string_view kSpace = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return lowered;
}

// RFC 9110 §5.5: visible ASCII and inner spaces. Anything else could end the header, or is not a
// token but a file of another kind.
bool FitsHeader(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

std::string TokenHeader(TokenScheme scheme, const std::string& token) {
  switch (scheme) {
    case TokenScheme::kAuthorization:
      return "Authorization: Netskope-Api-Token " + token;
    case TokenScheme::kBearer:
      return "Authorization: Bearer " + token;
    case TokenScheme::kToken:
      break;
  }
  return "Netskope-Api-Token: " + token;
}

void ReplaceControlCharacters(std::string* text) {
  std::replace_if(
      text->begin(), text->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
}

}  // namespace

CurlExchange::CurlExchange(std::shared_ptr<const CurlOrigin> origin, HttpRequest request,
                           HttpClient::Done done)
    : origin_(std::move(origin)), request_(std::move(request)), done_(std::move(done)) {}

bool CurlExchange::Begin(std::shared_ptr<BodyPool> bodies) {
  bodies_ = std::move(bodies);
  answer_.spare = bodies_;
  if (!ReadToken()) return false;
  easy_.reset(curl_easy_init());
  headers_.reset(curl_slist_append(nullptr, TokenHeader(origin_->settings.scheme, token_).c_str()));
  if (!easy_ || !headers_ || !curl_slist_append(headers_.get(), "Accept: application/json")) {
    Fail(HttpFailure::kBroken, "out of memory before the request was sent");
    return false;
  }
  SetRequest();
  SetTls();
  SetProxy();
  return true;
}

bool CurlExchange::ReadToken() {
  Result<Secret> token = origin_->token.Read();
  if (!token) {
    Fail(HttpFailure::kSecret, token.error().message);
    return false;
  }
  if (!FitsHeader(token->Reveal())) {
    Fail(HttpFailure::kSecret, "the token (" + origin_->token.Reference() +
                                   ") holds characters that no token has (control characters, or "
                                   "not ASCII); write the token alone into it");
    return false;
  }
  token_ = token->Reveal();
  return true;
}

void CurlExchange::SetRequest() {
  CURL* easy = easy_.get();
  const std::string slash = request_.target.starts_with('/') ? "" : "/";
  curl_easy_setopt(easy, CURLOPT_URL, (origin_->url + slash + request_.target).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, origin_->plain ? "http" : "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);  // a token never follows a redirect
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, static_cast<Long>(CURLHEADER_SEPARATE));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, origin_->settings.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<Long>(CURL_HTTP_VERSION_2TLS));
  const auto timeout = std::max<std::chrono::milliseconds::rep>(request_.timeout.count(), 1);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<Long>(timeout));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a shutdown does not wait for a resolver
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReadBytes);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, library_text_.data());
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // they are the proxy's
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlExchange::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlExchange::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CurlExchange::BeforeRequest);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  // On a connection that was used before, the library takes an early end for one that came before
  // the request, and sends it again.
  if (request_.once) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

void CurlExchange::SetTls() {
  CURL* easy = easy_.get();
  const CurlTlsSettings& tls = origin_->settings.tls;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                   static_cast<Long>(tls.min_version == "1.3" ? CURL_SSLVERSION_TLSv1_3
                                                              : CURL_SSLVERSION_TLSv1_2));
  if (!tls.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
    // Or the system's directory of authorities would be trusted beside the file.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!tls.cert_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.cert_file.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
  }
  if (!origin_->connect_to.empty()) {
    connect_to_.reset(curl_slist_append(nullptr, origin_->connect_to.c_str()));
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  }
}

void CurlExchange::SetProxy() {
  const std::string& proxy = origin_->settings.proxy;
  if (origin_->plain || proxy == "none") {
    curl_easy_setopt(easy_.get(), CURLOPT_PROXY, "");  // not even the environment's
  } else if (!proxy.empty()) {
    curl_easy_setopt(easy_.get(), CURLOPT_PROXY, proxy.c_str());
    curl_easy_setopt(easy_.get(), CURLOPT_NOPROXY, "");  // a configured proxy has no exceptions
  }
}

// A name that plain http may go to ("localhost") could still resolve to somewhere else.
int CurlExchange::BeforeRequest(void* self, char* peer, char* /*local*/, int /*peer_port*/,
                                int /*local_port*/) {
  auto* exchange = static_cast<CurlExchange*>(self);
  if (!exchange->origin_->plain || IsLoopbackAddress(peer)) return CURL_PREREQFUNC_OK;
  exchange->refused_ = HttpFailure::kConnect;
  exchange->refused_text_ = std::string("plain http would have sent the token to ") + peer +
                            ", which is not this host; use https";
  return CURL_PREREQFUNC_ABORT;
}

std::size_t CurlExchange::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto* exchange = static_cast<CurlExchange*>(self);
  exchange->TakeHeader({data, size * count});
  return size * count;
}

// curl itself bounds how many there may be.
void CurlExchange::TakeHeader(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // the first answer, or the one after an interim answer (1xx)
    answer_.headers.clear();
    head_complete_ = false;
  }
  if (Trimmed(line).empty()) head_complete_ = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  answer_.headers.emplace_back(Lowered(Trimmed(line.substr(0, colon))),
                               Trimmed(line.substr(colon + 1)));
}

std::size_t CurlExchange::StatedLength() const {
  std::size_t length = 0;
  for (const auto& [name, value] : answer_.headers) {
    if (name == "content-encoding") return 0;  // the length is not that of what is kept
    if (name == "content-length") {
      std::from_chars(value.data(), value.data() + value.size(), length);
    }
  }
  return length <= request_.max_body_bytes ? length : 0;
}

// The body is to hold `bytes`, or all that the server announced.
void CurlExchange::MakeRoom(std::size_t bytes) {
  if (bytes <= answer_.body.capacity()) return;
  const std::size_t stated = StatedLength();
  const std::size_t least = std::max(bytes, stated);
  std::string larger = bodies_->Take(least);
  backed_bytes_ = larger.capacity();
  // Asked for more than it has, a string takes twice that. The next page may be somewhat larger
  // than this one, and is to fit there as well.
  if (larger.capacity() < least) {
    larger.reserve(std::max(2 * answer_.body.capacity(), std::max(bytes, stated + stated / 16)));
  }
  larger.append(answer_.body);
  answer_.body = std::move(larger);
}

// The kernel is asked for the memory of a whole piece at once: byte by byte it would come a page of
// memory at a time, each for a fault that costs more than clearing it.
void CurlExchange::BackBody(std::size_t at_least) {
  const std::size_t begin = std::max(backed_bytes_, answer_.body.size());
  const std::size_t end =
      std::min(answer_.body.capacity(), answer_.body.size() + std::max(at_least, kBackedBytes));
  if (end < begin + kWorthBacking) return;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto at = reinterpret_cast<std::uintptr_t>(answer_.body.data());
  char* const first = answer_.body.data() + begin - (at + begin) % page;
  char* const last = answer_.body.data() + end - (at + end) % page;
  // Where the kernel knows no such thing (before 5.14), memory comes as it is written to.
  if (last > first) {
    madvise(first, static_cast<std::size_t>(last - first), MADV_POPULATE_WRITE);
  }
  backed_bytes_ = end;
}

std::size_t CurlExchange::OnBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto* exchange = static_cast<CurlExchange*>(self);
  try {
    return exchange->TakeBody({data, size * count}) ? size * count : 0;
  } catch (const std::bad_alloc&) {  // must not pass through curl's frames
    exchange->refused_ = HttpFailure::kBroken;
    exchange->refused_text_ = "out of memory while reading the answer";
    return 0;
  }
}

bool CurlExchange::TakeBody(std::string_view data) {
  if (data.size() > request_.max_body_bytes - answer_.body.size()) {
    refused_ = HttpFailure::kBodyTooLarge;
    refused_text_ = "the answer is larger than " + std::to_string(request_.max_body_bytes) +
                    " bytes after decoding";
    return false;
  }
  const std::size_t bytes = answer_.body.size() + data.size();
  MakeRoom(bytes);
  if (bytes > backed_bytes_) BackBody(data.size());
  answer_.body.append(data);
  return true;
}

void CurlExchange::Finish(CURLcode code) {
  CURL* easy = easy_.get();
  Long status = 0;
  Long connect_status = 0;
  curl_off_t wire_bytes = 0;
  curl_off_t elapsed = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &wire_bytes);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &elapsed);
  answer_.status = static_cast<int>(status);
  answer_.wire_bytes = static_cast<std::size_t>(wire_bytes);
  answer_.elapsed = std::chrono::microseconds(elapsed);
  if (code == CURLE_OK && !head_complete_) {  // which curl lets pass
    return Fail(HttpFailure::kBroken, "the connection was closed in the middle of the headers");
  }
  if (code == CURLE_OK) {
    ScrubAnswer();
    return done_(std::move(answer_));
  }
  if (refused_ != HttpFailure::kNone) return Fail(refused_, std::move(refused_text_));
  std::string text = library_text_[0] != '\0' ? library_text_.data() : curl_easy_strerror(code);
  const bool refused_by_proxy = status == 0 && connect_status >= 300;
  Fail(refused_by_proxy ? HttpFailure::kConnect : FailureOf(code), std::move(text));
}

void CurlExchange::Cancel() { Fail(HttpFailure::kCancelled, "the program is shutting down"); }

void CurlExchange::Fail(HttpFailure failure, std::string text) {
  answer_.failure = failure;
  answer_.failure_text = std::move(text);
  std::string().swap(answer_.body);  // part of a page is no page; the memory goes too
  ScrubAnswer();
  done_(std::move(answer_));
}

void CurlExchange::ScrubAnswer() {
  ReplaceControlCharacters(&answer_.failure_text);
  const auto scrub = [this](const std::string& secret) {
    Scrub(secret, &answer_.failure_text);
    for (auto& [name, value] : answer_.headers) Scrub(secret, &value);
    // Of rows not a byte is changed; words of the server in an error end up in the log.
    if (answer_.status != 200) Scrub(secret, &answer_.body);
  };
  scrub(token_);
  for (const std::string& secret : origin_->proxy_secrets) scrub(secret);
}

}  // namespace nsf
