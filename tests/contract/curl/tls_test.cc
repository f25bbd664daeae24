// SPDX-License-Identifier: Apache-2.0
// Who is believed to be the tenant, and who is not.
#include <catch2/catch.hpp>

#include "contract/curl/fixture.h"

namespace nsf::testing {
namespace {

struct TlsFixture : Fixture {
  CertificateFiles ca =
      MakeCertificate(directory, {.name = "ca", .alternative_names = "", .is_ca = true});

  CertificateFiles Issue(const std::string& names, int to_days = 1) {
    return MakeCertificate(directory, {.name = "server",
                                       .alternative_names = names,
                                       .issuer = &ca,
                                       .valid_from_days = -2,
                                       .valid_to_days = to_days});
  }

  CurlSettings TlsSettings(const HttpPeer& peer, const std::string& host = "localhost") {
    CurlSettings settings = Settings(peer.Url(host));
    settings.tls.ca_file = ca.cert_file;
    return settings;
  }
};

TEST_CASE("a tenant with a good certificate is asked") {
  TlsFixture fixture;
  const PeerTls tls{fixture.Issue("DNS:localhost")};
  HttpPeer peer(Answer(200, "[1]"), &tls);
  const HttpAnswer answer = Ask(*fixture.Client(fixture.TlsSettings(peer)), {"/"});
  CHECK(answer.failure_text.empty());
  CHECK(answer.body == "[1]");
}

TEST_CASE("an impostor is sent nothing") {
  TlsFixture fixture;
  const auto kind = GENERATE("self-signed", "wrong name", "expired", "other authority", "system");
  PeerTls tls{fixture.Issue("DNS:localhost")};
  CurlSettings trust;
  trust.tls.ca_file = fixture.ca.cert_file;
  const std::string what = kind;
  if (what == "self-signed") {
    tls.certificate =
        MakeCertificate(fixture.directory, {.name = "self", .alternative_names = "DNS:localhost"});
  } else if (what == "wrong name") {
    tls.certificate = fixture.Issue("DNS:other.example");
  } else if (what == "expired") {
    tls.certificate = fixture.Issue("DNS:localhost", -1);
  } else if (what == "other authority") {
    trust.tls.ca_file = MakeCertificate(fixture.directory,
                                        {.name = "other", .alternative_names = "", .is_ca = true})
                            .cert_file;
  } else {
    trust.tls.ca_file.clear();
  }
  HttpPeer peer(Answer(200, "[1]"), &tls);
  CurlSettings settings = fixture.TlsSettings(peer);
  settings.tls = trust.tls;
  INFO(what);
  const HttpAnswer answer = Ask(*fixture.Client(settings), {"/"});
  CHECK(answer.failure == HttpFailure::kTls);
  CHECK_FALSE(answer.failure_text.empty());
  CHECK(peer.requests().empty());
}

TEST_CASE("TLS older than the least version is refused") {
  const auto [server_most, least, good] =
      GENERATE(table<int, std::string, bool>({{TLS1_1_VERSION, "1.2", false},
                                              {TLS1_2_VERSION, "1.2", true},
                                              {TLS1_2_VERSION, "1.3", false},
                                              {TLS1_3_VERSION, "1.3", true}}));
  TlsFixture fixture;
  const PeerTls tls{fixture.Issue("DNS:localhost"), TLS1_VERSION, server_most, ""};
  HttpPeer peer(Answer(200, "[1]"), &tls);
  CurlSettings settings = fixture.TlsSettings(peer);
  settings.tls.min_version = least;
  const HttpAnswer answer = Ask(*fixture.Client(settings), {"/"});
  CHECK(answer.failure == (good ? HttpFailure::kNone : HttpFailure::kTls));
  CHECK(peer.requests().size() == (good ? 1 : 0));
}

TEST_CASE("server_name is asked for and checked where the URL is only the way there") {
  TlsFixture fixture;
  const PeerTls tls{fixture.Issue("DNS:acme.example")};
  HttpPeer peer(Answer(200, "[1]"), &tls);
  CurlSettings settings = fixture.TlsSettings(peer, "127.0.0.1");
  CHECK(Ask(*fixture.Client(settings), {"/"}).failure == HttpFailure::kTls);
  settings.tls.server_name = "acme.example";
  CHECK(Ask(*fixture.Client(settings), {"/"}).body == "[1]");
  REQUIRE(peer.requests().size() == 1);
  CHECK(peer.requests()[0].find("\r\nHost: acme.example:") != std::string::npos);
  settings.tls.server_name = "other.example";
  CHECK(Ask(*fixture.Client(settings), {"/"}).failure == HttpFailure::kTls);
}

TEST_CASE("an own certificate is shown where one is demanded") {
  TlsFixture fixture;
  const CertificateFiles own = MakeCertificate(
      fixture.directory, {.name = "own", .alternative_names = "", .issuer = &fixture.ca});
  PeerTls tls{fixture.Issue("DNS:localhost")};
  tls.max_version = TLS1_2_VERSION;  // the refusal is then part of the handshake
  tls.client_ca_file = fixture.ca.cert_file;
  HttpPeer peer(Answer(200, "[1]"), &tls);
  CurlSettings settings = fixture.TlsSettings(peer);
  CHECK(Ask(*fixture.Client(settings), {"/"}).failure == HttpFailure::kTls);
  settings.tls.cert_file = own.cert_file;
  settings.tls.key_file = own.key_file;
  CHECK(Ask(*fixture.Client(settings), {"/"}).body == "[1]");
}

TEST_CASE("a file of certificates that cannot be read is a failure of TLS") {
  TlsFixture fixture;
  const PeerTls tls{fixture.Issue("DNS:localhost")};
  HttpPeer peer(Answer(200, "[1]"), &tls);
  CurlSettings settings = fixture.TlsSettings(peer);
  settings.tls.ca_file = fixture.directory.Path("none.pem");
  const HttpAnswer answer = Ask(*fixture.Client(settings), {"/"});
  CHECK(answer.failure == HttpFailure::kTls);
  CHECK(answer.failure_text.find("none.pem") != std::string::npos);
}

}  // namespace
}  // namespace nsf::testing
