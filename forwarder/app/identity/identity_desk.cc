// SPDX-License-Identifier: Apache-2.0
// Driving refreshes.
#include "app/identity/identity_desk.h"

#include <algorithm>
#include <utility>

#include "app/tenant_parts.h"

namespace nsf {
namespace {

constexpr const char* kName = "identities";  // in the log, in the place of a stream

IdentitySettings SettingsOf(const TenantConfig& tenant, const SecretSource& token) {
  IdentitySettings settings;
  settings.tenant = tenant.name;
  settings.token_reference = token.Reference();
  settings.refresh = tenant.identities.refresh;
  settings.fields = tenant.identities.fields;
  settings.timeout = tenant.timeout;
  settings.max_page_bytes = tenant.max_page_bytes;
  return settings;
}

}  // namespace

IdentityDesk::IdentityDesk(Parts parts) : parts_(std::move(parts)), calls_(parts_.wake) {}

Result<void> IdentityDesk::Begin(const TenantConfig& tenant, CurlEngine& engine) {
  End(tenant.name);
  if (tenant.identities.token_file.empty()) return {};
  auto lane = std::make_shared<Lane>();
  lane->token = ScimTokenOf(tenant);
  lane->budget = std::make_unique<Budget>(
      BudgetSettings{tenant.identities.requests_per_minute, tenant.identities.burst});
  auto client = CurlClient::Create(engine, CurlSettingsOf(tenant), *lane->token);
  if (!client) {
    return Error{client.error().kind, "tenant " + tenant.name + ": " + client.error().message};
  }
  lane->client = std::move(client).value();
  auto refresh = IdentityRefresh::Create(SettingsOf(tenant, *lane->token), parts_.store,
                                         *lane->budget, parts_.random);
  if (!refresh) return refresh.error();
  lane->refresh = std::move(refresh).value();
  parts_.telemetry.Identities(tenant.name, lane->refresh->snapshot());
  parts_.status.NoteIdentities(tenant.name, lane->refresh->snapshot());
  lanes_[tenant.name] = std::move(lane);
  parts_.wake();
  return {};
}

void IdentityDesk::End(const std::string& tenant) {
  const auto found = lanes_.find(tenant);
  if (found == lanes_.end()) return;
  retired_.push_back(std::move(found->second));
  lanes_.erase(found);
  parts_.status.ForgetIdentities(tenant);
}

std::shared_ptr<const Directory> IdentityDesk::DirectoryOf(const std::string& tenant) const {
  const auto found = lanes_.find(tenant);
  return found == lanes_.end() ? nullptr : found->second->refresh->directory();
}

MonotonicTime IdentityDesk::Step(const Now& now) {
  if (lanes_.empty()) return MonotonicTime::max();
  calls_.RunAll();
  MonotonicTime next = MonotonicTime::max();
  for (const auto& [tenant, lane] : lanes_) {
    if (lane->completed || lane->wake_at <= now.monotonic) StepLane(lane, now);
    next = std::min(next, lane->wake_at);
  }
  return next;
}

void IdentityDesk::StepLane(const std::shared_ptr<Lane>& lane, const Now& now) {
  lane->completed = false;
  IdentityOutput out = lane->refresh->Step(now, std::exchange(lane->completions, {}));
  lane->wake_at = out.wake_at;
  const std::string& tenant = lane->refresh->settings().tenant;
  for (const Notice& notice : out.notices) {
    parts_.notices.Write(notice, tenant, kName, now.monotonic);
  }
  parts_.telemetry.Identities(tenant, lane->refresh->snapshot());
  parts_.status.NoteIdentities(tenant, lane->refresh->snapshot());
  if (!out.commit.empty()) {
    parts_.store.Commit(std::move(out.commit), [this, lane](Result<void> result) {
      calls_.Post([lane, result = std::move(result)] {
        lane->completions.committed = result;
        lane->completed = true;
      });
    });
  }
  if (out.request) {
    lane->client->Start(*std::move(out.request), [this, lane](HttpAnswer answer) {
      const auto kept = std::make_shared<HttpAnswer>(std::move(answer));
      calls_.Post([lane, kept] {
        lane->completions.answer = std::move(*kept);
        lane->completed = true;
      });
    });
  }
}

bool IdentityDesk::IsAwaiting(const Now& now) const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [&](const auto& lane) { return lane.second->refresh->IsAwaited(now); });
}

bool IdentityDesk::IsKeeping() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const auto& lane) { return lane.second->refresh->IsKeeping(); });
}

void IdentityDesk::Drain() {
  for (const auto& [tenant, lane] : lanes_) lane->refresh->Drain();
}

}  // namespace nsf
