// SPDX-License-Identifier: Apache-2.0
#include "app/config/profiles.h"

#include <algorithm>
#include <utility>

#include "app/config/scalar.h"

namespace nsf {
namespace {

struct Profile {
  const char* name;
  std::vector<std::pair<const char*, const char*>> values;  // key and value, as written in a file
};

const std::vector<Profile>& Profiles() {
  static const std::vector<Profile> kProfiles{
      {"none", {}},
      // A syslog-ng in a container; its default log-msg-size is 64 KiB.
      {"splunk-sc4s",
       {{"format", "ocsf"},
        {"header", "rfc5424"},
        {"framing", "octet"},
        {"max_message_bytes", "60000"}}},
      // Its default payload over TCP is 4096 bytes; the host name of the header is the log source.
      {"qradar",
       {{"format", "leef"},
        {"header", "rfc3164"},
        {"framing", "lf"},
        {"max_message_bytes", "4096"}}},
      // The relay before the agent: facility and severities are named in a data collection rule, so
      // the facility is one that nothing else uses; rsyslog's default message is 8 KiB.
      {"sentinel",
       {{"format", "cef"},
        {"header", "rfc3164"},
        {"framing", "lf"},
        {"facility", "20"},
        {"max_message_bytes", "8000"}}},
      {"rsyslog",
       {{"format", "ocsf"},
        {"header", "rfc5424"},
        {"framing", "octet"},
        {"max_message_bytes", "8000"}}},
      {"syslog-ng",
       {{"format", "ocsf"},
        {"header", "rfc5424"},
        {"framing", "octet"},
        {"max_message_bytes", "60000"}}},
  };
  return kProfiles;
}

void Apply(const Profile& profile, Setting& sink) {
  for (const auto& [key, value] : profile.values) {
    const auto child =
        std::find_if(sink.children.begin(), sink.children.end(),
                     [name = key](const Setting& setting) { return setting.name == name; });
    if (child == sink.children.end() || child->given) continue;
    // A test reads all of them.
    if (Result<Scalar> scalar = ParseScalar(*child->key, value)) child->value = *std::move(scalar);
  }
}

}  // namespace

std::vector<std::string> SyslogProfileNames() {
  std::vector<std::string> names;
  for (const Profile& profile : Profiles()) names.emplace_back(profile.name);
  return names;
}

void ApplyProfiles(Setting& root) {
  for (Setting& child : root.children) {
    if (child.name != "sinks") continue;
    for (Setting& sink : child.items) {
      if (sink.key->name != "syslog") continue;
      for (const Profile& profile : Profiles()) {
        if (sink.At("profile").text() == profile.name) Apply(profile, sink);
      }
    }
  }
}

}  // namespace nsf
