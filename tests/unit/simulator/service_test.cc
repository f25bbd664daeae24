// SPDX-License-Identifier: Apache-2.0
// The stage hands around the tenant: ledger, token file, compression and the admin pages.
#include "server/service.h"

#include <rapidjson/document.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "server/gzip.h"
#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::seconds;

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "simulator.XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string File(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void WriteFile(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

Service MakeService(const char* settings) {
  return Service(MakeSettings(settings), kAnchor, std::make_unique<LedgerFile>(), std::nullopt);
}

Answer Ask(Service* service, const char* method, const std::string& target, Time now = kAnchor) {
  Request request = Get("");
  request.method = method;
  request.target = target;
  return service->Handle(request, now, {});
}

// The ledger's lines as id → event.
std::map<std::string, Event> ReadLedger(const std::string& path) {
  std::map<std::string, Event> events;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document row;
    row.Parse(line.c_str());
    REQUIRE_FALSE(row.HasParseError());
    const auto second = [&row](const char* name) {
      return std::chrono::sys_seconds(seconds(row[name].GetInt64()));
    };
    const auto visible = std::llround(row["visible"].GetDouble() * 1000);
    const bool fresh =
        events
            .emplace(row["id"].GetString(), Event{second("timestamp"), second("insertion"),
                                                  Time(std::chrono::milliseconds(visible))})
            .second;
    REQUIRE(fresh);
  }
  return events;
}

TEST_CASE("the ledger holds each event before an answer shows it") {
  const ScratchDirectory scratch;
  const std::string path = scratch.File("ledger");
  WriteFile(path, std::string(1'000'000, 'x') + "left from another run\n");
  auto ledger = std::make_unique<LedgerFile>();
  REQUIRE(ledger->Open(path));
  Service service(MakeSettings("events=500 live=20"), kAnchor, std::move(ledger), std::nullopt);
  CHECK(ReadLedger(path).size() == 500);
  service.Tick(kAnchor + seconds(10));
  CHECK(ReadLedger(path).size() == 700);

  const Time now = kAnchor + seconds(100);
  const Answer answer = service.Handle(Get(WholeWindow() + "&limit=5000"), now, {});
  const Page page = ParsePage(answer.body);
  const auto written = ReadLedger(path);
  CHECK(written.size() == 2500);
  REQUIRE(page.ids.size() == 2500);
  for (std::size_t i = 0; i < page.ids.size(); ++i) {
    const auto found = written.find(page.ids[i]);
    REQUIRE(found != written.end());
    REQUIRE(found->second.timestamp.time_since_epoch().count() == page.timestamps[i]);
    REQUIRE(found->second.visible <= now);
  }
}

// The ledger of a tenant with those settings, a minute after its start.
std::vector<rapidjson::Document> LedgerOf(const char* settings) {
  const ScratchDirectory scratch;
  const std::string path = scratch.File("ledger");
  auto ledger = std::make_unique<LedgerFile>();
  REQUIRE(ledger->Open(path));
  Service service(MakeSettings(settings), kAnchor, std::move(ledger), std::nullopt);
  service.Tick(kAnchor + seconds(60));
  std::vector<rapidjson::Document> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    lines.emplace_back().Parse(line.c_str());
    REQUIRE_FALSE(lines.back().HasParseError());
  }
  return lines;
}

TEST_CASE("the ledger counts events whose rows are equal to the byte") {
  const auto lines = LedgerOf("events=300 equal_percent=30 odd_rows=no-id:500");
  CHECK(lines.size() > 350);
  std::map<std::string, int> seen;
  int equal = 0;
  for (const auto& line : lines) {
    const std::string name = line["name"].GetString();
    const int count = line["count"].GetInt();
    REQUIRE(count == ++seen[name]);
    REQUIRE(line["id"].IsNull() == line.HasMember("odd"));
    if (!line["id"].IsNull()) REQUIRE((name == line["id"].GetString() && count == 1));
    equal += count > 1 ? 1 : 0;
  }
  CHECK(equal > 30);
}

