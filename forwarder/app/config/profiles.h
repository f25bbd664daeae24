// SPDX-License-Identifier: Apache-2.0
// Profiles of syslog sinks: several keys at once, as one kind of receiver wants them. What each is
// for, and the receiver's own configuration, stands in docs/SYSLOG.md.
#pragma once

#include <string>
#include <vector>

#include "app/config/setting.h"

namespace nsf {

// The values of the key `profile`, "none" first.
std::vector<std::string> SyslogProfileNames();

// Gives the keys that the file does not set the values of their sink's profile.
void ApplyProfiles(Setting& root);

}  // namespace nsf
