// SPDX-License-Identifier: Apache-2.0
// The step of a stream: what has completed in, what is to be started out.
#include "pipeline/stream/stream.h"

#include <algorithm>

#include "core/dialect/page_target.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

// Before the tenant's time is known a window is guessed around our own: only the answer's date
// matters.
constexpr std::chrono::hours kContactBack{1};

}  // namespace

Stream::Stream(const StreamSettings& settings, Budget& budget, Random& random)
    : settings_(settings),
      budget_(budget),
      random_(random),
      limit_(settings.page_size),
      builder_(settings_) {
  for (const SinkSpec& sink : settings_.sinks) snapshot_.sinks[sink.name];
}

Result<std::unique_ptr<Stream>> Stream::Create(const StreamSettings& settings,
                                               const std::vector<StateEntry>& entries,
                                               Budget& budget, Random& random) {
  std::unique_ptr<Stream> stream(new Stream(settings, budget, random));
  const std::string cursor_key = CursorKey(settings.tenant, settings.stream);
  for (const StateEntry& entry : entries) {
    const auto failed = [&entry](const Error& error) {
      return Error{error.kind, entry.key + ": " + error.message};
    };
    if (entry.key == cursor_key) {
      const auto cursor = DecodeCursor(entry.value);
      if (!cursor) return failed(cursor.error());
      stream->stored_ = *cursor;
      stream->snapshot_.delivered_until = cursor->delivered_until;
    } else if (const auto chunk = ChunkOfKey(settings.tenant, settings.stream, entry.key)) {
      const auto ids = DecodeChunk(entry.value);
      if (!ids) return failed(ids.error());
      stream->ledger_.Load(*chunk, *ids);
    }
  }
  return stream;
}

StepOutput Stream::Step(const Now& now, Completions completions) {
  StepOutput out;
  for (Settlement& settlement : completions.settlements) {
    OnSettlement(now, std::move(settlement), &out);
  }
  for (PageAnswer& answer : completions.answers) OnAnswer(now, std::move(answer.http), &out);
  Absorb(now);
  StartCommit(now, &out);
  Absorb(now);  // a batch that left made room
  StartRequest(now, &out);
  Refresh(now);
  return out;
}

void Stream::StartRequest(const Now& now, StepOutput* out) {
  if (requesting_ || page_ || draining_) return;
  if (now.monotonic < ask_at_) return Wake(ask_at_, out);
  const WallSeconds tenant_now = std::chrono::floor<std::chrono::seconds>(clock_.At(now));
  if (course_ && !course_->Begin(tenant_now, now.monotonic)) return Wake(course_->due(), out);
  if (const auto free = budget_.Attempt(now.monotonic)) return Wake(*free, out);

  requesting_ = true;
  if (course_) {
    const Walk& walk = course_->walk();
    out->requests.push_back({0, RequestFor(walk.plan().window, walk.skip(), limit_)});
  } else {
    out->requests.push_back(
        {0, RequestFor({tenant_now - kContactBack, tenant_now + settings_.windows.ahead}, 0, 1)});
  }
}

HttpRequest Stream::RequestFor(const Window& window, std::uint64_t skip,
                               std::uint32_t limit) const {
  HttpRequest request;
  request.target = PageTarget(settings_.path, settings_.dialect, window, skip, limit);
  request.timeout = settings_.timeout;
  request.max_body_bytes = settings_.max_page_bytes;
  return request;
}

void Stream::Refresh(const Now& now) {
  snapshot_.clock_skew = clock_.Skew(now);
  if (course_) snapshot_.first_window_start = course_->cursor().first_start;
}

}  // namespace nsf
