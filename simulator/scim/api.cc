// SPDX-License-Identifier: Apache-2.0
// Routing, query parameters, and what answers look like.
#include "scim/api.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "tenant/page_query.h"

namespace nsf_simulator::scim {
namespace {

constexpr std::uint64_t kMostCount = 1000;

// What the URL asks for beside the resource.
struct Asked {
  Query query;
  std::vector<std::string> attributes;  // to show; empty: all
  std::vector<std::string> excluded;    // not to show
};

std::vector<std::string> SplitNames(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    std::string_view name = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), name.size() + 1));
    // "urn:…:User:name.givenName" is a part of `name`.
    if (!SameName(name, kEnterpriseSchema) && name.starts_with("urn:")) {
      const bool of_extension = name.starts_with(kEnterpriseSchema);
      name = of_extension ? kEnterpriseSchema : name.substr(name.rfind(':') + 1);
    }
    if (!name.starts_with("urn:")) name = name.substr(0, name.find('.'));
    names.emplace_back(name);
  }
  return names;
}

bool ReadNumber(std::string_view text, std::int64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

MaybeProblem ReadQuery(std::string_view text, Asked* asked) {
  for (const auto& [name, value] : ParseQueryString(text)) {
    std::int64_t number = 0;
    if (name == "startIndex" || name == "count") {
      if (!ReadNumber(value, &number)) return Problem{400, "invalidValue", name + " is no number"};
      // RFC 7644, 3.4.2.4: below the least value means the least.
      if (name == "startIndex") {
        asked->query.start_index = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 1));
      } else {
        asked->query.count =
            std::min(kMostCount, static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0)));
      }
    } else if (name == "filter") {
      asked->query.filter = ParseFilter(value);
      if (!asked->query.filter) {
        return Problem{400, "invalidFilter", "The filter is malformed, or not supported"};
      }
    } else if (name == "attributes") {
      asked->attributes = SplitNames(value);
    } else if (name == "excludedAttributes") {
      asked->excluded = SplitNames(value);
    }
  }
  return std::nullopt;
}

std::string Selected(std::string json, const Asked& asked) {
  if (asked.attributes.empty() && asked.excluded.empty()) return json;
  Document document;
  document.Parse(json.data(), json.size());
  const auto has = [](const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& other) { return SameName(other, name); });
  };
  std::vector<std::string> hidden;
  for (const auto& member : document.GetObject()) {
    const std::string name(View(member.name));
    if (name == "id" || name == "schemas") continue;  // returned: always
    const bool left_out = !asked.attributes.empty() && !has(asked.attributes, name);
    if (left_out || has(asked.excluded, name)) hidden.push_back(name);
  }
  for (const std::string& name : hidden) Drop(name, &document);
  return ToJson(document);
}

std::string BaseOf(const Request& request) {
  const std::string* host = FindHeader(request, "Host");
  return "http://" + (host == nullptr ? std::string("localhost") : *host) + std::string(kPrefix);
}

class Api {
 public:
  Api(const Request& request, const Settings& settings, Time now, Directory* directory,
      Answer* answer)
      : request_(request),
        settings_(settings),
        now_(now),
        directory_(*directory),
        answer_(*answer),
        base_(BaseOf(request)) {}

  void Run() {
    std::string_view target = std::string_view(request_.target).substr(kPrefix.size());
    const std::size_t question = std::min(target.find('?'), target.size());
    const std::string_view query = target.substr(std::min(question + 1, target.size()));
    target = target.substr(0, question);
    if (auto problem = ReadQuery(query, &asked_)) return Refuse(*problem);
    const std::size_t slash = target.find('/', 1);
    const std::string_view name = target.substr(0, slash);
    const std::string id(slash == std::string_view::npos ? "" : target.substr(slash + 1));
    if (name == "/Users") return Resources(Kind::kUser, id);
    if (name == "/Groups") return Resources(Kind::kGroup, id);
    if (name == "/ServiceProviderConfig") return Discovery(ServiceProviderConfigJson(base_));
    if (name == "/ResourceTypes") return Discovery(ResourceTypesJson(base_, id));
    if (name == "/Schemas") return Discovery(SchemasJson(base_, id));
    if (name == "/.search") return Refuse({501, "", "Searching is not supported"});
    if (name == "/Bulk") return Refuse({501, "", "Bulk operations are not supported"});
    Refuse({404, "", "There is nothing here"});
  }

