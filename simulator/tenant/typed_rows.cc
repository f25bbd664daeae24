// SPDX-License-Identifier: Apache-2.0
// Composes rows as the vendor's dictionary and public samples have them: identifiers of 64 bits,
// numbers as texts, texts for absent values, both families of addresses, members that come and go.
#include "tenant/typed_rows.h"

#include <algorithm>
#include <array>
#include <string>

#include "tenant/audit_vocabulary.h"

namespace nsf_simulator {
namespace {

constexpr std::array<std::string_view, 7> kNames{
    "alert", "application", "page", "network", "connection", "incident", "infrastructure"};

class Composer {
 public:
  Composer(const Settings& settings, Random* random, RowTemplate* row)
      : settings_(settings), random_(*random), row_(*row) {}

  std::vector<Field> Compose() {
    Common();
    const std::string_view type = settings_.event_type;
    if (type == "alert") Alert();
    if (type == "application") Application();
    if (type == "page") Page();
    if (type == "network") Network();
    if (type == "connection") Connection();
    if (type == "incident") Incident();
    if (type == "infrastructure") Infrastructure();
    return std::move(fields_);
  }

 private:
  void Text(std::string_view key, std::string_view content) {
    fields_.push_back({std::string(key), Quoted(content)});
  }
  void Plain(std::string_view key, std::string value) {
    fields_.push_back({std::string(key), std::move(value)});
  }
  template <std::size_t N>
  void Pick(std::string_view key, const std::array<std::string_view, N>& of) {
    Text(key, random_.Pick(of));
  }
  // What the tenant writes where there is nothing.
  bool Absent(std::string_view key) {
    constexpr std::array<std::string_view, 5> kNothing{R"("")", "null", R"("unknown")", R"("N/A")",
                                                       R"("null")"};
    if (!random_.Percent(6)) return false;
    if (random_.Percent(70)) Plain(key, std::string(random_.Pick(kNothing)));
    return true;
  }
  // Of 63 bits: far beyond what a double holds.
  void Id64(std::string_view key) {
    const std::string digits = std::to_string(random_.Next() >> 1U);
    Plain(key, random_.Percent(80) ? digits : Quoted(digits));
  }
  void Number(std::string_view key, std::uint64_t below) {
    const std::string digits = std::to_string(random_.Below(below));
    Plain(key, random_.Percent(92) ? digits : Quoted(digits));
  }
  std::string Address() {
    if (random_.Percent(10)) return "2001:db8::" + std::to_string(1 + random_.Below(9000));
    if (random_.Percent(2)) return "not an address";
    return "198.51.100." + std::to_string(random_.Below(256));
  }
  std::string Site() {
    constexpr std::array<std::string_view, 6> kSites{"drive.corp.example",    "mail.example",
                                                     "files.example.org",     "ads.test",
                                                     "intranet.corp.example", "git.example.net"};
    return std::string(random_.Pick(kSites));
  }
  std::string Hex(std::size_t digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    while (hex.size() < digits) hex += kDigits[random_.Below(16)];
    return hex;
  }

  void Common() {
    fields_.reserve(60);
    user_ = PickUser(&random_);
    row_.user = Decoded(user_);
    row_.id_shape = random_.Percent(80) ? IdShape::kHex24 : IdShape::kHex32;
    fields_.push_back({"_id", IdPlace(row_.id_shape), Slot::kId});
    fields_.push_back({"timestamp", TimePlace(settings_.time_unit), Slot::kTimestamp});
    if (settings_.show_insertion) {
      fields_.push_back(
          {"_insertion_epoch_timestamp", TimePlace(settings_.time_unit), Slot::kInsertion});
    }
    fields_.push_back(
        {"count", random_.Percent(94) ? "1" : std::to_string(2 + random_.Below(60)), Slot::kCount});
    Text("user", user_);
    Text("organization_unit", PickOrganizationUnit(&random_));
  }

  void Person() {
    if (random_.Percent(80)) Text("userkey", user_);
    if (random_.Percent(80)) Text("ur_normalized", user_);
    if (!Absent("userip")) Text("userip", Address());
  }

  void Device() {
    constexpr std::array<std::string_view, 4> kDevices{"Windows Device", "Mac Device", "iOS Device",
                                                       "Linux Device"};
    constexpr std::array<std::string_view, 6> kSystems{"Windows 11", "macOS",   "iOS",
                                                       "Linux",      "Android", "ChromeOS"};
    if (!Absent("device")) Pick("device", kDevices);
    if (!Absent("os")) Pick("os", kSystems);
    if (random_.Percent(70)) Text("os_version", std::to_string(10 + random_.Below(5)) + ".1");
    if (!Absent("hostname")) Text("hostname", "laptop-" + std::to_string(random_.Below(900)));
    if (random_.Percent(60)) Text("nsdeviceuid", Hex(32));
    if (random_.Percent(50)) Plain("managed_app", random_.Percent(50) ? R"("yes")" : "true");
  }

