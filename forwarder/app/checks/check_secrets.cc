// SPDX-License-Identifier: Apache-2.0
// Tokens: where they stand, who may read them, until when they are good, who shares them.
#include <fmt/core.h>
#include <sys/stat.h>

#include <chrono>
#include <map>
#include <utility>

#include "adapters/system/system_clock.h"
#include "app/checks/checks.h"
#include "app/tenant_parts.h"

namespace nsf {
namespace {

// Time enough to have a new one made.
constexpr std::chrono::hours kSoon{24 * 30};

bool OthersMayRead(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

void CheckPlace(const TenantConfig& tenant, const std::string& subject, Findings* findings) {
  if (!tenant.token_file.empty()) {
    if (!OthersMayRead(tenant.token_file)) return;
    findings->push_back({Finding::Level::kWarning, subject,
                         "every user of this host may read " + tenant.token_file,
                         "whoever has the token reads the tenant's audit log",
                         "chmod o= " + tenant.token_file + ", owned by this program's user"});
  } else if (tenant.token.reference.empty()) {
    findings->push_back({Finding::Level::kWarning, subject, "it stands in the configuration file",
                         "configuration files end up in repositories, tickets and backups",
                         "write it into a file of its own and name that by token_file"});
  }
}

void CheckScimPlace(const TenantConfig& tenant, Findings* findings) {
  const std::string& file = tenant.identities.token_file;
  if (file.empty() || !OthersMayRead(file)) return;
  findings->push_back({Finding::Level::kWarning, "tenant " + tenant.name + ", SCIM token",
                       "every user of this host may read " + file,
                       "whoever has the token creates and deletes the tenant's users",
                       "chmod o= " + file + ", owned by this program's user"});
}

void CheckExpiry(const TenantConfig& tenant, const std::string& subject, Findings* findings) {
  if (!tenant.token_expires) return;
  const auto left = *tenant.token_expires - SystemClock().Read().wall;
  const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
  const std::string mend =
      "make a new one under Settings > Tools > REST API v2, put it in the place of the old one (no "
      "restart is needed), and set token_expires anew";
  if (left <= left.zero()) {
    findings->push_back({Finding::Level::kWrong, subject, "it has expired, by token_expires",
                         "the tenant will refuse every request", mend});
  } else if (left <= kSoon) {
    findings->push_back({Finding::Level::kWarning, subject,
                         fmt::format("it expires in {} {}", days, days == 1 ? "day" : "days"),
                         "from then on the tenant refuses every request", mend});
  }
}

// The limit is the token's: two budgets for one of them promise twice what there is.
void CheckSharing(const Config& config, Findings* findings) {
  std::map<std::pair<std::string, std::string>, std::string> users;  // url and token → tenant
  for (const TenantConfig& tenant : config.tenants) {
    const auto token = TokenOf(tenant)->Read();
    if (!token) continue;  // its endpoints tell
    const auto [first, fresh] = users.try_emplace({tenant.url, token->Reveal()}, tenant.name);
    if (fresh) continue;
    findings->push_back(
        {Finding::Level::kWarning, "tenant " + tenant.name + ", token",
         "tenant " + first->second + " uses the same one at the same address",
         "its events are delivered twice, and both count on a limit they share",
         "remove one of the two, or give each its own token and half of rate_limit"});
  }
}

}  // namespace

void CheckSecrets(const Config& config, Findings* findings) {
  for (const TenantConfig& tenant : config.tenants) {
    const std::string subject = "tenant " + tenant.name + ", token";
    CheckPlace(tenant, subject, findings);
    CheckScimPlace(tenant, findings);
    CheckExpiry(tenant, subject, findings);
  }
  CheckSharing(config, findings);
}

}  // namespace nsf