 private:
  void Refuse(const Problem& problem) { RefuseScim(problem, &answer_); }

  void NotAllowed() { Refuse({405, "", "Method not allowed"}); }

  void Discovery(std::string json) {
    if (request_.method != "GET") return NotAllowed();
    if (json.empty()) return Refuse({404, "", "There is no such thing"});
    answer_.body = std::move(json);
  }

  void Resources(Kind kind, const std::string& id) {
    const std::string& method = request_.method;
    if (id.empty()) {
      if (method == "GET") return ShowList(kind);
      return method == "POST" ? Change(kind, id) : NotAllowed();
    }
    if (id == ".search") return Refuse({501, "", "Searching is not supported"});
    if (method == "GET") return Show(kind, id, 200);
    if (method == "PUT" || method == "PATCH") return Change(kind, id);
    if (method != "DELETE") return NotAllowed();
    if (auto problem = directory_.Delete(kind, id, now_)) return Refuse(*problem);
    answer_.status = 204;
    answer_.body.clear();
  }

  void Show(Kind kind, const std::string& id, int status) {
    auto json = directory_.Show(kind, id, base_, now_);
    if (!json) return Refuse({404, "", std::string(NameOf(kind)) + " not found"});
    answer_.status = status;
    if (status == 201) {
      answer_.headers.emplace_back("Location", base_ + std::string(EndpointOf(kind)) + '/' + id);
    }
    answer_.body = Selected(*std::move(json), asked_);
  }

  void ShowList(Kind kind) {
    const Listing listing = directory_.List(kind, asked_.query, now_);
    const std::uint64_t total = settings_.scim_claim != 0 ? settings_.scim_claim : listing.total;
    std::string& body = answer_.body;
    body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":)" +
           std::to_string(total) + R"(,"startIndex":)" + std::to_string(asked_.query.start_index) +
           R"(,"itemsPerPage":)" + std::to_string(listing.ids.size()) + R"(,"Resources":[)";
    for (const std::string& id : listing.ids) {
      if (body.back() != '[') body += ',';
      body += Selected(*directory_.Show(kind, id, base_, now_), asked_);
    }
    body += "]}";
    answer_.rows = listing.ids.size();
  }

  void Change(Kind kind, const std::string& id) {
    Document body;
    body.Parse<rapidjson::kParseIterativeFlag>(request_.body.data(), request_.body.size());
    if (body.HasParseError()) return Refuse({400, "invalidSyntax", "The body is not JSON"});
    const bool creates = id.empty();
    const auto outcome = creates                    ? directory_.Create(kind, body, now_)
                         : request_.method == "PUT" ? directory_.Replace(kind, id, body, now_)
                                                    : directory_.Patch(kind, id, body, now_);
    if (const auto* problem = std::get_if<Problem>(&outcome)) return Refuse(*problem);
    Show(kind, std::get<std::string>(outcome), creates ? 201 : 200);
  }

  const Request& request_;
  const Settings& settings_;
  const Time now_;
  Directory& directory_;
  Answer& answer_;
  const std::string base_;
  Asked asked_;
};

void SetType(Answer* answer) {
  for (auto& [name, value] : answer->headers) {
    if (name == "Content-Type") value = "application/scim+json;charset=utf-8";
  }
}

}  // namespace

void RefuseScim(const Problem& problem, Answer* answer) {
  answer->status = problem.status;
  answer->body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":")" +
                 std::to_string(problem.status) + '"';
  if (!problem.type.empty()) answer->body += R"(,"scimType":)" + QuotedJson(problem.type);
  answer->body += R"(,"detail":)" + QuotedJson(problem.detail) + '}';
}

