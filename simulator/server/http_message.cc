// SPDX-License-Identifier: Apache-2.0
// Parses request heads strictly (RFC 9112): what is odd is refused, never guessed.
#include "server/http_message.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace nsf_simulator {
namespace {

constexpr std::size_t kMostHeadBytes = std::size_t{64} * 1024;
constexpr std::size_t kChunkBytes = std::size_t{16} * 1024;
constexpr int kNoContent = 204;
constexpr std::size_t kMostBodyBytes = std::size_t{1024} * 1024;

ParsedRequest Broken(std::string fault) {
  ParsedRequest parsed;
  parsed.state = ParseState::kBroken;
  parsed.fault = std::move(fault);
  return parsed;
}

bool IsTokenChar(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; });
}

std::string_view Trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool ContainsWord(std::string_view list, std::string_view word) {
  std::string lower(list);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower.find(word) != std::string::npos;
}

bool ReadRequestLine(std::string_view line, ParsedRequest* parsed) {
  const auto first = line.find(' ');
  const auto second = line.find(' ', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return false;
  const auto version = line.substr(second + 1);
  parsed->request.method = line.substr(0, first);
  parsed->request.target = line.substr(first + 1, second - first - 1);
  parsed->keep_alive = version == "HTTP/1.1";
  return IsToken(parsed->request.method) && parsed->request.target.starts_with('/') &&
         (version == "HTTP/1.1" || version == "HTTP/1.0");
}

bool ReadHeader(std::string_view line, Headers* headers) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) return false;
  headers->emplace_back(line.substr(0, colon), Trimmed(line.substr(colon + 1)));
  return true;
}

bool ReadContentLength(const Request& request, std::size_t* length) {
  *length = 0;
  const std::string* text = FindHeader(request, "Content-Length");
  if (text == nullptr) return true;
  const char* end = text->data() + text->size();
  const auto result = std::from_chars(text->data(), end, *length);
  return result.ec == std::errc() && result.ptr == end && *length <= kMostBodyBytes;
}

}  // namespace

ParsedRequest ParseRequest(std::string_view bytes) {
  const auto head_end = bytes.substr(0, kMostHeadBytes).find("\r\n\r\n");
  if (head_end == std::string_view::npos) {
    return bytes.size() >= kMostHeadBytes ? Broken("the head is too long") : ParsedRequest();
  }
  ParsedRequest parsed;
  std::string_view head = bytes.substr(0, head_end);
  for (bool first = true; !head.empty() || first; first = false) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    if (HasControl(line)) return Broken("there is a control character in the head");
    if (first && !ReadRequestLine(line, &parsed)) return Broken("the request line is malformed");
    if (!first && !ReadHeader(line, &parsed.request.headers))
      return Broken("a header is malformed");
  }
  if (FindHeader(parsed.request, "Transfer-Encoding") != nullptr) {
    return Broken("chunked requests are not taken");
  }
  std::size_t body = 0;
  if (!ReadContentLength(parsed.request, &body)) return Broken("the body is too long");
  const std::string* connection = FindHeader(parsed.request, "Connection");
  if (connection != nullptr && ContainsWord(*connection, "close")) parsed.keep_alive = false;
  parsed.bytes = head_end + 4 + body;
  if (bytes.size() >= parsed.bytes) {
    parsed.state = ParseState::kComplete;
    parsed.request.body = bytes.substr(head_end + 4, body);
  }
  return parsed;
}

bool AcceptsGzip(const Request& request) {
  const std::string* accepted = FindHeader(request, "Accept-Encoding");
  return accepted != nullptr && ContainsWord(*accepted, "gzip");
}

// A 204 has neither length nor chunks (RFC 9110, 8.6 and RFC 9112, 6.1).
bool HasChunks(const Answer& answer) { return answer.chunked && answer.status != kNoContent; }

std::string FormatHead(const Answer& answer, std::size_t content_length, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
  head.append(ReasonPhrase(answer.status)).append("\r\n");
  for (const auto& [name, value] : answer.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (HasChunks(answer)) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (answer.status != kNoContent) {
    head.append("Content-Length: ").append(std::to_string(content_length)).append("\r\n");
  }
  if (!keep_alive) head.append("Connection: close\r\n");
  return head.append("\r\n");
}

std::string Chunked(std::string_view body) {
  std::string out;
  out.reserve(body.size() + (body.size() / kChunkBytes + 2) * 10);
  while (!body.empty()) {
    const auto chunk = body.substr(0, kChunkBytes);
    body.remove_prefix(chunk.size());
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), chunk.size(), 16).ptr;
    out.append(size.data(), end).append("\r\n").append(chunk).append("\r\n");
  }
  return out.append("0\r\n\r\n");
}

}  // namespace nsf_simulator
