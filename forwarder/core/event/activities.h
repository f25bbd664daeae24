// SPDX-License-Identifier: Apache-2.0
// The classes of OCSF 1.8.0 that an audit event can be, and their activities.
#pragma once

#include <cstdint>
#include <string_view>

namespace nsf {

// A rule may name it. Class 0, the base event, is for what no rule knows.
bool IsAuditClass(std::uint32_t class_uid);

// Its caption; empty: the class has no such activity. 99 is one of each: "Other".
std::string_view ActivityCaption(std::uint32_t class_uid, std::uint32_t activity_id);

}  // namespace nsf
