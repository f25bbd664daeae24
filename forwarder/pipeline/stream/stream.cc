// SPDX-License-Identifier: Apache-2.0
// The step of a stream: what has completed in, what is to be started out.
#include "pipeline/stream/stream.h"

#include <algorithm>

#include "core/answer/rate_headers.h"
#include "core/dialect/page_target.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

// Before the tenant's time is known a window is guessed around our own: only the answer's date
// matters.
constexpr std::chrono::hours kContactBack{1};
// A wait for a page that is worth asking for one more at a time.
constexpr std::chrono::milliseconds kWorthLookingAhead{50};

}  // namespace

Stream::Stream(const StreamSettings& settings, Budget& budget, Random& random)
    : settings_(settings),
      budget_(budget),
      random_(random),
      patience_(settings_, snapshot_, budget, random),
      closed_({settings.revisit}),
      limit_(settings.page_size),
      outbox_(settings_, snapshot_, random) {}

Result<std::unique_ptr<Stream>> Stream::Create(const StreamSettings& settings,
                                               const StateReader& state, Budget& budget,
                                               Random& random) {
  std::unique_ptr<Stream> stream(new Stream(settings, budget, random));
  if (auto restored = stream->Restore(state); !restored) return restored.error();
  return stream;
}

Result<void> Stream::Restore(const StateReader& state) {
  const std::string cursor_key = CursorKey(settings_.tenant, settings_.state_name());
  const auto cursors = state.Scan(cursor_key);
  if (!cursors) return cursors.error();
  for (const StateEntry& entry : *cursors) {
    const auto cursor = DecodeCursor(entry.value);
    if (!cursor) return Error{cursor.error().kind, entry.key + ": " + cursor.error().message};
    stored_ = *cursor;
  }
  // What is walked again begins with the dialect of its stream.
  for (const std::string_view name : {std::string_view(settings_.stream), settings_.state_name()}) {
    const auto dialects = state.Scan(DialectKey(settings_.tenant, name));
    if (!dialects) return dialects.error();
    for (const StateEntry& entry : *dialects) {
      const auto learned = DecodeDialect(entry.value);
      if (!learned) return Error{learned.error().kind, entry.key + ": " + learned.error().message};
      learned_ = *learned;
    }
  }
  const auto windows = state.Scan(WindowPrefix(settings_.tenant, settings_.state_name()));
  if (!windows) return windows.error();
  for (const StateEntry& entry : *windows) {
    const auto window = DecodeWindow(entry.value);
    if (!window) return Error{window.error().kind, entry.key + ": " + window.error().message};
    closed_.Load(*window);
  }
  // Ids are read when their seconds are walked.
  const auto keys = state.Keys(IdsPrefix(settings_.tenant, settings_.state_name()));
  if (!keys) return keys.error();
  for (const std::string& key : *keys) {
    const auto chunk = ChunkOfKey(settings_.tenant, settings_.state_name(), key);
    if (!chunk) {
      return Error{ErrorKind::kStop,
                   key +
                       ": the state is damaged or of another version; restore it from a backup, "
                       "or start with another state.path"};
    }
    ledger_.NoteStored(*chunk);
  }
  if (stored_) snapshot_.delivered_until = DeliveredUntil(*stored_, closed_);
  snapshot_.proven_until = closed_.proven_until();
  snapshot_.windows_incomplete = closed_.incomplete();
  snapshot_.days = ProofByDay();
  return {};
}

StepOutput Stream::Step(const Now& now, Completions completions) {
  StepOutput out;
  for (Settlement& settlement : completions.settlements) {
    OnSettlement(now, std::move(settlement), &out);
  }
  if (completions.loaded) OnLoaded(now, *std::move(completions.loaded), &out);
  for (PageAnswer& answer : completions.answers) {
    if (const auto date = DateOf(answer.http)) clock_.Observe(*date, now);
    page_bytes_ = std::max(page_bytes_, answer.http.body.size());
    answers_.push_back(std::move(answer));
  }
  Progress(now, &out);
  if (!draining_) outbox_.HandOver(now.monotonic, &out);
  StartRequests(now, &out);
  NoteIdle(now);
  Refresh(now);
  return out;
}

// Rows go into a batch, and the batch out; the rest waits for the next step, so that neither a
// batch nor what sinks report waits for a whole page. Parsed, a page takes half as much again as
// its bytes: one waits until all rows of the one before it are in batches.
void Stream::Progress(const Now& now, StepOutput* out) {
  while (true) {
    Absorb(now, out);
    if (StartCommit(now, out)) {
      out->goes_on = true;
      return;
    }
    if (page_ || answers_.empty()) return;
    PageAnswer next = std::move(answers_.front());
    answers_.pop_front();
    OnAnswer(now, std::move(next), out);
  }
}

WallSeconds Stream::TenantNow(const Now& now) const {
  return std::chrono::floor<std::chrono::seconds>(clock_.At(now));
}

void Stream::StartRequests(const Now& now, StepOutput* out) {
  if (draining_) return;
  while (MayAsk()) {
    if (now.monotonic < patience_.ask_at()) return Wake(patience_.ask_at(), out);
    if (!Ask(now, out)) return;
  }
}

