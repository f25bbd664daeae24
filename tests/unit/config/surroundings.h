// SPDX-License-Identifier: Apache-2.0
// The world that the configuration tests read: a few variables and files, none of them real.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "app/config/load.h"

namespace nsf::test {

struct World {
  std::map<std::string, std::string> variables{{"NETSKOPE_TOKEN", "t0ken"}, {"EMPTY", ""}};
  std::map<std::string, std::string> files{
      {"/run/secrets/acme", "t0ken\n"},
      {"/run/secrets/acme-scim", "sc1m\n"},
      {"/run/secrets/other", "0ther\n"},
      {"/run/secrets/empty", " \n"},
      {"/run/secrets/two-lines", "t0ken\n0ther\n"},
      {"/run/secrets/kafka", "hunter2\n"},
      {"/etc/netskope-forwarder/classification.yaml", "version: 1\n"},
      {"/etc/rules-broken.yaml", "version: 1\nrules:\n- {id: a, verb: creat, class: 3004}\n"},
      {"/run/secrets/hash-key", "0123456789abcdef0123456789abcdef\n"},
      {"/run/secrets/short-key", "0123456789abcde\n"},
      {"/etc/pki/ca.pem", "-----BEGIN CERTIFICATE-----\n"},
      {"/etc/pki/client.pem", "-----BEGIN CERTIFICATE-----\n"},
      {"/etc/pki/client.key", "-----BEGIN PRIVATE KEY-----\n"},
      {"/etc/pki/encrypted.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"},
      {"/etc/pki/not-pem", "\x30\x82"},
  };

  Surroundings surroundings() const {
    return {[this](const std::string& name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              if (found == variables.end()) return std::nullopt;
              return found->second;
            },
            [this](const std::string& path) -> Result<std::string> {
              const auto found = files.find(path);
              if (found != files.end()) return found->second;
              return Error{ErrorKind::kConfiguration, "No such file or directory"};
            }};
  }
};

// The text of a file of the repository.
inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Loads `text` as the file "config.yaml".
inline LoadedConfig Load(const std::string& text, World world = {}) {
  world.files["config.yaml"] = text;
  return LoadConfig("config.yaml", world.surroundings());
}

}  // namespace nsf::test