  void Ends() {
    constexpr std::array<std::string_view, 4> kCountries{"ES", "US", "DE", "JP"};
    if (!Absent("srcip")) Text("srcip", Address());
    if (random_.Percent(60)) Number("srcport", 65536);
    if (!Absent("dstip")) Text("dstip", Address());
    if (random_.Percent(90)) Number("dstport", random_.Percent(2) ? 99999 : 65536);
    if (random_.Percent(70)) Text("dsthost", Site());
    if (!Absent("src_country")) Pick("src_country", kCountries);
    if (!Absent("dst_country")) Pick("dst_country", kCountries);
    if (random_.Percent(50)) Text("src_location", "Málaga");
    if (random_.Percent(50)) Plain("src_latitude", "36.719444999999999999");
    if (random_.Percent(50)) Plain("src_longitude", "-4.42");
  }

  void App() {
    constexpr std::array<std::string_view, 5> kApps{"Example Drive", "Example Mail", "Chat & Co",
                                                    "Notes \\\"Pro\\\"", "Git|Hub=Example"};
    constexpr std::array<std::string_view, 4> kMethods{"Client", "API Connector", "Reverse Proxy",
                                                       "GRE"};
    constexpr std::array<std::string_view, 4> kCategories{"Cloud Storage", "Webmail",
                                                          "Collaboration", "n/a"};
    if (!Absent("app")) Pick("app", kApps);
    if (!Absent("appcategory")) Pick("appcategory", kCategories);
    Pick("access_method", kMethods);
    Plain("cci", random_.Percent(50) ? std::to_string(random_.Below(100)) : R"("")");
    if (random_.Percent(70)) Text("ccl", random_.Percent(50) ? "excellent" : "unknown");
    if (!Absent("site")) Text("site", Site());
    if (!Absent("url")) Text("url", Site() + "/a%20path?q=1&r=\\u00e9");
    if (random_.Percent(40)) Text("useragent", "Mozilla/5.0 (X11; Linux x86_64)");
    if (random_.Percent(60)) Text("browser", "Chrome");
    Id64("app_session_id");
    Id64("transaction_id");
    if (random_.Percent(60)) Id64("request_id");
    if (random_.Percent(60)) Id64("connection_id");
  }

  void Object() {
    constexpr std::array<std::string_view, 4> kTypes{"File", "Mail", "Folder", "Message"};
    if (!Absent("object")) Text("object", "Budget “2027”.xlsx");
    if (random_.Percent(80)) Pick("object_type", kTypes);
    if (random_.Percent(60)) Text("object_id", Hex(20));
    if (random_.Percent(60)) Plain("file_size", std::to_string(random_.Next() >> 20U));
    if (random_.Percent(60)) Text("file_type", "application/vnd.ms-excel");
    if (random_.Percent(50)) Text("md5", Hex(32));
    if (random_.Percent(30)) Text("local_sha256", Hex(64));
    if (random_.Percent(20)) Plain("dlp_match_info", R"([{"rule":"PII","count":3,"score":0.5}])");
  }

  void Policy() {
    constexpr std::array<std::string_view, 7> kActions{
        "allow", "block", "useralert", "quarantine", "bypass", "legalHold", "proceed (Cached)"};
    if (!Absent("policy")) Text("policy", PickPolicyName(&random_));
    if (random_.Percent(50)) Text("policy_id", Hex(32) + " 2026-11-01 10:00:00.123456");
    if (!Absent("action")) Pick("action", kActions);
  }

  void Activity() {
    constexpr std::array<std::string_view, 9> kActivities{
        "Upload", "Download",      "View",          "Edit",    "Delete",
        "Share",  "Login Attempt", "canvas_opened", "FormPost"};
    if (!Absent("activity")) Pick("activity", kActivities);
  }

  void Severity() {
    constexpr std::array<std::string_view, 6> kWords{"low",      "Medium", "high",
                                                     "critical", "info",   "unknown"};
    if (!Absent("severity")) Pick("severity", kWords);
    if (random_.Percent(40)) Number("severity_level", 5);
  }

  void Bytes() {
    Number("client_bytes", 1U << 30U);
    Number("server_bytes", 1U << 30U);
    Plain("numbytes", std::to_string(random_.Next() >> 12U));
  }

