// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as far as a client of the API uses it: requests out of bytes, the head of an answer into
// bytes. No sockets.
#pragma once

#include <string>
#include <string_view>

#include "tenant/answer.h"

namespace nsf_simulator {

enum class ParseState { kNeedsMore, kComplete, kBroken };

struct ParsedRequest {
  ParseState state = ParseState::kNeedsMore;
  Request request;
  std::size_t bytes = 0;  // of the whole request; head and body
  bool keep_alive = true;
  std::string fault;  // why it is broken
};

// Reads the request at the front of `bytes`. Heads above 64 KiB and bodies above 1 MiB are broken.
ParsedRequest ParseRequest(std::string_view bytes);

bool AcceptsGzip(const Request& request);

// Whether the body goes out in chunks.
bool HasChunks(const Answer& answer);

std::string FormatHead(const Answer& answer, std::size_t content_length, bool keep_alive);

// The body in chunks (RFC 9112, 7.1), the last one included.
std::string Chunked(std::string_view body);

}  // namespace nsf_simulator
