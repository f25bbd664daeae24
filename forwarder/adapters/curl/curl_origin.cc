// SPDX-License-Identifier: Apache-2.0
// Checks a tenant's settings: see the header. The configuration has checked most of it already;
// this is the last place before a token leaves, so it relies on nobody.
#include "adapters/curl/curl_origin.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

namespace nsf {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

// A part of the URL; empty when it has none.
std::string Part(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owner(text);
  return text;
}

Url Parse(const std::string& text) {
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
  return url;
}

bool IsHostName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_';
  });
}

Error Bad(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }

Result<void> ResolveUrl(CurlOrigin* origin) {
  const CurlSettings& settings = origin->settings;
  const Url url = Parse(settings.base_url);
  if (!url) return Bad("the URL of the tenant cannot be read; write https://NAME.goskope.com");
  const std::string scheme = Part(url, CURLUPART_SCHEME);
  const std::string host = Part(url, CURLUPART_HOST);
  const std::string path = Part(url, CURLUPART_PATH);
  if (!Part(url, CURLUPART_USER).empty() || !Part(url, CURLUPART_PASSWORD).empty() ||
      (!path.empty() && path != "/") || !Part(url, CURLUPART_QUERY).empty() ||
      !Part(url, CURLUPART_FRAGMENT).empty()) {
    return Bad("the URL of the tenant may hold a scheme, a host and a port only: " + scheme +
               "://" + host);
  }
  origin->plain = scheme == "http";
  if (scheme != "https" && !(origin->plain && (host == "localhost" || IsLoopbackAddress(host)))) {
    return Bad("a token is sent over https only (http is for loopback addresses): use https://" +
               host + " instead of " + scheme + "://" + host);
  }
  const std::string port = Part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const bool renamed = !origin->plain && !settings.tls.server_name.empty();
  if (renamed && !IsHostName(settings.tls.server_name)) {
    return Bad("tls.server_name must be a host name, such as acme.goskope.com");
  }
  const std::string& name = renamed ? settings.tls.server_name : host;
  origin->url = scheme + "://" + name + ":" + port;
  if (renamed) origin->connect_to = name + ":" + port + ":" + host + ":" + port;
  return {};
}

Result<void> ResolveProxy(CurlOrigin* origin) {
  const std::string& proxy = origin->settings.proxy;
  if (proxy.empty() || proxy == "none") return {};
  const Url url = Parse(proxy.find("://") == std::string::npos ? "http://" + proxy : proxy);
  const std::string scheme = url ? Part(url, CURLUPART_SCHEME) : "";
  constexpr std::array kSchemes{"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return Bad("the proxy cannot be read; write http://HOST:PORT, https://, socks5h://, or none");
  }
  const std::string password = Part(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
  if (!password.empty()) origin->proxy_secrets.push_back(password);
  return {};
}

}  // namespace

bool IsLoopbackAddress(std::string_view address) {
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  const std::string text(address);
  in_addr v4 = {};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6 = {};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 &&
         std::equal(std::begin(v6.s6_addr), std::end(v6.s6_addr),
                    std::begin(in6addr_loopback.s6_addr));
}

Result<CurlOrigin> ResolveOrigin(CurlSettings settings, const SecretSource& token) {
  CurlOrigin origin{std::move(settings), token, "", "", false, {}};
  const CurlTlsSettings& tls = origin.settings.tls;
  if (tls.min_version != "1.2" && tls.min_version != "1.3") {
    return Bad("tls.min_version is \"1.2\" or \"1.3\"");
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return Bad("tls.cert_file and tls.key_file go together; set both or neither");
  }
  if (Result<void> url = ResolveUrl(&origin); !url) return std::move(url).error();
  if (Result<void> proxy = ResolveProxy(&origin); !proxy) return std::move(proxy).error();
  return origin;
}

}  // namespace nsf
