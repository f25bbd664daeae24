// SPDX-License-Identifier: Apache-2.0
// What several formats read out of an event alike: its time, who did it, to whom, why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/event/audit_event.h"
#include "core/format/text_buffer.h"

namespace nsf {

// The classes of OCSF that rules sort events into.
inline constexpr std::uint32_t kBaseEvent = 0;
inline constexpr std::uint32_t kAccountChange = 3001;
inline constexpr std::uint32_t kAuthentication = 3002;
inline constexpr std::uint32_t kEntityManagement = 3004;
inline constexpr std::uint32_t kUserAccess = 3005;
inline constexpr std::uint32_t kGroupManagement = 3006;
inline constexpr std::uint32_t kApiActivity = 6003;

// When an event happened, as far as its row says.
struct EventTime {
  std::int64_t seconds = 0;  // since the epoch
  // Empty: the event's own time. "insertion": when the tenant stored it. "none": `seconds` is 0.
  std::string_view source;
  bool is_exact = false;  // the row states nothing finer than `seconds`
  // `seconds` as the row has them: ten digits. Empty where it has them otherwise.
  std::string_view digits;
};

EventTime ReadEventTime(const AuditEvent& event);

// In milliseconds.
void AppendMilliseconds(const EventTime& time, TextBuffer* out);

// When the tenant stored the event, if the row says so plausibly.
std::optional<std::int64_t> ReadInsertion(const AuditEvent& event);

// Who did it; empty: the row names no one.
std::string_view ActorName(const AuditEvent& event);

// Whose account, rights or membership was changed; empty: no one's, or the row names no one. It is
// never the actor: who was changed must not be guessed.
std::string_view SubjectName(const AuditEvent& event);

// What was acted on, if that is no account: a policy's name, a privilege.
std::string_view ObjectName(const AuditEvent& event);

// Why it failed, where the supporting values say that they are a reason.
std::string_view FindReason(const AuditEvent& event);

// "2025-10-09T08:53:20Z", RFC 3339. `seconds` is of a year of four digits.
void AppendRfc3339(std::int64_t seconds, TextBuffer* out);

// `text` in lower case with a hyphen for each run of what is no letter and no digit, at most
// `limit` bytes of `text`: an action's name that needs no quotes anywhere. "unknown" if that is
// nothing.
void AppendSlug(std::string_view text, std::size_t limit, TextBuffer* out);

}  // namespace nsf