void AnswerScim(const Request& request, const Settings& settings, Time now, Directory* directory,
                Answer* answer) {
  SetType(answer);
  Api(request, settings, now, directory, answer).Run();
}

// {"query":{"filter":{"and":[{"userName":{"eq":"…"}}]},"paging":{"offset":0,"limit":1}}}
void AnswerManagement(const Request& request, Time now, const Directory& directory,
                      Answer* answer) {
  const std::string_view target = request.target;
  const bool users = target == "/api/v2/users/getusers";
  Document body;
  body.Parse<rapidjson::kParseIterativeFlag>(request.body.data(), request.body.size());
  if (request.method != "POST" || body.HasParseError() ||
      (!users && target != "/api/v2/users/getgroups")) {
    answer->status = 400;
    answer->body = R"({"message":"Bad Request"})";
    return;
  }
  const Kind kind = users ? Kind::kUser : Kind::kGroup;
  Query query;
  static const Value kNone;
  const Value* asked = Find(static_cast<const Value&>(body), "query");
  const Value* paging = asked == nullptr ? nullptr : Find(*asked, "paging");
  if (paging != nullptr) {
    const auto number = [&](const char* name, std::uint64_t fallback) {
      const Value* value = Find(*paging, name);
      return value != nullptr && value->IsUint64() ? value->GetUint64() : fallback;
    };
    query.start_index = number("offset", 0) + 1;
    query.count = number("limit", 100);
  }
  const Value* filter = asked == nullptr ? nullptr : Find(*asked, "filter");
  const Value* all = filter == nullptr ? nullptr : Find(*filter, "and");
  if (all != nullptr && all->IsArray()) {
    query.filter.emplace();
    for (const Value& condition : all->GetArray()) {
      if (!condition.IsObject()) continue;
      for (const auto& member : condition.GetObject()) {
        query.filter->push_back({std::string(View(member.name)), TextAt(member.value, "eq")});
      }
    }
  }
  const Listing listing = directory.List(kind, query, now);
  answer->body = R"({"counts":)" + std::to_string(listing.total) + R"(,"data":[)";
  for (const std::string& id : listing.ids) {
    Document shown;
    const std::string json = *directory.Show(kind, id, "", now);
    shown.Parse(json.data(), json.size());
    if (answer->body.back() != '[') answer->body += ',';
    if (!users) {
      answer->body += R"({"id":)" + QuotedJson(id) + R"(,"scimId":)" + QuotedJson(id) +
                      R"(,"displayName":)" + QuotedJson(TextAt(shown, "displayName")) +
                      R"(,"provisioner":"scim","deleted":false})";
      continue;
    }
    std::string groups = "[";
    if (const Value* list = Find(static_cast<const Value&>(shown), "groups")) {
      for (const Value& group : list->GetArray()) {
        groups += (groups.size() > 1 ? "," : "") + QuotedJson(TextAt(group, "display"));
      }
    }
    const Value* name = Find(static_cast<const Value&>(shown), "name");
    const Value* active = Find(static_cast<const Value&>(shown), "active");
    const std::string user_name = TextAt(shown, "userName");
    answer->body +=
        R"({"id":)" + QuotedJson(id) + R"(,"givenName":)" +
        QuotedJson(name == nullptr ? "" : TextAt(*name, "givenName")) + R"(,"familyName":)" +
        QuotedJson(name == nullptr ? "" : TextAt(*name, "familyName")) + R"(,"emails":[)" +
        QuotedJson(user_name) + R"(],"accounts":[{"scimId":)" + QuotedJson(id) + R"(,"userName":)" +
        QuotedJson(user_name) + R"(,"active":)" +
        (active != nullptr && active->IsBool() && !active->GetBool() ? "false" : "true") +
        R"(,"deleted":false,"parentGroups":)" + groups + R"(],"provisioner":"scim"}]})";
  }
  answer->body += "]}";
}

}  // namespace nsf_simulator::scim
