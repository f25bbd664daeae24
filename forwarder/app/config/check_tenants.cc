// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "app/config/checks.h"
#include "app/config/expand.h"
#include "app/config/nearest.h"
#include "app/config/parse_quantity.h"

namespace nsf {
namespace {

// HTTP header values (RFC 9110 §5.5) cannot hold control characters; a REST token has no spaces.
bool IsToken(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// ECS has the members of a type at netskope.TYPE, beside these.
bool IsTakenInEcs(const std::string& name) {
  return name == "forwarder" || name == "identity" || name == "other" || name == "row";
}

// What may stand before a query, and nothing that leads elsewhere.
bool IsApiPath(const std::string& text) {
  return text.starts_with("/api/") && text.find("..") == std::string::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '/' || c == '-' || c == '_' || c == '.';
         });
}

class TenantChecks {
 public:
  TenantChecks(const Setting& root, const Surroundings& surroundings, Diagnostics& diagnostics)
      : sinks_(root.At("sinks")), surroundings_(surroundings), diagnostics_(diagnostics) {
    for (const Setting& sink : sinks_.items) sink_names_.push_back(sink.At("name").text());
  }

  void Check(const Setting& tenant) {
    Token(tenant);
    Identities(tenant);
    References(tenant.At("sinks"));
    if (const Setting& events = tenant.At("events"); events.valid && events.items.empty()) {
      diagnostics_.Error(events.where, "events is empty; write [audit], or remove the key");
    } else {
      Events(events);
    }
    Iterator(tenant);
    CheckPrivacy(tenant, surroundings_, diagnostics_);
    CheckTls(tenant.At("tls"), surroundings_, diagnostics_);
    Budget(tenant);
    Revisits(tenant.At("paging").At("revisit"));
  }

  // Called after all tenants.
  void UnusedSinks() {
    if (all_used_) return;
    for (const Setting& sink : sinks_.items) {
      const Setting& name = sink.At("name");
      if (!name.valid || used_.contains(name.text())) continue;
      diagnostics_.Warning(name.where, "no tenant delivers to the sink " + Quoted(name.text()) +
                                           "; name it in a tenant's `sinks`, or remove it");
    }
  }

 private:
  void Token(const Setting& tenant) {
    const Setting& file = tenant.At("token_file");
    const Setting& token = tenant.At("token");
    if (!file.given && !token.given) {
      diagnostics_.Error(tenant.where,
                         "this tenant has no token; set token_file to a file that holds it, or "
                         "token to ${NETSKOPE_TOKEN}");
      return;
    }
    if (file.given && token.given) {
      diagnostics_.Error(token.where, "both token and token_file are set; remove one of them");
      return;
    }
    if (file.given) return TokenFile(file);
    if (!token.valid) return;
    if (!IsToken(token.secret().value.Reveal())) {
      diagnostics_.Error(token.where,
                         "token holds spaces or other characters that no token has; copy the "
                         "token again");
    }
    if (token.secret().reference.empty()) {
      diagnostics_.Warning(token.where,
                           "the token is written out in this file; keep it in token_file or write "
                           "${NETSKOPE_TOKEN}");
    }
  }

  // The token of users and groups is another kind: one file for both can hold only one of them.
  void Identities(const Setting& tenant) {
    const Setting& identities = tenant.At("identities");
    const Setting& file = identities.At("token_file");
    if (!file.given) {
      if (identities.given) {
        diagnostics_.Error(identities.where,
                           "identities has no token_file; write the path of the SCIM token's "
                           "file, or remove identities");
      }
      return;
    }
    if (!file.valid) return;
    TokenFile(file);
    if (tenant.At("token_file").given && tenant.At("token_file").text() == file.text()) {
      diagnostics_.Error(file.where,
                         "identities.token_file is the tenant's token_file; the tenant takes "
                         "another kind of token for users and groups: keep the SCIM token in a "
                         "file of its own");
    }
    Repetitions(identities.At("fields"));
  }

  void TokenFile(const Setting& file) {
    if (!file.valid) return;
    if (file.text().empty()) {
      diagnostics_.Error(file.where, "token_file is empty; write the path of the token's file");
      return;
    }
    const Result<std::string> content = surroundings_.read_file(file.text());
    if (!content) {
      diagnostics_.Error(file.where, "token_file " + Quoted(file.text()) + " cannot be read (" +
                                         content.error().message +
                                         "); write the token into it, or let this user read it");
    } else if (Trimmed(*content).empty()) {
      diagnostics_.Error(file.where, "token_file " + Quoted(file.text()) +
                                         " holds no token; write the token into it");
    } else if (!IsToken(Trimmed(*content))) {
      diagnostics_.Error(file.where, "token_file " + Quoted(file.text()) +
                                         " holds more than a token; write the token alone into it");
    }
  }