bool Stream::MayAsk() const {
  if (!course_ || discovery_) return requests_ == 0 && !page_;
  if (requests_ >= settings_.concurrency) return false;
  if (!course_->walking()) return true;
  // What is here and waits means that the tenant is faster than the sinks. While rows are taken
  // from a page the next one may come; from a fast tenant, when the
  // one before is delivered and its memory free.
  const Walk& current = course_->current().walk;
  if (current.HasNext()) return false;
  const bool busy = page_ || !answers_.empty();
  if (busy && lookahead_ == 1 && !page_before_.expired()) return false;
  return !current.next_is_open() || course_->open_pages() < lookahead_;
}

bool Stream::Ask(const Now& now, StepOutput* out) {
  const WallSeconds tenant_now = TenantNow(now);
  if ((!learned_ || rediscover_) && !discovery_) DiscoverWindow(now);
  if (discovery_) return AskProbe(now, out);
  if (!course_) return AskForContact(now, tenant_now, out);
  const auto [walking, wake] = course_->Begin(tenant_now, now.monotonic);
  if (!walking) {
    Wake(wake, out);
    return false;
  }
  // A quarter of what may be asked for is kept for the rest of windows that are begun.
  const bool ahead = course_->open_pages() < std::max<std::size_t>(lookahead_ * 3 / 4, 1);
  const auto ask = course_->NextAsk(next_ticket_, std::min(limit_, learned_->dialect.page_limit),
                                    Limits(), ahead, tenant_now);
  if (!ask) return false;
  // A revisit lets new events of other streams go first, not those of its own stream wait for it.
  const bool can_wait = ask->is_revisit && !course_->IsPollDue(now.monotonic);
  if (const auto free = AttemptRequest(now, can_wait)) {
    course_->Fail(ask->page.ticket);
    Wake(*free, out);
    return false;
  }
  ++next_ticket_;
  ++requests_;
  out->requests.push_back({ask->page.ticket, RequestFor(learned_->dialect, ask->window,
                                                        ask->page.skip, ask->page.limit)});
  return true;
}

bool Stream::AskForContact(const Now& now, WallSeconds tenant_now, StepOutput* out) {
  if (const auto free = AttemptRequest(now)) {
    Wake(*free, out);
    return false;
  }
  ++requests_;
  const Window around{tenant_now - kContactBack, tenant_now + settings_.windows.ahead};
  out->requests.push_back({0, RequestFor(learned_->dialect, around, 0, 1)});
  return true;
}

std::optional<MonotonicTime> Stream::AttemptRequest(const Now& now, bool can_wait) {
  if (settings_.rewalk) return budget_.AttemptSpare(now.monotonic, this);
  return can_wait ? budget_.AttemptRevisit(now.monotonic, this)
                  : budget_.Attempt(now.monotonic, this);
}

bool Stream::ended() const {
  return settings_.rewalk && course_ && !course_->walking() &&
         course_->cursor().open >= settings_.rewalk->end && closed_.incomplete() == 0 &&
         commits_.empty() && builder_.empty();
}

void Stream::NoteIdle(const Now& now) {
  const bool has_page =
      page_ || (course_ && course_->walking() && course_->current().walk.HasNext());
  // As long as parts are on their way the sinks wait for nothing.
  if (has_page || requests_ == 0 || !commits_.empty()) {
    idle_since_.reset();
  } else if (!idle_since_) {
    idle_since_ = now.monotonic;
  }
}

void Stream::AdaptLookahead(const Now& now) {
  ++pages_in_time_;
  if (idle_since_ && now.monotonic - *idle_since_ >= kWorthLookingAhead) {
    lookahead_ = std::min(lookahead_ + 1, MostAhead());
    pages_in_time_ = 0;
  } else if (pages_in_time_ >= 2 * lookahead_) {
    // Pages asked for together come together: those after the first are no sign of haste.
    lookahead_ = std::max<std::size_t>(lookahead_ - 1, 1);
    pages_in_time_ = 0;
  }
}

std::size_t Stream::MostAhead() const {
  // Together they take no more than a single page may.
  const std::size_t fit = settings_.max_page_bytes / std::max<std::size_t>(page_bytes_, 1);
  return std::min(settings_.concurrency, std::max<std::size_t>(fit, 2));
}

WalkLimits Stream::Limits() const {
  WalkLimits limits;
  limits.clamp = clamp_;
  limits.totals_true = totals_are_false_ ? 0 : totals_true_;
  limits.totals_lie = totals_lie_;
  limits.totals_are_false = totals_are_false_;
  limits.one_page = learned_->dialect.parameter == PageParameter::kNeither;
  limits.largest = largest_page_;
  return limits;
}

HttpRequest Stream::RequestFor(const Dialect& dialect, const Window& window, std::uint64_t skip,
                               std::uint32_t limit) const {
  HttpRequest request;
  request.target = PageTarget(settings_.path, dialect, window, skip, limit);
  request.timeout = settings_.timeout;
  request.max_body_bytes = settings_.max_page_bytes;
  return request;
}

void Stream::Refresh(const Now& now) {
  snapshot_.clock_skew = clock_.Skew(now);
  if (course_) snapshot_.first_window_start = course_->cursor().first_start;
}

}  // namespace nsf
