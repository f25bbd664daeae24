// SPDX-License-Identifier: Apache-2.0
// Faults by name, with status, type and body where they have any. The words are the API's and its
// gateway's where those are known.
#include "tenant/fault_answers.h"

#include <algorithm>

namespace nsf_simulator {
namespace {

// What a fault does to a request that would get a page.
enum class Does { kNothing, kAnswersInstead, kSpoilsPage, kAnswersNothing };

struct Row {
  Fault fault;
  std::string_view name;
  Does does;
  int status = 0;
  std::string_view type = {};
  std::string_view body = {};
};

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kText = "text/plain; charset=utf-8";

// What a gateway in front of the tenant says.
constexpr std::string_view kErrorPage =
    "<!DOCTYPE html>\n<html><head><title>Error</title></head>\n"
    "<body><h1>An error occurred.</h1><p>Please try again later.</p></body></html>\n";
constexpr std::string_view kLoginPage =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n"
    "<body><form action=\"/login\" method=\"post\"><input name=\"user\"></form></body></html>\n";
constexpr std::string_view kUpstream =
    R"({"message":"An invalid response was received from the upstream server"})";

constexpr Row Instead(Fault fault, std::string_view name, int status, std::string_view type,
                      std::string_view body) {
  return {fault, name, Does::kAnswersInstead, status, type, body};
}

constexpr std::array<Row, kFaultCount> kRows{
    Row{Fault::kNone, "none", Does::kNothing},
    Instead(Fault::k302, "302", 302, kHtml, "<html>Moved</html>\n"),
    Instead(Fault::k400, "400", 400, kJson, R"({"message":"Bad Request"})"),
    Instead(Fault::k401, "401", 401, kJson, R"({"message":"Unauthorized"})"),
    Instead(Fault::k403, "403", 403, kJson, R"({"message":"You cannot consume this service"})"),
    Instead(Fault::k403Text, "403-text", 403, kText, "Forbidden: your address is not allowed\n"),
    Instead(Fault::k404, "404", 404, kJson, R"({"message":"no Route matched with those values"})"),
    Instead(Fault::k409, "409", 409, kJson, R"({"message":"Another request is in progress"})"),
    Instead(Fault::k429, "429", 429, kJson, R"({"message":"API rate limit exceeded"})"),
    Instead(Fault::k429Html, "429-html", 429, kHtml, kErrorPage),
    Instead(Fault::k500, "500", 500, kJson, R"({"message":"An unexpected error occurred"})"),
    Instead(Fault::k500Html, "500-html", 500, kHtml, kErrorPage),
    Instead(Fault::k502, "502", 502, kJson, kUpstream),
    Instead(Fault::k502Html, "502-html", 502, kHtml, kErrorPage),
    Instead(Fault::k503, "503", 503, kJson,
            R"({"message":"The upstream server is not available"})"),
    Instead(Fault::k503Html, "503-html", 503, kHtml, kErrorPage),
    Instead(Fault::k504, "504", 504, kJson, R"({"message":"The upstream server is timing out"})"),
    Instead(Fault::k504Html, "504-html", 504, kHtml, kErrorPage),
    Instead(Fault::kOkZero, "ok-zero", 200, kJson,
            R"({"ok":0,"message":"The query could not be run, try again"})"),
    Instead(Fault::kErrorText, "error-text", 200, kJson,
            R"({"ok":0,"error":"Internal error while reading events"})"),
    Instead(Fault::kErrorObject, "error-object", 200, kJson,
            R"({"ok":0,"error":{"code":5000,"message":"Internal error"},"result":null})"),
    Instead(Fault::kErrorMessage, "status-error", 200, kJson,
            R"({"status":"error","message":"Internal error while reading events"})"),
    Instead(Fault::kErrorList, "error-list", 200, kJson,
            R"({"status":"error","errorCode":"Internal Error","errors":["Try again later"]})"),
    Instead(Fault::kHtml, "html", 200, kHtml, kLoginPage),
    Instead(Fault::kEmptyBody, "empty-body", 200, kJson, ""),
    Instead(Fault::kNoContent, "204", 204, {}, ""),
    Instead(Fault::kResultNull, "result-null", 200, kJson, R"({"ok":1,"result":null})"),
    Instead(Fault::kResultObject, "result-object", 200, kJson, R"({"ok":1,"result":{}})"),
    Instead(Fault::kResultMissing, "result-missing", 200, kJson, R"({"ok":1})"),
    Instead(Fault::kEmptyList, "empty-list", 200, kJson, R"({"ok":1,"result":[]})"),
    Row{Fault::kTruncated, "truncated", Does::kSpoilsPage},
    Row{Fault::kCut, "cut", Does::kSpoilsPage},
    Row{Fault::kDrip, "drip", Does::kSpoilsPage},
    Row{Fault::kStall, "stall", Does::kSpoilsPage},
    Row{Fault::kBomb, "bomb", Does::kSpoilsPage},
    Row{Fault::kReset, "reset", Does::kAnswersNothing},
    Row{Fault::kHang, "hang", Does::kAnswersNothing},
};

// RowOf finds a fault by its place.
constexpr bool InOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].fault != static_cast<Fault>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

const Row& RowOf(Fault fault) { return kRows[static_cast<std::size_t>(fault)]; }

void SetType(std::string_view type, Headers* headers) {
  std::erase_if(*headers, [](const auto& header) { return header.first == "Content-Type"; });
  if (!type.empty()) headers->emplace_back("Content-Type", type);
}

}  // namespace

std::optional<Fault> FaultByName(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.fault;
  }
  return std::nullopt;
}

std::string_view FaultName(Fault fault) { return RowOf(fault).name; }

void Refuse(int status, std::string_view message, Answer* answer) {
  answer->status = status;
  answer->body.assign(R"({"message":")").append(message).append("\"}");
}

bool AnswersInstead(Fault fault, const Settings& settings, Answer* answer) {
  const Row& row = RowOf(fault);
  if (row.does == Does::kAnswersNothing) {
    answer->delivery = fault == Fault::kHang ? Delivery::kHang : Delivery::kReset;
    return true;
  }
  if (row.does != Does::kAnswersInstead) return false;
  answer->status = row.status;
  answer->body = row.body;
  SetType(row.type, &answer->headers);
  if (fault == Fault::k302) answer->headers.emplace_back("Location", "https://login.example/");
  const bool tells =
      settings.rate_headers != RateHeaders::kOff && settings.retry_after == RetryAfter::kSeconds;
  if (row.status == 429 && tells) answer->headers.emplace_back("Retry-After", "1");
  return true;
}

void SpoilPage(Fault fault, const Settings& settings, Answer* answer) {
  switch (fault) {
    case Fault::kTruncated:
      answer->body.resize(answer->body.size() / 2);
      answer->rows = 0;
      return;
    case Fault::kCut:
      answer->delivery = Delivery::kCut;
      return;
    case Fault::kDrip:
      answer->delivery = Delivery::kDrip;
      answer->drip = settings.drip_for;
      return;
    case Fault::kStall:
      answer->delay += settings.stall_for;
      return;
    case Fault::kBomb:
      answer->body.clear();
      answer->rows = 0;
      answer->inflates_to = settings.bomb_bytes;
      return;
    default:
      return;
  }
}

}  // namespace nsf_simulator