  void Span(std::string_view from, std::string_view to) {
    const std::uint64_t begin = 1'790'000'000 + random_.Below(1'000'000);
    Plain(from, std::to_string(begin));
    Plain(to, std::to_string(begin + random_.Below(600)));
  }

  void Alert() {
    constexpr std::array<std::string_view, 7> kAlerts{
        "policy", "DLP", "Malware", "malsite", "uba", "Compromised Credential", "watchlist"};
    Text("type", "nspolicy");
    Text("alert", "yes");
    if (!Absent("alert_name")) Text("alert_name", PickPolicyName(&random_));
    Pick("alert_type", kAlerts);
    if (random_.Percent(60)) Text("alert_id", Hex(32));
    if (random_.Percent(30)) Id64("dlp_incident_id");
    if (random_.Percent(20)) Text("malware_name", "EICAR|Test=1");
    if (random_.Percent(20)) Text("malware_id", Hex(32));
    Severity();
    Activity();
    Policy();
    Person();
    Device();
    Ends();
    App();
    Object();
  }

  void Application() {
    Text("type", "nspolicy");
    Activity();
    Severity();
    Policy();
    Person();
    Device();
    Ends();
    App();
    Object();
  }

  void Page() {
    constexpr std::array<std::string_view, 4> kMethods{"GET", "POST", "CONNECT", "PROPFIND"};
    Text("type", "page");
    if (random_.Percent(60)) Pick("method", kMethods);
    if (!Absent("page")) Text("page", Site());
    if (!Absent("domain")) Text("domain", Site());
    if (random_.Percent(30)) Text("referer", "https://" + Site() + "/");
    Number("http_transaction_count", 90);
    Number("page_duration", 900);
    if (random_.Percent(70)) Number("http_status", 600);
    Id64("browser_session_id");
    Span("page_starttime", "page_endtime");
    Bytes();
    Policy();
    Person();
    Device();
    Ends();
    App();
  }

  void Network() {
    constexpr std::array<std::string_view, 3> kProtocols{"TCP", "UDP", "ICMP"};
    Text("type", "network");
    if (!Absent("ip_protocol")) Pick("ip_protocol", kProtocols);
    Id64("network_session_id");
    Span("start_time", "end_time");
    Number("client_packets", 90'000);
    Number("server_packets", 90'000);
    Number("session_duration", 900);
    if (random_.Percent(50)) Text("publisher_name", "publisher-madrid-1");
    if (random_.Percent(50)) Text("tunnel_type", "NPA");
    Bytes();
    Policy();
    Person();
    Device();
    Ends();
  }

  void Connection() {
    Text("type", "connection");
    Id64("conn_id");
    Span("conn_starttime", "conn_endtime");
    Number("conn_duration", 900);
    if (!Absent("domain")) Text("domain", Site());
    Bytes();
    Policy();
    Person();
    Device();
    Ends();
    App();
  }

  void Incident() {
    constexpr std::array<std::string_view, 5> kStates{"new", "in_progress", "resolved", "closed",
                                                      "escalated"};
    Text("type", "incident");
    Id64("dlp_incident_id");
    Id64("dlp_parent_id");
    if (!Absent("title")) Text("title", "PII in a shared folder");
    if (!Absent("status")) Pick("status", kStates);
    if (random_.Percent(50)) Text("assignee", random_.Percent(50) ? "none" : "lee@corp.example");
    if (random_.Percent(60)) Text("acting_user", user_);
    if (random_.Percent(40)) Text("to_user", "partner@example.org");
    if (random_.Percent(60)) Text("dlp_rule", "Card number, 16 digits");
    Severity();
    Activity();
    Policy();
    Device();
    Ends();
    App();
    Object();
  }

  void Infrastructure() {
    constexpr std::array<std::string_view, 4> kAlarms{"Disk usage high", "Link down",
                                                      "Publisher disconnected", "CPU usage high"};
    Text("type", "infrastructure");
    if (!Absent("alarm_name")) Pick("alarm_name", kAlarms);
    if (!Absent("alarm_description")) Text("alarm_description", "above 90 % for 5 minutes");
    if (!Absent("device_name")) Text("device_name", "appliance-" + Hex(4));
    Plain("metric_value", "91.300000000000000017");
    Severity();
    Id64("alarm_id");
  }

  const Settings& settings_;
  Random& random_;
  RowTemplate& row_;
  std::vector<Field> fields_;
  std::string user_;  // as JSON content
};

}  // namespace

std::span<const std::string_view> TypedNames() { return kNames; }

bool IsTypedName(std::string_view name) {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::vector<Field> MakeTypedFields(const Settings& settings, Random* random, RowTemplate* row) {
  return Composer(settings, random, row).Compose();
}

}  // namespace nsf_simulator
