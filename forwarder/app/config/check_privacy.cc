// SPDX-License-Identifier: Apache-2.0
// Filters and privacy: what would hold back or give away more than was meant.
#include <algorithm>
#include <string>

#include "app/config/checks.h"
#include "app/config/expand.h"
#include "core/privacy/privacy_settings.h"

namespace nsf {
namespace {

constexpr std::size_t kShortestKey = 16;

void CheckOwnCalls(const Setting& filter, Diagnostics& diagnostics) {
  const Setting& calls = filter.At("own_calls");
  const Setting& user = filter.At("own_user");
  if (!calls.valid || !user.valid) return;
  if (calls.text() == "keep" || !user.text().empty()) return;
  diagnostics.Error(calls.where,
                    "own_calls is " + calls.text() +
                        ", and own_user does not say whose calls are meant; set it to the user "
                        "whom the audit log shows for this token");
}

void CheckUsers(const Setting& users, Diagnostics& diagnostics) {
  for (const Setting& user : users.items) {
    const std::string& text = user.text();
    if (!text.empty() && std::count(text.begin(), text.end(), '*') <= 1) continue;
    diagnostics.Error(user.where, users.name + " " + Quoted(text) +
                                      " is no user; write a name, or a part of one with a single "
                                      "*, as in \"*@corp.example\"");
  }
}

void CheckMembers(const Setting& list, Diagnostics& diagnostics) {
  for (const Setting& member : list.items) {
    const std::string& name = member.text();
    if (!name.empty() && !IsNeededMember(name)) continue;
    diagnostics.Error(member.where,
                      list.name + " " + Quoted(name) +
                          " cannot be taken out, events are told apart and ordered by it; write "
                          "user, ip, or the name of another member");
  }
}

void CheckListedOnce(const Setting& hash, const Setting& redact, Diagnostics& diagnostics) {
  for (const Setting& member : redact.items) {
    const bool twice =
        std::any_of(hash.items.begin(), hash.items.end(),
                    [&member](const Setting& m) { return m.text() == member.text(); });
    if (!twice) continue;
    diagnostics.Error(member.where, Quoted(member.text()) +
                                        " is listed under hash and under redact; remove one of the "
                                        "two");
  }
}

void CheckKey(const Setting& privacy, const Surroundings& surroundings, Diagnostics& diagnostics) {
  const Setting& hash = privacy.At("hash");
  const Setting& file = privacy.At("key_file");
  if (!hash.valid || !file.valid) return;
  if (file.text().empty()) {
    if (hash.items.empty()) return;
    diagnostics.Error(hash.where,
                      "hash needs a key; set key_file to a file that holds one (openssl rand -hex "
                      "32 makes one)");
    return;
  }
  if (hash.items.empty()) {
    diagnostics.Error(file.where,
                      "key_file is set, and nothing is hashed; name what is to be "
                      "under hash, or remove key_file");
    return;
  }
  const Result<std::string> key = surroundings.read_file(file.text());
  if (!key) {
    diagnostics.Error(file.where, "key_file " + Quoted(file.text()) + " cannot be read (" +
                                      key.error().message +
                                      "); write a key into it, or let this user read it");
  } else if (Trimmed(*key).size() < kShortestKey) {
    diagnostics.Error(file.where, "key_file " + Quoted(file.text()) +
                                      " holds fewer than 16 bytes, which can be guessed; write the "
                                      "output of `openssl rand -hex 32` into it");
  }
}

}  // namespace

void CheckPrivacy(const Setting& tenant, const Surroundings& surroundings,
                  Diagnostics& diagnostics) {
  const Setting& filter = tenant.At("filter");
  CheckOwnCalls(filter, diagnostics);
  CheckUsers(filter.At("keep_users"), diagnostics);
  CheckUsers(filter.At("drop_users"), diagnostics);
  const Setting& privacy = tenant.At("privacy");
  CheckMembers(privacy.At("hash"), diagnostics);
  CheckMembers(privacy.At("redact"), diagnostics);
  CheckListedOnce(privacy.At("hash"), privacy.At("redact"), diagnostics);
  CheckKey(privacy, surroundings, diagnostics);
}

}  // namespace nsf
