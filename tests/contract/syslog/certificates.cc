// SPDX-License-Identifier: Apache-2.0
// X.509 certificates with OpenSSL.
#include "contract/syslog/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace nsf::testing {
namespace {

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* object) const { kFree(object); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, Freer<X509, X509_free>>;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

void Check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL failed");
}

void Extend(X509* certificate, int nid, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  Check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

Directory::Directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "nsf-syslog-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Directory::Write(const std::string& name, const std::string& text) const {
  std::ofstream(Path(name), std::ios::binary) << text;
  return Path(name);
}

CertificateFiles MakeCertificate(const Directory& directory, const CertificateRequest& request) {
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const CertPtr certificate(X509_new());
  X509* const x = certificate.get();
  Check(key && x != nullptr && X509_set_version(x, 2) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(x),
                   static_cast<std::int32_t>(std::random_device()() >> 1));
  X509_gmtime_adj(X509_getm_notBefore(x), request.valid_from_days * 86'400L);
  X509_gmtime_adj(X509_getm_notAfter(x), request.valid_to_days * 86'400L);
  X509_set_pubkey(x, key.get());
  X509_NAME* const subject = X509_get_subject_name(x);
  std::vector<unsigned char> name(request.name.begin(), request.name.end());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name.data(),
                             static_cast<int>(name.size()), -1, 0);
  Extend(x, NID_basic_constraints, request.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!request.alternative_names.empty()) {
    Extend(x, NID_subject_alt_name, request.alternative_names);
  }
  KeyPtr issuer_key;
  if (request.issuer != nullptr) {
    const FilePtr cert_file(std::fopen(request.issuer->cert_file.c_str(), "r"));
    const FilePtr key_file(std::fopen(request.issuer->key_file.c_str(), "r"));
    const CertPtr issuer(PEM_read_X509(cert_file.get(), nullptr, nullptr, nullptr));
    issuer_key.reset(PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr));
    X509_set_issuer_name(x, X509_get_subject_name(issuer.get()));
  } else {
    X509_set_issuer_name(x, subject);
  }
  Check(X509_sign(x, issuer_key ? issuer_key.get() : key.get(), EVP_sha256()) > 0);

  CertificateFiles files{directory.Path(request.name + ".pem"),
                         directory.Path(request.name + ".key")};
  const FilePtr cert_file(std::fopen(files.cert_file.c_str(), "w"));
  const FilePtr key_file(std::fopen(files.key_file.c_str(), "w"));
  Check(PEM_write_X509(cert_file.get(), x) == 1);
  Check(PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
        1);
  return files;
}

}  // namespace nsf::testing
