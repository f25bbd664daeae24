// SPDX-License-Identifier: Apache-2.0
// The token goes to the tenant alone and comes back to nobody.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "adapters/curl/curl_origin.h"
#include "adapters/curl/scrub.h"
#include "contract/curl/fixture.h"

namespace nsf::testing {
namespace {

std::string Scrubbed(std::string_view secret, std::string text) {
  Scrub(secret, &text);
  return text;
}

// An environment variable for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    // Before the engine reads it, and no other thread does.
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  ~Environment() { ::unsetenv(name_); }  // NOLINT(concurrency-mt-unsafe)
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

TEST_CASE("a secret is found in every spelling") {
  const auto [text, clean] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"nothing here", "nothing here"},
      {"a/b+c", "***"},
      {"<a/b+c> a/b+c", "<***> ***"},
      {"a/b+ca/b+c", "******"},
      {"a%2Fb%2bc", "***"},
      {"%61%2f%62%2B%63", "***"},
      {"a\\/b+c", "***"},
      {"a\\u002fb\\u002Bc", "***"},
      {"a/b+", "a/b+"},
      {"a/b+d", "a/b+d"},
      {"a/a/b+c", "a/***"},
      {"a%2", "a%2"},
      {"a%2Fb%2bc%", "***%"},
      {"a\\", "a\\"},
      {"a\\u002", "a\\u002"},
      {std::string("\0a/b+c\0", 7), std::string("\0***\0", 5)},
  }));
  CHECK(Scrubbed("a/b+c", text) == clean);
}

TEST_CASE("nothing is no secret") { CHECK(Scrubbed("", "text") == "text"); }

TEST_CASE("what the server echoes comes back without the token") {
  Fixture fixture;
  const std::string echo = std::string("you sent ") + Fixture::kToken +
                           " or t0ken%2Fwith%2Bodd%3Dchars%26more or t0ken\\/with+odd=chars&more";
  HttpPeer peer(Answer(401, echo, std::string("X-Echo: Bearer ") + Fixture::kToken + "\r\n"));
  const HttpAnswer answer = fixture.AskOnce(peer);
  CHECK(answer.status == 401);
  CHECK(answer.body == "you sent *** or *** or ***");
  for (const auto& [name, value] : answer.headers) {
    CHECK(value.find("t0ken") == std::string::npos);
  }
}

TEST_CASE("rows are left as they are, byte for byte") {
  Fixture fixture;
  const std::string body = std::string("{\"details\":\"") + Fixture::kToken + "\"}";
  HttpPeer peer(Answer(200, body));
  CHECK(fixture.AskOnce(peer).body == body);
}

TEST_CASE("a URL that a token must not be sent to is refused") {
  const auto url =
      GENERATE("http://acme.goskope.com", "http://127.0.0.1.evil.example", "http://10.0.0.1",
               "http://[2001:db8::1]", "http://localhost.evil", "ftp://127.0.0.1",
               "file:///etc/passwd", "acme.goskope.com", "", "https://user:secret@acme.goskope.com",
               "https://acme.goskope.com/api", "https://acme.goskope.com?x=1",
               "https://acme.goskope.com#x", "https://", "https://a b", "http://0.0.0.0");
  Fixture fixture;
  const auto client = CurlClient::Create(*fixture.engine, Fixture::Settings(url), fixture.token);
  REQUIRE_FALSE(client);
  CHECK(client.error().kind == ErrorKind::kConfiguration);
  CHECK(client.error().message.find("secret") == std::string::npos);
}

TEST_CASE("loopback hosts may be plain, others are TLS") {
  const auto [url, resolved] = GENERATE(table<std::string, std::string>(
      {{"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
       {"http://127.9.9.9/", "http://127.9.9.9:80"},
       {"http://localhost", "http://localhost:80"},
       {"http://[::1]:99", "http://[::1]:99"},
       {"https://acme.goskope.com/", "https://acme.goskope.com:443"}}));
  const FixedSecret token(Secret("t"), "test");
  const auto origin = ResolveOrigin(Fixture::Settings(url), token);
  REQUIRE(origin);
  CHECK(origin->url == resolved);
}

TEST_CASE("plain http never goes through a proxy") {
  const auto proxy = GENERATE(std::string(""), std::string("none"), std::string("configured"));
  Fixture fixture;
  HttpPeer other(Answer(200, "proxied"));
  HttpPeer peer(Answer(200, "direct"));
  const Environment lower("http_proxy", other.Url());
  const Environment all("ALL_PROXY", other.Url());
  CurlSettings settings = Fixture::Settings(peer.Url());
  settings.proxy = proxy == "configured" ? other.Url() : proxy;
  CHECK(Ask(*fixture.Client(settings), {"/"}).body == "direct");
  CHECK(other.connections() == 0);
}

TEST_CASE("a proxy is asked for a tunnel only, and its refusal keeps its password") {
  const bool environment = GENERATE(false, true);
  Fixture fixture;
  HttpPeer proxy(Answer(407, "no", "X-Echo: pass%2Fword\r\n"));
  const std::string url = "http://joe:pass%2Fword@127.0.0.1:" + std::to_string(proxy.port());
  CurlSettings settings = Fixture::Settings("https://acme.example.invalid");
  settings.proxy = environment ? "" : url;
  const Environment variable("HTTPS_PROXY", environment ? url : "http://127.0.0.1:1");
  const HttpAnswer answer = Ask(*fixture.Client(settings), {"/secret/path"});
  CHECK(answer.failure == HttpFailure::kConnect);
  CHECK(answer.status == 0);
  CHECK(answer.failure_text.find("pass") == std::string::npos);
  REQUIRE_FALSE(proxy.requests().empty());
  const std::string request = proxy.requests()[0];
  CHECK(request.starts_with("CONNECT acme.example.invalid:443 "));
  CHECK(request.find("t0ken") == std::string::npos);
  CHECK(request.find("secret/path") == std::string::npos);
}

TEST_CASE("the environment's proxy can be switched off, and NO_PROXY is honoured") {
  const bool off = GENERATE(false, true);
  Fixture fixture;
  HttpPeer proxy(Answer(200, ""));
  HttpPeer tenant([](PeerConnection& connection) { connection.Write("this is no TLS\r\n"); });
  const Environment variable("HTTPS_PROXY", proxy.Url());
  const Environment exception("NO_PROXY", off ? "other.example" : "127.0.0.1");
  CurlSettings settings = Fixture::Settings("https://127.0.0.1:" + std::to_string(tenant.port()));
  settings.proxy = off ? "none" : "";
  CHECK(Ask(*fixture.Client(settings), {"/"}).failure == HttpFailure::kTls);
  CHECK(proxy.connections() == 0);
  CHECK(tenant.connections() > 0);
}

TEST_CASE("settings that cannot work are told at once") {
  Fixture fixture;
  CurlSettings settings = Fixture::Settings("https://acme.goskope.com");
  const auto what = GENERATE(0, 1, 2, 3, 4);
  if (what == 0) settings.tls.min_version = "1.1";
  if (what == 1) settings.tls.cert_file = "x";
  if (what == 2) settings.tls.key_file = "x";
  if (what == 3) settings.tls.server_name = "a/b";
  if (what == 4) settings.proxy = "gopher://joe:hunter2@x";
  const auto client = CurlClient::Create(*fixture.engine, settings, fixture.token);
  REQUIRE_FALSE(client);
  CHECK(client.error().kind == ErrorKind::kConfiguration);
  CHECK(client.error().message.find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace nsf::testing
