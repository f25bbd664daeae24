// SPDX-License-Identifier: Apache-2.0
// Comparing configurations setting by setting, so that a key which comes to the table of keys is
// compared too.
#include "app/reload/config_change.h"

#include <algorithm>
#include <map>
#include <type_traits>
#include <variant>

#include "app/config/classification_file.h"
#include "app/config/setting.h"

namespace nsf {
namespace {

bool SameScalar(const Scalar& a, const Scalar& b) {
  const auto* secret_a = std::get_if<ConfiguredSecret>(&a);
  const auto* secret_b = std::get_if<ConfiguredSecret>(&b);
  if (secret_a != nullptr && secret_b != nullptr) {
    return secret_a->value.Reveal() == secret_b->value.Reveal() &&
           secret_a->reference == secret_b->reference;
  }
  if (a.index() != b.index() || secret_a != nullptr) return false;
  return std::visit(
      [&b]([[maybe_unused]] const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, ConfiguredSecret>) {
          return false;
        } else {
          return value == std::get<Value>(b);
        }
      },
      a);
}

// Where a value stands in the file, and whether it is a default, makes no difference.
bool Same(const Setting& a, const Setting& b) {
  const auto same = [](const Setting& x, const Setting& y) { return Same(x, y); };
  return a.key == b.key && a.name == b.name && SameScalar(a.value, b.value) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    same);
}

bool SameSection(const CheckedConfig& a, const CheckedConfig& b, const std::string& name) {
  return Same(a.settings.At(name), b.settings.At(name));
}

// Tenants or sinks, by name.
std::map<std::string, const Setting*> Entries(const Setting& settings, const std::string& list) {
  std::map<std::string, const Setting*> entries;
  for (const Setting& entry : settings.At(list).items) {
    entries[entry.At("name").text()] = &entry;
  }
  return entries;
}

NamesChanged Compare(const Setting& before, const Setting& after, const std::string& list) {
  NamesChanged names;
  const auto old_entries = Entries(before, list);
  const auto new_entries = Entries(after, list);
  for (const auto& [name, entry] : old_entries) {
    const auto found = new_entries.find(name);
    if (found == new_entries.end()) {
      names.removed.insert(name);
    } else if (!Same(*entry, *found->second)) {
      names.changed.insert(name);
    }
  }
  for (const auto& [name, entry] : new_entries) {
    if (!old_entries.contains(name)) names.added.insert(name);
  }
  return names;
}

const TenantConfig& TenantOf(const Config& config, const std::string& name) {
  return *std::find_if(config.tenants.begin(), config.tenants.end(),
                       [&name](const TenantConfig& tenant) { return tenant.name == name; });
}

Setting WithoutLogin(Setting setting) {
  const auto is_login = [](const Setting& one) {
    return one.name == "sasl.username" || one.name == "sasl.password";
  };
  for (std::vector<Setting>* list : {&setting.items, &setting.children}) {
    std::erase_if(*list, is_login);
    for (Setting& one : *list) one = WithoutLogin(std::move(one));
  }
  return setting;
}

// Nothing else of the sink did.
bool LoginChanged(const CheckedConfig& before, const CheckedConfig& after,
                  const std::string& sink) {
  return Same(WithoutLogin(*Entries(before.settings, "sinks").at(sink)),
              WithoutLogin(*Entries(after.settings, "sinks").at(sink)));
}

// What a tenant stands on besides its own keys: which sinks it goes to, in which formats, and the
// key that was read from its file.
bool StandsOnTheSame(const Config& before, const Config& after, const std::string& name) {
  const auto forms = [&name](const Config& config) {
    std::map<std::string, Format> formats;
    for (const std::string& sink : TenantOf(config, name).sinks) {
      formats[sink] =
          std::find_if(config.sinks.begin(), config.sinks.end(), [&sink](const SinkConfig& s) {
            return s.name == sink;
          })->format;
    }
    return formats;
  };
  return forms(before) == forms(after) && TenantOf(before, name).redaction.key.Reveal() ==
                                              TenantOf(after, name).redaction.key.Reveal();
}

}  // namespace

ConfigChange CompareConfigs(const CheckedConfig& before, const CheckedConfig& after) {
  ConfigChange change;
  change.tenants = Compare(before.settings, after.settings, "tenants");
  change.sinks = Compare(before.settings, after.settings, "sinks");
  const bool all = !SameSection(before, after, "batch") ||
                   !SameRules(*before.config.classification, *after.config.classification);
  for (const TenantConfig& tenant : after.config.tenants) {
    const bool stays = !change.tenants.added.contains(tenant.name);
    if (stays && (all || !StandsOnTheSame(before.config, after.config, tenant.name))) {
      change.tenants.changed.insert(tenant.name);
    }
  }
  for (const char* section : {"state", "dead_letter", "server", "log"}) {
    if (!SameSection(before, after, section)) change.fixed.emplace_back(section);
  }
  // Their connections are those of a sink.
  for (const auto& [lent, user] : {std::pair{before.config.dead_letter.sink, "dead letter"},
                                   std::pair{before.config.state.sink, "state"}}) {
    if (change.sinks.changed.contains(lent) && LoginChanged(before, after, lent)) {
      change.logins.insert(lent);
    } else if (change.sinks.changed.contains(lent) || change.sinks.removed.contains(lent)) {
      change.fixed.push_back("sinks (" + lent + ", which the " + user + " uses)");
    }
  }
  // It has no connection of its own.
  if (change.logins.contains(after.config.state.sink)) {
    change.sinks.changed.erase(after.config.state.sink);
  }
  return change;
}

}  // namespace nsf
