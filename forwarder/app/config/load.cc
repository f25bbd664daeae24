// SPDX-License-Identifier: Apache-2.0
#include "app/config/load.h"

#include <utility>

#include "app/config/build.h"
#include "app/config/checks.h"
#include "app/config/expand.h"
#include "app/config/profiles.h"
#include "app/config/settings_reader.h"
#include "app/config/yaml_tree.h"

namespace nsf {
namespace {

// Ten thousand tenants fit; a file that is something else altogether is not looked at.
constexpr std::size_t kLargestFile = std::size_t{4} * 1024 * 1024;

std::optional<YamlNode> ReadTree(const std::string& file, const Surroundings& surroundings,
                                 Diagnostics& diagnostics) {
  const Result<std::string> text = surroundings.read_file(file);
  if (!text) {
    diagnostics.Error({}, "cannot be read (" + text.error().message +
                              "); name the file with -c FILE, `netskope-forwarder config example` "
                              "prints one to begin with");
    return std::nullopt;
  }
  if (text->size() > kLargestFile) {
    diagnostics.Error({}, "is larger than 4MiB; name a configuration file with -c FILE");
    return std::nullopt;
  }
  std::optional<YamlNode> root = ParseYaml(*text, diagnostics);
  if (root && root->kind == YamlNode::Kind::kNull && diagnostics.ok()) {
    diagnostics.Error({1, 1},
                      "the file is empty; begin with the output of `netskope-forwarder config "
                      "example`");
    return std::nullopt;
  }
  return root;
}

// They were read before, to be checked.
void ReadKeys(const Surroundings& surroundings, Config* config, Diagnostics* diagnostics) {
  for (TenantConfig& tenant : config->tenants) {
    if (tenant.key_file.empty()) continue;
    Result<std::string> key = surroundings.read_file(tenant.key_file);
    if (key) {
      tenant.redaction.key = Secret(Trimmed(*key));
    } else {
      diagnostics->Error({}, "key_file " + Quoted(tenant.key_file) + " cannot be read (" +
                                 key.error().message + "); let this user read it");
    }
  }
}

}  // namespace

LoadedConfig LoadConfig(const std::string& file, const Surroundings& surroundings) {
  LoadedConfig loaded{file, std::nullopt, {}, {}};
  const std::optional<YamlNode> root = ReadTree(file, surroundings, loaded.diagnostics);
  if (!root) return loaded;
  loaded.settings = ReadSettings(*root, surroundings, loaded.diagnostics);
  if (loaded.settings.children.empty()) return loaded;  // not a map: told
  ApplyProfiles(loaded.settings);
  CheckTenants(loaded.settings, surroundings, loaded.diagnostics);
  CheckSinks(loaded.settings, surroundings, loaded.diagnostics);
  auto classification = LoadClassification(loaded.settings, surroundings, loaded.diagnostics);
  if (!loaded.diagnostics.ok()) return loaded;
  loaded.config = BuildConfig(loaded.settings);
  loaded.config->file = file;
  loaded.config->classification = std::move(classification);
  ReadKeys(surroundings, &*loaded.config, &loaded.diagnostics);
  if (!loaded.diagnostics.ok()) loaded.config.reset();
  return loaded;
}

}  // namespace nsf
