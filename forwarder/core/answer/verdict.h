// SPDX-License-Identifier: Apache-2.0
// What an answer of the tenant means: one table, so that no answer is ever taken for "no events" by
// accident. docs/DELIVERY.md shows it to users.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/event/page.h"
#include "ports/http_client.h"

namespace nsf {

enum class Action : std::uint8_t {
  kAccept,      // a page of rows, perhaps empty
  kThrottled,   // not an error but a delay: wait, then ask the same again
  kRetry,       // passing: back off, then ask the same again, for ever
  kShrinkPage,  // the page was too large: ask for half as many rows
  kBlocked,     // an operator must act: shout, probe slowly, keep the cursor
};

struct Verdict {
  Action action = Action::kRetry;
  // kBlocked: the label of stream_blocked: "unauthorized", "forbidden", "refused", "redirect",
  // "secret". Otherwise a word for the log.
  std::string_view reason;
  std::string message;  // for people: what happened, what to do; empty for kAccept
};

// What is judged against, and what messages need to know of the stream.
struct VerdictContext {
  std::string_view path;        // "/api/v2/events/data/audit"
  std::string_view token;       // how the token is referred to: "file /run/secrets/acme"
  std::uint64_t skip = 0;       // rows before those that were asked for
  bool is_scim = false;         // users and groups, which take another kind of token
  std::string_view index = {};  // of the iterator that was asked; empty: it was a list
};

// `page` is the parsed body when the status is 200, else ignored (may be null).
Verdict Judge(const HttpAnswer& answer, const Page* page, const VerdictContext& context);

// The server's own words in a body that is no page: the usual places of a JSON error, else the
// text. At most 200 characters of UTF-8, control characters replaced.
std::string ServerWords(std::string_view body);

}  // namespace nsf