  void References(const Setting& references) {
    if (references.items.empty()) all_used_ = true;
    Repetitions(references);
    for (const Setting& reference : references.items) {
      used_.insert(reference.text());
      const bool known =
          std::find(sink_names_.begin(), sink_names_.end(), reference.text()) != sink_names_.end();
      if (known || !sinks_.valid) continue;
      diagnostics_.Error(reference.where,
                         "there is no sink " + Quoted(reference.text()) + "; " +
                             Suggestion(reference.text(), sink_names_, "the sinks are"));
    }
  }

  // A type that is named alone must be one whose place is known.
  void Events(const Setting& events) {
    std::set<std::string> seen;
    for (const Setting& entry : events.items) {
      const Setting& type = entry.At("type");
      const std::string& name = type.text();
      if (!seen.insert(name).second) {
        diagnostics_.Error(type.where, Quoted(name) + " is listed twice; remove one of the two");
      }
      if (IsTakenInEcs(name)) {
        diagnostics_.Error(type.where, "a type cannot be called " + Quoted(name) +
                                           ": the format ecs has something else at netskope." +
                                           name + "; write another name");
        continue;
      }
      const Setting& path = entry.At("path");
      if (path.given && path.valid && !IsApiPath(path.text())) {
        diagnostics_.Error(path.where, Quoted(path.text()) +
                                           " is no path of the API; write one as in "
                                           "/api/v2/events/datasearch/alert");
      }
      const std::vector<std::string>& known = events.key->values;
      if (path.given || std::find(known.begin(), known.end(), name) != known.end()) continue;
      diagnostics_.Error(type.where, "event type " + Quoted(name) + " is not known; " +
                                         Suggestion(name, known, "write one of") +
                                         " For another one write {type: " + name +
                                         ", path: /api/v2/events/…}");
    }
  }

  void Iterator(const Setting& tenant) {
    const Setting& iterator = tenant.At("iterator");
    const Setting& source = tenant.At("source");
    if (!iterator.given || !source.valid || source.text() == "iterator") return;
    diagnostics_.Warning(iterator.where,
                         "iterator does nothing here: the list is read; write source: iterator, "
                         "or remove it");
  }

  void Repetitions(const Setting& list) {
    std::set<std::string> seen;
    for (const Setting& item : list.items) {
      if (seen.insert(item.text()).second) continue;
      diagnostics_.Error(item.where,
                         Quoted(item.text()) + " is listed twice; remove one of the two");
    }
  }

  // A quiet stream costs at most two requests a poll (docs/DELIVERY.md): a budget below that never
  // catches up.
  void Budget(const Setting& tenant) {
    constexpr std::int64_t kRequestsPerPoll = 2;
    constexpr std::int64_t kMinute = 60'000;
    const Setting& rate = tenant.At("rate_limit");
    const Setting& interval = tenant.At("poll_interval");
    const auto streams = static_cast<std::int64_t>(tenant.At("events").items.size());
    const std::int64_t wanted = streams * kRequestsPerPoll * kMinute;
    if (!rate.valid || !interval.valid) return;
    const std::int64_t milliseconds = interval.duration().count();
    if (rate.number() * milliseconds >= wanted) return;
    const std::int64_t least = (wanted + rate.number() - 1) / rate.number();
    const Setting& where = rate.given ? rate : interval;
    diagnostics_.Error(
        where.where, "a poll every " + DurationText(interval.duration()) +
                         " costs up to two requests for each stream, more than rate_limit " +
                         ScalarText(*rate.key, rate.value) +
                         " allows; set poll_interval to at least " +
                         DurationText(std::chrono::milliseconds(least)) + ", or raise rate_limit");
  }

  void Revisits(const Setting& ages) {
    for (std::size_t i = 1; i < ages.items.size(); ++i) {
      const Setting& age = ages.items[i];
      const Setting& before = ages.items[i - 1];
      if (!age.valid || !before.valid || before.duration() < age.duration()) continue;
      diagnostics_.Error(age.where, "revisit is not ascending: " + DurationText(age.duration()) +
                                        " stands after " + DurationText(before.duration()) +
                                        "; write the ages from the youngest to the oldest");
    }
  }

  const Setting& sinks_;
  const Surroundings& surroundings_;
  Diagnostics& diagnostics_;
  std::vector<std::string> sink_names_;
  std::set<std::string> used_;
  bool all_used_ = false;  // a tenant names no sinks: it delivers to all
};

}  // namespace

void CheckTenants(const Setting& root, const Surroundings& surroundings, Diagnostics& diagnostics) {
  const Setting& tenants = root.At("tenants");
  CheckNamesDiffer(tenants, "tenants", diagnostics);
  TenantChecks checks(root, surroundings, diagnostics);
  for (const Setting& tenant : tenants.items) checks.Check(tenant);
  if (!tenants.items.empty()) checks.UnusedSinks();
}

}  // namespace nsf
