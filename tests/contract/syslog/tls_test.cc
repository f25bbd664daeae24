// SPDX-License-Identifier: Apache-2.0
// TLS: whom the sink trusts, and what it says when it does not.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "contract/syslog/receiver.h"

using namespace nsf;
using namespace nsf::testing;

namespace {

struct Authority {
  Directory directory;
  CertificateFiles ca = MakeCertificate(directory, {"ca", "", nullptr, true});
  CertificateFiles other_ca = MakeCertificate(directory, {"other-ca", "", nullptr, true});
};

SyslogSinkConfig TlsConfig(std::uint16_t port, const std::string& ca_file) {
  SyslogSinkConfig config = QuickConfig(SyslogTransport::kTls, port);
  config.tls.ca_file = ca_file;
  return config;
}

SyslogTlsSettings Files(std::string ca_file, std::string cert_file = "", std::string key_file = "",
                        std::string min_version = "1.2") {
  return {std::move(ca_file), std::move(cert_file), std::move(key_file), "",
          std::move(min_version)};
}

void ReadAll(Conversation& conversation) { conversation.ReadToTheEnd(); }

}  // namespace

TEST_CASE("TLS: a receiver that cannot prove who it is gets nothing", "[syslog][tls]") {
  Authority authority;
  struct Case {
    const char* what;
    CertificateRequest certificate;
    const char* said;
    const char* advice;
  };
  const std::vector<Case> cases = {
      {"self-signed", {"self", "IP:127.0.0.1"}, "self-signed", "tls.ca_file"},
      {"of another CA", {"foreign", "IP:127.0.0.1", &authority.other_ca}, "issuer", "tls.ca_file"},
      {"another name",
       {"name", "DNS:siem.example,IP:192.0.2.1", &authority.ca},
       "IP address mismatch",
       "tls.server_name"},
      {"no name but the subject",
       {"127.0.0.1", "", &authority.ca},
       "IP address mismatch",
       "tls.server_name"},
      {"expired", {"old", "IP:127.0.0.1", &authority.ca, false, -9, -1}, "expired", "renew"},
      {"not yet valid",
       {"new", "IP:127.0.0.1", &authority.ca, false, 1, 9},
       "not yet valid",
       "clock"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Receiver receiver(ReadAll,
                      ReceiverTls{MakeCertificate(authority.directory, c.certificate), ""});
    receiver.Listen();
    const auto sink = MakeSink(TlsConfig(receiver.port(), authority.ca.cert_file));
    TestBatch batch(0, 3);
    const auto error = PublishAndWait(*sink, batch.batch);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kRetry);
    CHECK_THAT(error->message, Catch::Contains(c.said) && Catch::Contains(c.advice) &&
                                   Catch::Contains("tls://127.0.0.1:"));
    CHECK(batch.Count(OutcomeKind::kUndecided) == 3);
    for (const std::string& text : receiver.texts()) CHECK(text.empty());
  }
}

TEST_CASE("TLS: the name checked is server_name, else the host", "[syslog][tls]") {
  Authority authority;
  Receiver receiver(
      ReadAll,
      ReceiverTls{
          MakeCertificate(authority.directory, {"server", "DNS:siem.example", &authority.ca}), ""});
  receiver.Listen();
  SyslogSinkConfig config = TlsConfig(receiver.port(), authority.ca.cert_file);
  TestBatch batch(0, 3);
  SECTION("right") {
    config.tls.server_name = "siem.example";
    CHECK_FALSE(PublishAndWait(*MakeSink(config), batch.batch));
    CHECK(batch.Count(OutcomeKind::kDelivered) == 3);
  }
  SECTION("wrong") {
    config.tls.server_name = "evil.example";
    const auto error = PublishAndWait(*MakeSink(config), batch.batch);
    REQUIRE(error);
    CHECK_THAT(error->message,
               Catch::Contains("hostname mismatch") && Catch::Contains("evil.example"));
  }
  SECTION("the system's trust store does not know this CA") {
    config.tls.server_name = "siem.example";
    config.tls.ca_file = "";
    const auto error = PublishAndWait(*MakeSink(config), batch.batch);
    REQUIRE(error);
    CHECK_THAT(error->message, Catch::Contains("tls.ca_file"));
  }
}