TEST_CASE("the ledger tells once of a row that stands twice, and when a row changes or leaves") {
  CHECK(LedgerOf("events=300 repeated_percent=50").size() == 300);
  int changing = 0;
  for (const auto& line : LedgerOf("events=300 changed_percent=50 changed_after=30s")) {
    if (!line.HasMember("changes")) continue;
    ++changing;
    REQUIRE(line["changes"].GetDouble() == Approx(line["visible"].GetDouble() + 30).margin(0.001));
  }
  CHECK(changing > 100);
  const auto kept = LedgerOf("events=3000 span=2h retention=1h");
  CHECK(kept.size() > 1000);
  CHECK(kept.size() < 2000);
  for (const auto& line : kept) {
    REQUIRE(line["leaves"].GetDouble() == line["timestamp"].GetDouble() + 3601);
    REQUIRE(line["leaves"].GetDouble() > static_cast<double>(kStart));
  }
}

TEST_CASE("a row is in the list until it leaves, and not after") {
  Tenant tenant(MakeSettings("events=500 span=2h retention=1h"), kAnchor);
  tenant.Advance(kAnchor);
  const auto last = static_cast<EventNumber>(tenant.visible() - 1);
  const Time leaves = *tenant.LeavesAt(last);
  const auto shown = [&](Time now) {
    const std::string body = tenant.Handle(Get(WholeWindow() + "&limit=5000"), now).body;
    return body.find(tenant.NameOf(last)) != std::string::npos;
  };
  CHECK(shown(leaves - std::chrono::milliseconds(1)));
  CHECK_FALSE(shown(leaves));
}

TEST_CASE("a ledger that cannot be opened or written is known") {
  LedgerFile nowhere;
  CHECK_FALSE(nowhere.Open("/nonexistent/ledger"));
  auto full = std::make_unique<LedgerFile>();
  REQUIRE(full->Open("/dev/full"));
  Service service(MakeSettings("events=10"), kAnchor, std::move(full), std::nullopt);
  CHECK(service.ledger_broken());
}

TEST_CASE("the token file is followed") {
  const ScratchDirectory scratch;
  const std::string path = scratch.File("token");
  WriteFile(path, "  first\n");
  Service service(MakeSettings(""), kAnchor, std::make_unique<LedgerFile>(), TokenFile(path));
  const auto status_of = [&service](const char* token) {
    Request request = Get(WholeWindow());
    request.headers = {{"Netskope-Api-Token", token}};
    return service.Handle(request, kAnchor, {}).status;
  };
  CHECK(status_of("first") == 200);
  CHECK(status_of("simulator-rest-token") == 401);
  WriteFile(path, "second one\n");
  CHECK(status_of("first") == 401);
  CHECK(status_of("second one") == 200);
  std::filesystem::rename(path, path + ".gone");
  CHECK(status_of("second one") == 401);
  std::filesystem::rename(path + ".gone", path);
  CHECK(status_of("second one") == 200);
  WriteFile(path, "");
  CHECK(status_of("") == 401);
  CHECK(status_of("second one") == 401);
}

