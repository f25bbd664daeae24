// SPDX-License-Identifier: Apache-2.0
// A few small requests to an endpoint, and what their answers say.
#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "adapters/system/system_clock.h"
#include "app/checks/ask.h"
#include "app/checks/checks.h"
#include "app/stream_settings.h"
#include "app/tenant_parts.h"
#include "core/answer/rate_headers.h"
#include "core/answer/verdict.h"
#include "core/dialect/discovery.h"
#include "core/dialect/page_target.h"
#include "core/event/page.h"
#include "core/identity/scim_walk.h"
#include "core/iterator/target.h"

namespace nsf {
namespace {

// Beyond it windows near the present are cut wrongly by whoever goes by his own clock.
constexpr std::chrono::seconds kMostSkew{30};

struct Endpoint {
  const TenantConfig& tenant;
  std::string subject;
  std::string path;
  std::string token;  // how it is referred to
  HttpClient& client;
  std::string index;  // of an iterator; empty: the endpoint is a list
};

// Of an index that nobody reads: what is asked with it takes no page from a stream.
constexpr std::string_view kCheckIndex = "netskope-forwarder-check";

std::optional<Page> PageOf(const HttpAnswer& answer) {
  if (answer.status != 200) return std::nullopt;
  return Page::Parse(answer.body);
}

Verdict JudgeAs(const Endpoint& endpoint, const HttpAnswer& answer) {
  const auto page = PageOf(answer);
  return Judge(answer, page ? &*page : nullptr,
               {endpoint.path, endpoint.token, 0, false, endpoint.index});
}

// One row of the last hour, by either of the two kinds of window. Of an iterator, what comes from
// now on.
HttpAnswer AskForARow(const Endpoint& endpoint, WallSeconds now) {
  if (!endpoint.index.empty()) {
    return Ask(endpoint.client,
               IteratorTarget(endpoint.path, endpoint.index, IteratorOperation::kEpoch, now));
  }
  const Window hour{now - std::chrono::hours(1), now};
  Dialect dialect;
  HttpAnswer answer = Ask(endpoint.client, PageTarget(endpoint.path, dialect, hour, 0, 1));
  if (answer.status != 400) return answer;
  dialect.window = WindowKind::kEvent;
  return Ask(endpoint.client, PageTarget(endpoint.path, dialect, hour, 0, 1));
}

void JudgeClock(const std::string& subject, const HttpAnswer& answer, Findings* findings) {
  const auto tenant = DateOf(answer);
  if (!tenant) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
  const auto skew = *tenant - now;
  if (std::chrono::abs(skew) <= kMostSkew) return;
  findings->push_back({Finding::Level::kWrong, subject,
                       fmt::format("this host's clock is {} s {}", std::chrono::abs(skew).count(),
                                   skew.count() > 0 ? "behind the tenant's" : "ahead of it"),
                       "events are walked by the tenant's clock, but logs, certificates and "
                       "`token_expires` go by this one",
                       "set it, and keep it with NTP"});
}

// Why there was no answer.
Finding NoAnswer(const Endpoint& endpoint, const HttpAnswer& answer) {
  const auto finding = [&](const std::string& what, const std::string& mend) {
    return Finding{Finding::Level::kWrong, endpoint.subject, what + ": " + answer.failure_text,
                   "no event can be read, and streams would ask again for ever", mend};
  };
  const std::string& url = endpoint.tenant.url;
  switch (answer.failure) {
    case HttpFailure::kSecret:
      return WrongAs(endpoint.subject, answer.failure_text, "no request is sent without a token");
    case HttpFailure::kResolve:
      return finding("the name in " + url + " is not found",
                     "check the tenant's url and this host's DNS; where only a proxy reaches the "
                     "internet, set `proxy`");
    case HttpFailure::kConnect:
      return finding("no connection to " + url,
                     "let this host reach it in the firewall (TCP 443), or set `proxy`");
    case HttpFailure::kTls:
      return finding("TLS with " + url + " fails",
                     "check the url and this host's clock; where a proxy looks into TLS, set "
                     "tls.ca_file to its authority, or have the tenant's name excepted");
    case HttpFailure::kTimeout:
      return finding("no answer within 30 s", "check the network, and the tenant's status page");
    default:
      return finding("the connection breaks", "check again; then the network and any proxy");
  }
}

Finding Forbidden(const Endpoint& endpoint, const Verdict& verdict) {
  // Only a SCIM token may list users.
  const bool is_scim = Ask(endpoint.client, std::string(kScimUsersPath) + "?count=1").status == 200;
  return {Finding::Level::kWrong, endpoint.subject, verdict.message,
          is_scim ? "it is a SCIM token: the tenant takes it for users and groups, not for events"
                  : "the token is known, but not granted this endpoint: its scope is missing",
          "under Settings > Tools > REST API v2 make a token with read access to " + endpoint.path +
              ", and put it into " + endpoint.token + "; no restart is needed"};
}

Finding Refused(const Endpoint& endpoint, const HttpAnswer& answer, const Verdict& verdict) {
  const auto wrong = [&](std::string why, std::string mend) {
    return Finding{Finding::Level::kWrong, endpoint.subject, verdict.message, std::move(why),
                   std::move(mend)};
  };
  if (answer.status == 401) {
    return wrong("no event can be read with it",
                 "under Settings > Tools > REST API v2 make a token with read access to " +
                     endpoint.path + ", and put it into " + endpoint.token +
                     "; no restart is needed");
  }
  if (answer.status == 403) return Forbidden(endpoint, verdict);
  if (verdict.reason == "redirect") {
    return wrong("this address is not the API's, and the token is sent nowhere else",
                 "set the tenant's url to its own address, like https://acme.goskope.com");
  }
  if (answer.status == 200) {
    return wrong("something else than the API answers, or it cannot serve this",
                 "check the url, and that no proxy or sign-in page stands in between");
  }
  if (answer.status >= 500) {
    return wrong("the tenant has a fault at the moment", "check again in some minutes");
  }
  return wrong("the API does not know this endpoint, or not how it is asked",
               "check the tenant's url, and pin tenants[].paging to what it honours");
}

// What the tenant honours, as a stream would find out at its start.
void CheckDialect(const Endpoint& endpoint, const DialectPins& pins, WallSeconds now,
                  Findings* findings) {
  const Dialect guess{pins.parameter.value_or(PageParameter::kOffset), WindowKind::kInsertion,
                      pins.order.value_or(ListOrder::kNeither), UINT32_MAX};
  Discovery discovery = Discovery::OfWindow(guess, pins, now);
  while (true) {
    const Probe& probe = discovery.probe();
    const HttpAnswer answer =
        Ask(endpoint.client,
            PageTarget(endpoint.path, probe.dialect, probe.window, probe.skip, probe.limit));
    const Verdict verdict = JudgeAs(endpoint, answer);
    if (verdict.action != Action::kAccept && verdict.action != Action::kBlocked) {
      findings->push_back({Finding::Level::kWarning, endpoint.subject,
                           "what it honours was not found out: " + verdict.message,
                           "it passes by itself, and a stream asks until it knows",
                           "check again in a minute"});
      return;
    }
    const auto page = PageOf(answer);
    const bool rows = page && !page->rows().empty();
    if (!discovery.Take(verdict.action == Action::kBlocked ? ProbeAnswer::kRefused
                        : rows                             ? ProbeAnswer::kRowsInside
                                                           : ProbeAnswer::kEmpty)) {
      continue;
    }
    if (discovery.dialect()) {
      findings->push_back({Finding::Level::kGood, endpoint.subject,
                           "the tenant honours: " + Describe(*discovery.dialect()), "", ""});
    } else {
      findings->push_back({Finding::Level::kWrong, endpoint.subject, discovery.why(),
                           "windows cannot be cut, and the stream would wait",
                           "set tenants[].paging (window, parameter) to what this tenant honours, "
                           "or leave it out"});
    }
    return;
  }
}

}  // namespace

bool CheckEndpoint(const TenantConfig& tenant, const std::string& event_type, HttpClient& client,
                   Findings* findings) {
  const EventSource source = EventSourceOf(tenant, event_type);
  const bool is_list = source.iterator_path.empty();
  const Endpoint endpoint{tenant,
                          "tenant " + tenant.name + ", " + event_type,
                          source.asked_path(),
                          TokenOf(tenant)->Reference(),
                          client,
                          std::string(is_list ? "" : kCheckIndex)};
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
  const HttpAnswer answer = AskForARow(endpoint, now);
  const Verdict verdict = JudgeAs(endpoint, answer);
  if (answer.failure != HttpFailure::kNone) {
    findings->push_back(NoAnswer(endpoint, answer));
  } else if (verdict.action == Action::kThrottled) {
    findings->push_back({Finding::Level::kWarning, endpoint.subject, "the tenant answers 429",
                         "its requests are used up at the moment, by whoever uses this token",
                         "check again in a minute; give this program a token of its own"});
  } else if (verdict.action != Action::kAccept) {
    findings->push_back(Refused(endpoint, answer, verdict));
  } else {
    findings->push_back({Finding::Level::kGood, endpoint.subject,
                         fmt::format("the token is taken and has the scope; answered in {} ms",
                                     answer.elapsed.count() / 1000),
                         "", ""});
    if (is_list) CheckDialect(endpoint, source.pins, now, findings);
  }
  JudgeClock(endpoint.subject, answer, findings);
  return answer.status != 403 && answer.status != 404;
}

}  // namespace nsf
