// SPDX-License-Identifier: Apache-2.0
// Certificates made on the spot, good and bad ones, in a directory of their own.
#pragma once

#include <string>

namespace nsf::testing {

class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file and returns its path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

struct CertificateFiles {
  std::string cert_file;
  std::string key_file;
};

struct CertificateRequest {
  std::string name;                          // of the files and the subject
  std::string alternative_names;             // "DNS:localhost,IP:127.0.0.1"; may be empty
  const CertificateFiles* issuer = nullptr;  // null: self-signed
  bool is_ca = false;
  int valid_from_days = -1;
  int valid_to_days = 1;
};

CertificateFiles MakeCertificate(const Directory& directory, const CertificateRequest& request);

}  // namespace nsf::testing