std::string Inflate(const std::string& packed) {
  std::string out(std::size_t{1} << 24U, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string in = packed;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_CASE("bodies are compressed for those who accept it, where it is switched on") {
  Request request = Get(WholeWindow() + "&limit=5000");
  Service plain = MakeService("events=3000");
  const std::string body = plain.Handle(request, kAnchor, {}).body;
  request.headers.emplace_back("Accept-Encoding", "gzip");
  CHECK(plain.Handle(request, kAnchor, {}).body == body);

  Service compressed = MakeService("events=3000 gzip=on");
  const Answer answer = compressed.Handle(request, kAnchor, {});
  CHECK(answer.headers.back() == std::pair<std::string, std::string>("Content-Encoding", "gzip"));
  CHECK(answer.body.size() < body.size() / 2);
  CHECK(Inflate(answer.body) == body);
  request.headers.pop_back();
  CHECK(compressed.Handle(request, kAnchor, {}).body == body);
  CHECK(Inflate(Gzip("")).empty());
}

TEST_CASE("a bomb is small, true gzip, and inflates to what was asked") {
  for (const std::uint64_t bytes : {1U << 20U, (8U << 20U) + 5}) {
    const std::string packed = GzipBomb(bytes);
    const std::string body = Inflate(packed);
    CHECK(packed.size() < body.size() / 200);
    CHECK(body.size() >= bytes);
    CHECK(body.size() < bytes + (2U << 20U));
    CHECK(ParsePage(body).ids.empty());
  }
  Service service = MakeService("events=5 faults=bomb:1000 bomb_bytes=1048576");
  const Answer answer = service.Handle(Get(WholeWindow()), kAnchor, {});
  CHECK(Header(answer, "Content-Encoding") == "gzip");
  CHECK(ParsePage(Inflate(answer.body)).ids.empty());
  CHECK(GzipBomb(std::uint64_t{1} << 30U).size() < 2'000'000);
}

TEST_CASE("faults are staged over HTTP") {
  struct Case {
    const char* method;
    const char* target;
    int status;
    int then;
  };
  const Case cases[] = {
      {"POST", "/_simulator/fault?mode=503", 200, 503},
      {"POST", "/_simulator/fault?mode=none", 200, 200},
      {"POST", "/_simulator/fault?mode=429&seconds=5", 200, 429},
      {"POST", "/_simulator/fault?seconds=5&mode=500", 200, 500},
      {"POST", "/_simulator/fault", 400, 200},
      {"POST", "/_simulator/fault?mode=418", 400, 200},
      {"POST", "/_simulator/fault?mode=503&seconds=0", 400, 200},
      {"POST", "/_simulator/fault?mode=503&seconds=x", 400, 200},
      {"POST", "/_simulator/fault?mode=503&other=1", 400, 200},
      {"GET", "/_simulator/fault?mode=503", 404, 200},
      {"GET", "/_simulator/", 404, 200},
      {"POST", "/_simulator/stats", 404, 200},
  };
  for (const Case& c : cases) {
    CAPTURE(c.method, c.target);
    Service service = MakeService("");
    CHECK(Ask(&service, c.method, c.target).status == c.status);
    CHECK(service.Handle(Get(WholeWindow()), kAnchor, {}).status == c.then);
  }
}

TEST_CASE("a hanging request is let go when the fault ends") {
  Service service = MakeService("");
  CHECK_FALSE(service.Hangs(kAnchor));
  Ask(&service, "POST", "/_simulator/fault?mode=hang&seconds=5");
  CHECK(service.Hangs(kAnchor + seconds(4)));
  CHECK_FALSE(service.Hangs(kAnchor + seconds(5)));
}

TEST_CASE("the statistics tell what was asked and served") {
  Service service = MakeService("events=30 rate_limit=2/min");
  for (int i = 0; i < 3; ++i) service.Handle(Get(WholeWindow()), kAnchor, {});
  Ask(&service, "GET", "/nowhere");
  Ask(&service, "POST", "/_simulator/fault?mode=cut");
  rapidjson::Document stats;
  stats.Parse(Ask(&service, "GET", "/_simulator/stats").body.c_str());
  REQUIRE_FALSE(stats.HasParseError());
  CHECK(stats["requests"].GetInt() == 4);
  CHECK(stats["status"]["200"].GetInt() == 2);
  CHECK(stats["status"]["429"].GetInt() == 1);
  CHECK(stats["status"]["404"].GetInt() == 1);
  CHECK(stats["rows"].GetInt() == 60);
  CHECK(stats["rate_limited"].GetInt() == 1);
  CHECK(stats["most_per_minute"].GetInt() == 3);
  CHECK(stats["events_visible"].GetInt() == 30);
  CHECK(stats["fault"].GetString() == std::string("cut"));
  CHECK(stats["faults"].ObjectEmpty());
  service.Handle(Get(WholeWindow()), kAnchor + seconds(60), {});
  stats.Parse(Ask(&service, "GET", "/_simulator/stats").body.c_str());
  CHECK(stats["faults"]["cut"].GetInt() == 1);
  CHECK(stats["cut"].GetInt() == 1);
}

}  // namespace
}  // namespace nsf_simulator