TEST_CASE("TLS: a client certificate that is asked for", "[syslog][tls]") {
  Authority authority;
  const auto server =
      MakeCertificate(authority.directory, {"server", "IP:127.0.0.1", &authority.ca});
  const auto client = MakeCertificate(authority.directory, {"client", "", &authority.ca});
  Receiver receiver(ReadAll, ReceiverTls{server, authority.ca.cert_file});
  receiver.Listen();
  SyslogSinkConfig config = TlsConfig(receiver.port(), authority.ca.cert_file);
  TestBatch batch(0, 3);
  SECTION("is shown") {
    config.tls.cert_file = client.cert_file;
    config.tls.key_file = client.key_file;
    CHECK_FALSE(PublishAndWait(*MakeSink(config), batch.batch));
    CHECK(batch.Count(OutcomeKind::kDelivered) == 3);
  }
  SECTION("is missing: TLS 1.3 says so only after the handshake, and nothing is delivered") {
    const auto error = PublishAndWait(*MakeSink(config), batch.batch);
    REQUIRE(error);
    CHECK_THAT(error->message, Catch::Contains("tls.cert_file"));
    CHECK(batch.Count(OutcomeKind::kUndecided) == 3);
  }
}

TEST_CASE("TLS: a receiver that does not speak it", "[syslog][tls]") {
  Receiver receiver([](Conversation& c) { c.Read(1); });
  receiver.Listen();
  Authority authority;
  const auto sink = MakeSink(TlsConfig(receiver.port(), authority.ca.cert_file));
  TestBatch batch(0, 3);
  const auto error = PublishAndWait(*sink, batch.batch);
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("speaks TLS on this port"));
  CHECK(batch.Count(OutcomeKind::kUndecided) == 3);
}

TEST_CASE("TLS: files that cannot be used are refused at start", "[syslog][tls]") {
  Authority authority;
  const Directory& d = authority.directory;
  const auto mine = MakeCertificate(d, {"mine", "", &authority.ca});
  const auto other = MakeCertificate(d, {"other", "", &authority.ca});
  // Encrypted: nobody must be asked for a pass phrase on the terminal.
  const std::string locked =
      d.Write("locked.key",
              "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
              "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjdLkRs1mMRmAICCAAw\n"
              "-----END ENCRYPTED PRIVATE KEY-----\n");
  const std::string garbage = d.Write("garbage.pem", "not a certificate\n");
  struct Case {
    const char* what;
    SyslogTlsSettings tls;
    std::string names;
  };
  const std::vector<Case> cases = {
      {"no CA file", Files(d.Path("none.pem")), d.Path("none.pem")},
      {"a CA file of garbage", Files(garbage), garbage},
      {"a CA file that is a directory", Files(d.Path("")), d.Path("")},
      {"no certificate", Files("", d.Path("none.pem"), mine.key_file), d.Path("none.pem")},
      {"no key", Files("", mine.cert_file, d.Path("none.key")), d.Path("none.key")},
      {"another's key", Files("", mine.cert_file, other.key_file), other.key_file},
      {"a locked key", Files("", mine.cert_file, locked), locked},
      {"a key of garbage", Files("", mine.cert_file, garbage), garbage},
      {"a certificate without a key", Files("", mine.cert_file, ""), "tls.key_file"},
      {"a key without a certificate", Files("", "", mine.key_file), "tls.cert_file"},
      {"an old version", Files("", "", "", "1.1"), "tls.min_version"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    SyslogSinkConfig config = QuickConfig(SyslogTransport::kTls, 6514);
    config.tls = c.tls;
    const auto sink = SyslogSink::Create(config, [](std::string_view) {});
    REQUIRE_FALSE(sink);
    CHECK(sink.error().kind == ErrorKind::kConfiguration);
    CHECK_THAT(sink.error().message, Catch::StartsWith("sink siem: ") && Catch::Contains(c.names));
  }
}

TEST_CASE("TLS: min_version is kept to", "[syslog][tls]") {
  Authority authority;
  const auto server =
      MakeCertificate(authority.directory, {"server", "IP:127.0.0.1", &authority.ca});
  Receiver receiver(ReadAll, ReceiverTls{server, ""});
  receiver.Listen();
  SyslogSinkConfig config = TlsConfig(receiver.port(), authority.ca.cert_file);
  config.tls.min_version = "1.3";
  TestBatch batch(0, 3);
  CHECK_FALSE(PublishAndWait(*MakeSink(config), batch.batch));
}

TEST_CASE("TLS: a renewed CA file is used from the next connection on", "[syslog][tls]") {
  Authority authority;
  const std::string ca_file = authority.directory.Path("current-ca.pem");
  std::filesystem::copy_file(authority.other_ca.cert_file, ca_file);
  const auto server =
      MakeCertificate(authority.directory, {"server", "IP:127.0.0.1", &authority.ca});
  Receiver receiver(ReadAll, ReceiverTls{server, ""});
  receiver.Listen();
  const auto sink = MakeSink(TlsConfig(receiver.port(), ca_file));
  TestBatch batch(0, 3);
  CHECK(PublishAndWait(*sink, batch.batch));
  std::filesystem::copy_file(authority.ca.cert_file, ca_file,
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_FALSE(PublishAndWait(*sink, batch.batch));
  CHECK(batch.Count(OutcomeKind::kDelivered) == 3);
}
