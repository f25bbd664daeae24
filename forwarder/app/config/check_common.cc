// SPDX-License-Identifier: Apache-2.0
// Rules that tenants and sinks share.
#include <map>
#include <string>

#include "app/config/checks.h"

namespace nsf {
namespace {

// The content of a PEM file, or empty after telling what is wrong.
std::string ReadPem(const Setting& file, const Surroundings& surroundings,
                    Diagnostics& diagnostics) {
  if (!file.valid || file.text().empty()) return {};
  const Result<std::string> content = surroundings.read_file(file.text());
  if (!content) {
    diagnostics.Error(file.where, file.name + " " + Quoted(file.text()) + " cannot be read (" +
                                      content.error().message +
                                      "); correct the path, or let this user read the file");
    return {};
  }
  if (content->find("-----BEGIN ") == std::string::npos) {
    diagnostics.Error(file.where, file.name + " " + Quoted(file.text()) +
                                      " is not a PEM file; convert it, PEM begins with "
                                      "-----BEGIN");
    return {};
  }
  return *content;
}

}  // namespace

void CheckTls(const Setting& tls, const Surroundings& surroundings, Diagnostics& diagnostics) {
  const Setting& cert = tls.At("cert_file");
  const Setting& key = tls.At("key_file");
  ReadPem(tls.At("ca_file"), surroundings, diagnostics);
  ReadPem(cert, surroundings, diagnostics);
  if (ReadPem(key, surroundings, diagnostics).find("ENCRYPTED") != std::string::npos) {
    diagnostics.Error(key.where,
                      "key_file " + Quoted(key.text()) +
                          " is encrypted, and there is nobody to ask for its password; decrypt it "
                          "(openssl pkey) and let only this user read it");
  }
  if (cert.valid && key.valid && cert.text().empty() != key.text().empty()) {
    const Setting& given = cert.text().empty() ? key : cert;
    const Setting& missing = cert.text().empty() ? cert : key;
    diagnostics.Error(given.where, given.name + " is set without " + missing.name +
                                       "; set both for a client certificate, or neither");
  }
}

void CheckNamesDiffer(const Setting& entries, const char* what, Diagnostics& diagnostics) {
  std::map<std::string, int> first_lines;
  for (const Setting& entry : entries.items) {
    const Setting& name = entry.At("name");
    if (!name.valid || name.text().empty()) continue;
    const auto [first, is_new] = first_lines.emplace(name.text(), name.where.line);
    if (is_new) continue;
    diagnostics.Error(name.where, std::string("two ") + what + " are named " + Quoted(name.text()) +
                                      ", the first on line " + std::to_string(first->second) +
                                      "; give each a name of its own");
  }
}

}  // namespace nsf
