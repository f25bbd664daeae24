// SPDX-License-Identifier: Apache-2.0
// The verdict table.
#include "core/answer/verdict.h"

#include <algorithm>
#include <cctype>

#include "core/event/envelope.h"

namespace nsf {
namespace {

constexpr std::size_t kMostWords = 200;
constexpr std::size_t kMostParsed = std::size_t{64} * 1024;

std::string Quote(std::string_view body) {
  const std::string words = ServerWords(body);
  return words.empty() ? std::string() : ": \"" + words + '"';
}

std::string Where(const VerdictContext& context) {
  if (context.is_scim) {
    return "It needs a SCIM token (Settings > Security Cloud Platform > SCIM in the tenant's "
           "console), and single sign-on set up";
  }
  return "It needs a REST API v2 token with read access to " + std::string(context.path) +
         " (Settings > Tools > REST API v2 in the tenant's console)";
}

Verdict Unauthorized(const HttpAnswer& answer, const VerdictContext& context) {
  return {Action::kBlocked, "unauthorized",
          "401: the tenant does not accept the token of " + std::string(context.token) +
              Quote(answer.body) + ". It is wrong, expired or revoked. " + Where(context) +
              "; put it there, no restart is needed"};
}

Verdict Forbidden(const HttpAnswer& answer, const VerdictContext& context) {
  return {Action::kBlocked, "forbidden",
          "403: the tenant refuses the token of " + std::string(context.token) + " here" +
              Quote(answer.body) + ". " + Where(context) +
              (context.is_scim
                   ? ". A REST API v2 token, a tenant without single sign-on, an expired token or "
                   : ". A SCIM token (Settings > Security Cloud Platform > SCIM), a token without "
                     "the events scope, an expired token or ") +
              "an address that the tenant does not allow are answered the same way; mend it, no "
              "restart is needed"};
}

Verdict Conflict(const HttpAnswer& answer, const VerdictContext& context) {
  std::string message = "409" + Quote(answer.body);
  if (!context.index.empty()) {
    message += ": an earlier request is still at work, or somebody else asks with the index " +
               std::string(context.index) +
               " too, and takes pages that are missing here: give each consumer an index of its "
               "own (tenants[].iterator.index)";
  }
  return {Action::kRetry, "conflict", message + ": asking again"};
}

Verdict Refused(const HttpAnswer& answer, const VerdictContext& context) {
  if (!context.index.empty()) {
    return {Action::kBlocked, "refused",
            std::to_string(answer.status) + " for " + std::string(context.path) +
                Quote(answer.body) +
                ". Check the tenant's url, and whether it has an iterator for this event type; "
                "without one, read the list: tenants[].source: list"};
  }
  return {Action::kBlocked, "refused",
          std::to_string(answer.status) + " for " + std::string(context.path) + Quote(answer.body) +
              (context.is_scim ? ". Check the tenant's url, and whether SCIM is enabled there"
                               : ". Check the tenant's url and tenants[].paging (window, "
                                 "parameter)")};
}

Verdict Failure(const HttpAnswer& answer, const VerdictContext& context) {
  switch (answer.failure) {
    case HttpFailure::kSecret:
      return {
          Action::kBlocked, "secret",
          "cannot read the token of " + std::string(context.token) + ": " + answer.failure_text};
    case HttpFailure::kBodyTooLarge:
      return {Action::kShrinkPage, "too_large",
              "the page is larger than max_page_bytes: asking for fewer rows"};
    default:
      return {Action::kRetry, "transport", answer.failure_text};
  }
}

bool LooksLike(std::string_view message, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(message.begin(), message.end(), part.begin(), part.end(), same) !=
         message.end();
}

// An error inside a 200 is judged by its words: some name a fault that only an operator can mend.
Verdict RefusedInside(const Page& page, const HttpAnswer& answer, const VerdictContext& context) {
  if (LooksLike(page.message(), "rate limit")) {
    return {Action::kThrottled, "rate_limited", "the tenant limits the rate"};
  }
  for (const std::string_view sign :
       {"parameter", "limit", "offset", "authoriz", "token", "permission", "syntax error"}) {
    if (LooksLike(page.message(), sign)) return Refused(answer, context);
  }
  return {Action::kRetry, "error_page",
          "the tenant answered 200 with an error: \"" + page.message() + '"'};
}

Verdict Ok(const HttpAnswer& answer, const Page* page, const VerdictContext& context) {
  if (page == nullptr) return {Action::kRetry, "malformed", "the answer could not be read"};
  switch (page->status()) {
    case PageStatus::kRows:
      return {Action::kAccept, "rows", ""};
    case PageStatus::kNoList:
      // `null` is what some servers write for an empty list, and what others write when they fail:
      // it is believed when the total says too that there are no more rows.
      if (page->total() && *page->total() <= context.skip) return {Action::kAccept, "empty", ""};
      return RefusedInside(*page, answer, context);
    case PageStatus::kRefused:
      return RefusedInside(*page, answer, context);
    case PageStatus::kMalformed:
      return {Action::kRetry, "malformed", "the page cannot be parsed: " + page->message()};
  }
  return {};
}

}  // namespace

std::string ServerWords(std::string_view body) {
  std::string_view text = body;
  const Page page = Page::Parse(std::string(body.substr(0, kMostParsed)));
  const bool states = page.status() == PageStatus::kRefused || page.status() == PageStatus::kNoList;
  if (states && !page.message().empty()) text = page.message();
  return Printable(text, kMostWords);
}

Verdict Judge(const HttpAnswer& answer, const Page* page, const VerdictContext& context) {
  if (answer.failure != HttpFailure::kNone) return Failure(answer, context);
  switch (answer.status) {
    case 200:
      return Ok(answer, page, context);
    case 204:
      return {Action::kAccept, "empty", ""};
    case 401:
      return Unauthorized(answer, context);
    case 403:
      return Forbidden(answer, context);
    case 429:
      return {Action::kThrottled, "rate_limited", "429: the tenant limits the rate"};
    case 409:
      return Conflict(answer, context);
    case 408:
    case 425:
      return {Action::kRetry, "status",
              std::to_string(answer.status) + Quote(answer.body) + ": asking again"};
    default:
      break;
  }
  if (answer.status >= 300 && answer.status < 400) {
    return {Action::kBlocked, "redirect",
            std::to_string(answer.status) +
                ": the tenant redirects, and a token follows no redirect. Set the tenant's url to "
                "the address that it redirects to, if that is yours"};
  }
  if (answer.status >= 400 && answer.status < 500) return Refused(answer, context);
  return {Action::kRetry, "status",
          std::to_string(answer.status) + Quote(answer.body) + ": asking again"};
}

}  // namespace nsf
