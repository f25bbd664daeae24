// SPDX-License-Identifier: Apache-2.0
// Pages.
#include "app/http_pages.h"

#include <vector>

#include "app/health.h"
#include "app/status/status_json.h"
#include "app/status/status_page.h"

namespace nsf {
namespace {

HttpReply Reply(const HealthAnswer& answer) {
  HttpReply reply;
  reply.status = answer.ok ? 200 : 503;
  reply.body = answer.text + '\n';
  return reply;
}

HttpReply Reply(const char* content_type, std::string body) {
  HttpReply reply;
  reply.content_type = content_type;
  reply.body = std::move(body);
  return reply;
}

std::vector<StreamReadiness> ReadinessOf(const std::vector<StreamView>& streams) {
  std::vector<StreamReadiness> all;
  for (const StreamView& view : streams) {
    const StreamSnapshot& snapshot = *view.snapshot;
    all.push_back({view.watched.tenant, view.watched.stream, snapshot.tried,
                   snapshot.blocked_reason, snapshot.waits_for == "state"});
  }
  return all;
}

}  // namespace

std::map<std::string, HttpHandler> HttpPages(const PageSources& sources) {
  const auto page = [](const HttpQuery&) {
    HttpReply reply = Reply("text/html; charset=utf-8", StatusPage());
    static const std::string policy = PolicyOf(StatusPage());
    reply.policy = policy;
    return reply;
  };
  const auto status = [sources](const HttpQuery&) {
    return Reply("application/json", StatusJson(sources.desk.Take()));
  };
  const auto metrics = [sources](const HttpQuery&) {
    return Reply(kMetricsContentType, sources.telemetry.Render());
  };
  const auto healthy = [sources](const HttpQuery&) {
    return Reply(LoopHealth(sources.last_step(), sources.clock.Read().monotonic));
  };
  const auto ready = [sources](const HttpQuery& query) {
    const auto tenant = query.find("tenant");
    return Reply(ReadyAnswer(ReadinessOf(sources.board.Streams(sources.clock.Read())),
                             sources.board.all_tried(),
                             tenant == query.end() ? std::string() : tenant->second));
  };
  return {{"/", page},
          {"/status.json", status},
          {"/metrics", metrics},
          {"/healthz", healthy},
          {"/readyz", ready}};
}

}  // namespace nsf
