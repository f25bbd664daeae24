// SPDX-License-Identifier: Apache-2.0
// Virtual time, and everything in it that can fail.
#include "simulation/world.h"

#include <algorithm>
#include <ostream>

#include "core/state/keys.h"
#include "tenant/tokens.h"

namespace nsf::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr MonotonicTime kBegin{std::chrono::hours(1'000)};
constexpr nsf_simulator::Time kRealBegin{seconds(1'760'000'000)};
constexpr milliseconds kSlowestStore{50};

}  // namespace

class World::SimClock : public nsf::Clock {
 public:
  explicit SimClock(const World& world) : world_(world) {}
  Now Read() const override { return world_.Clock(); }

 private:
  const World& world_;
};

class World::SimRandom : public Random {
 public:
  explicit SimRandom(Dice& dice) : dice_(dice) {}
  double Uniform() override { return std::uniform_real_distribution<>(0, 1)(dice_); }

 private:
  Dice& dice_;
};

class World::SimTelemetry : public Telemetry {
 public:
  void Stream(const std::string&, const std::string&, const StreamSnapshot&) override {}
  void Budget(const std::string&, const BudgetSnapshot&) override {}
  void RequestDuration(const std::string&, std::chrono::microseconds) override {}
  void EventDelay(const std::string&, milliseconds, std::size_t) override {}
  void EventLateness(const std::string&, milliseconds, std::size_t) override {}
  void Published(const std::string&, std::chrono::microseconds, std::string_view) override {}
  void Replayed(const std::string&, const std::string&, const std::string&, std::size_t) override {}
  void StateCommitted(std::chrono::microseconds, bool) override {}
};

// Acknowledges, refuses, stalls, fails half-way.
class World::SimSink : public Sink {
 public:
  SimSink(World& world, double fails, double rejects, bool is_dead_letter)
      : world_(world), fails_(fails), rejects_(rejects), is_dead_letter_(is_dead_letter) {}

  void Publish(SinkBatch& batch, Done done) override {
    const auto arrives = world_.time_ + world_.UpTo(world_.scenario_.slowest_publish);
    world_.At(arrives, [this, &batch, done = std::move(done)]() mutable {
      const bool fails = world_.faulty() && world_.Chance(fails_);
      const std::size_t until = fails ? world_.dice_() % (batch.records.size() + 1)
                                      : batch.records.size();
      for (std::size_t i = 0; i < until; ++i) Take(&batch, i, fails);
      const auto told = world_.time_ + world_.UpTo(milliseconds(20));
      world_.At(told, [fails, done = std::move(done)] {
        done(fails ? std::optional(Error{ErrorKind::kRetry, "the sink is away"}) : std::nullopt);
      });
    });
  }
  Guarantee guarantee() const override { return {}; }

 private:
  void Take(SinkBatch* batch, std::size_t i, bool fails) {
    OutcomeKind& outcome = batch->outcomes[i];
    if (outcome != OutcomeKind::kUndecided) return;
    const Record& record = batch->records[i];
    if (!is_dead_letter_ && std::hash<std::string_view>()(record.event_id) % 1'000 <
                                static_cast<std::size_t>(rejects_ * 1'000)) {
      outcome = OutcomeKind::kRejected;
      batch->rejections.push_back({i, "too_large", "of its kind"});
      return;
    }
    if (is_dead_letter_) {
      for (const SinkSpec& sink : world_.scenario_.stream.sinks) {
        // Its line names the sink that refused it.
        const std::string mark = "\"sink\":\"" + sink.name + '"';
        if (record.value.find(mark) != std::string_view::npos) {
          world_.oracle_.Arrived(sink.name, record);
        }
      }
    } else {
      world_.oracle_.Arrived(batch->sink, record);
      if (world_.traffic_ != nullptr) {
        *world_.traffic_ << (world_.time_ - kBegin) / milliseconds(1) << " at " << batch->sink
                         << ": " << record.event_id << '\n';
      }
    }
    // It arrived, and nobody knows.
    if (fails && world_.Chance(0.5)) return world_.oracle_.MayRepeat(1);
    outcome = OutcomeKind::kDelivered;
  }

  World& world_;
  double fails_, rejects_;
  bool is_dead_letter_;
};

// Loses what was not durable.
class World::SimStore : public StateStore {
 public:
  explicit SimStore(World& world) : world_(world) {}

  void Commit(std::vector<StateChange> changes, Done done) override {
    const auto written = world_.time_ + world_.UpTo(kSlowestStore);
    world_.At(written, [this, changes = std::move(changes), done = std::move(done)] {
      const bool fails = world_.faulty() && world_.Chance(world_.scenario_.store_fails);
      for (const StateChange& change : changes) {
        if (fails) break;
        if (change.value) {
          world_.durable_[change.key] = *change.value;
        } else {
          world_.durable_.erase(change.key);
        }
      }
      world_.At(world_.time_ + world_.UpTo(milliseconds(5)), [fails, done] {
        done(fails ? Result<void>(Error{ErrorKind::kRetry, "disk full"}) : Result<void>());
      });
    });
  }
  void Load(std::vector<std::string> prefixes, Loaded loaded) override {
    const auto at = world_.time_ + world_.UpTo(kSlowestStore);
    world_.At(at, [this, prefixes = std::move(prefixes), loaded = std::move(loaded)] {
      if (world_.faulty() && world_.Chance(world_.scenario_.load_fails)) {
        return loaded(Error{ErrorKind::kRetry, "busy"});
      }
      std::vector<StateEntry> all;
      for (const std::string& prefix : prefixes) {
        for (StateEntry& entry : Entries(prefix)) all.push_back(std::move(entry));
      }
      loaded(std::move(all));
    });
  }
  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    return Entries(prefix);
  }
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override {
    std::vector<std::string> keys;
    for (StateEntry& entry : Entries(prefix)) keys.push_back(std::move(entry.key));
    return keys;
  }

 private:
  std::vector<StateEntry> Entries(std::string_view prefix) const {
    std::vector<StateEntry> found;
    for (auto it = world_.durable_.lower_bound(std::string(prefix));
         it != world_.durable_.end() && it->first.starts_with(prefix); ++it) {
      found.push_back({it->first, it->second});
    }
    return found;
  }
  World& world_;
};

World::World(const Scenario& scenario, std::ostream* traffic)
    : scenario_(scenario),
      traffic_(traffic),
      dice_(scenario.seed ^ 0x9e3779b97f4a7c15U),
      tenant_(scenario.tenant, kRealBegin),
      oracle_(scenario, tenant_),
      time_(kBegin),
      clock_(std::make_unique<SimClock>(*this)),
      random_(std::make_unique<SimRandom>(dice_)),
      telemetry_(std::make_unique<SimTelemetry>()) {}

World::~World() = default;

void World::At(MonotonicTime at, std::function<void()> what) {
  events_.push({at, ++order_, life_, std::move(what)});
}

milliseconds World::UpTo(milliseconds most) {
  return milliseconds(std::uniform_int_distribution<std::int64_t>(1, most.count())(dice_));
}

bool World::Chance(double probability) {
  return probability > 0 && std::uniform_real_distribution<>(0, 1)(dice_) < probability;
}

bool World::faulty() const { return time_ - kBegin < scenario_.faults_end; }

nsf_simulator::Time World::Real() const {
  return kRealBegin + std::chrono::floor<milliseconds>(time_ - kBegin);
}

Now World::Clock() const {
  const bool jumped = time_ - kBegin > scenario_.faults_end / 2;
  return {Real() + (jumped ? scenario_.clock_jump : milliseconds(0)), time_};
}

void World::Start() {
  sinks_.clear();
  std::map<std::string, Sink*> by_name;
  for (const SinkSpec& sink : scenario_.stream.sinks) {
    sinks_.push_back(std::make_unique<SimSink>(*this, scenario_.publish_fails,
                                               scenario_.records_rejected, false));
    by_name[sink.name] = sinks_.back().get();
  }
  dead_letter_ = std::make_unique<SimSink>(*this, scenario_.dead_letter_fails, 0, true);
  store_ = std::make_unique<SimStore>(*this);
  destination_ = std::make_unique<InOrderDestination>(by_name, *dead_letter_, *store_, *telemetry_,
                                                      *clock_);
  budget_ = std::make_unique<Budget>(BudgetSettings{scenario_.per_minute, scenario_.per_second});
  auto stream = Stream::Create(scenario_.stream, *store_, *budget_, *random_);
  if (!stream) return oracle_.Fail("does not start: " + stream.error().message);
  stream_ = std::move(stream).value();
  At(time_, [this] { Step({}); });
}

void World::Crash() {
  ++life_;
  oracle_.MayRepeat(scenario_.stream.batch.events * scenario_.stream.sinks.size());
  requests_ = in_flight_ = 0;
  stream_.reset();
  destination_.reset();
  if (traffic_ != nullptr) *traffic_ << (time_ - kBegin) / milliseconds(1) << " crash\n";
  // A crash counts as the life before it: what comes next is of the new one.
  At(time_ + UpTo(seconds(20)), [this] { Start(); });
}

std::vector<std::string> World::Run() {
  Start();
  const MonotonicTime end = kBegin + scenario_.end;
  while (!events_.empty() && events_.top().at <= end && oracle_.failures().empty()) {
    const Event event = events_.top();
    events_.pop();
    if (event.life != life_) continue;
    time_ = std::max(time_, event.at);
    if (stream_ && faulty() && Chance(scenario_.crash_chance)) {
      Crash();
      continue;
    }
    event.what();
  }
  time_ = end;
  tenant_.Advance(Real());
  if (!oracle_.failures().empty()) return oracle_.failures();
  if (!stream_) {
    oracle_.Fail("it is not running at the end");
  } else if (!stream_->snapshot().caught_up || stream_->snapshot().pending > 0) {
    oracle_.Fail("it has not caught up: " + stream_->snapshot().last_error);
  }
  CheckRecords();
  const auto end_of_tenant = std::chrono::floor<seconds>(tenant_.Clock(Real()));
  oracle_.CheckAll(WalkedBy(), end_of_tenant);
  return oracle_.failures();
}

void World::Step(Completions completions) {
  ++steps_;
  StepOutput out = stream_->Step(Clock(), std::move(completions));
  oracle_.CheckIdentity(stream_->snapshot());
  if (out.wake_at <= time_) oracle_.Fail("it asks to be woken in the past");
  for (const Notice& notice : out.notices) {
    if (traffic_ == nullptr) break;
    *traffic_ << (time_ - kBegin) / milliseconds(1) << " says: " << notice.text << '\n';
  }
  for (PageRequest& request : out.requests) Ask(std::move(request));
  if (requests_ > scenario_.stream.concurrency) oracle_.Fail("too many requests under way");
  for (std::unique_ptr<Batch>& batch : out.commits) {
    const std::size_t records = batch->sinks.front().records.size() * batch->sinks.size();
    in_flight_ += records;
    destination_->Commit(std::move(batch), [this, records](Settlement settlement) {
      in_flight_ -= records;
      At(time_, [this, settled = std::make_shared<Settlement>(std::move(settlement))] {
        Completions done;
        done.settlements.push_back(std::move(*settled));
        Step(std::move(done));
      });
    });
  }
  if (in_flight_ > scenario_.stream.batch.events * scenario_.stream.sinks.size()) {
    oracle_.Fail("more is under way than a batch");
  }
  if (!out.load.empty()) {
    store_->Load(std::move(out.load), [this](Result<std::vector<StateEntry>> loaded) {
      Completions done;
      done.loaded = std::move(loaded);
      Step(std::move(done));
    });
  }
  if (out.wake_at != MonotonicTime::max()) {
    At(out.wake_at, [this] { Step({}); });
  }
  if (time_ >= check_at_) {
    check_at_ = time_ + seconds(60);
    CheckNow();
  }
}

void World::Ask(PageRequest request) {
  ++requests_;
  const auto heard = time_ + UpTo(scenario_.slowest_answer);
  At(heard, [this, request = std::move(request)] {
    const HttpAnswer answer = Answer(request.http);
    const bool hangs = answer.failure == HttpFailure::kTimeout;
    const auto back = hangs ? request.http.timeout : UpTo(scenario_.slowest_answer);
    At(time_ + back, [this, ticket = request.ticket, answer] {
      --requests_;
      Completions done;
      done.answers.push_back({ticket, answer});
      Step(std::move(done));
    });
  });
}

HttpAnswer World::Answer(const HttpRequest& request) {
  for (const auto& [fault, permille] : scenario_.faults) {
    if (faulty() && Chance(permille * 0.001)) tenant_.Stage(fault, Real() + milliseconds(1));
  }
  nsf_simulator::Request asked{
      "GET", request.target,
      {{"Netskope-Api-Token", std::string(nsf_simulator::kDefaultRestToken)}}};
  nsf_simulator::Answer told = tenant_.Handle(asked, Real());
  HttpAnswer answer;
  answer.status = told.status;
  for (auto& [name, value] : told.headers) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers.emplace_back(std::move(name), std::move(value));
  }
  answer.body = std::move(told.body);
  switch (told.delivery) {
    case nsf_simulator::Delivery::kWhole:
    case nsf_simulator::Delivery::kDrip:
      break;
    case nsf_simulator::Delivery::kCut:
      answer.failure = HttpFailure::kBroken;
      answer.body.resize(answer.body.size() / 2);
      break;
    case nsf_simulator::Delivery::kReset:
      answer = {};
      answer.failure = HttpFailure::kBroken;
      break;
    case nsf_simulator::Delivery::kHang:
      answer = {};
      answer.failure = HttpFailure::kTimeout;
      break;
  }
  if (told.inflates_to > request.max_body_bytes) {
    answer.failure = HttpFailure::kBodyTooLarge;
    answer.body.clear();
  }
  if (traffic_ != nullptr) {
    *traffic_ << (time_ - kBegin) / milliseconds(1) << ' ' << request.target << " -> "
              << answer.status << ' ' << told.rows << " rows "
              << (answer.failure == HttpFailure::kNone ? answer.body.substr(0, 60) : "FAILED")
              << '\n';
  }
  return answer;
}

void World::CheckNow() {
  const auto entry = durable_.find(DialectKey("acme", "audit"));
  if (entry == durable_.end()) return;
  const auto learned = DecodeDialect(entry->second);
  if (!learned) return oracle_.Fail(learned.error().message);
  // What was claimed by another time is not compared.
  if (learned->migration) return;
  oracle_.CheckClaims(stream_->snapshot(), learned->dialect.window);
}

WindowKind World::WalkedBy() const {
  const auto entry = durable_.find(DialectKey("acme", "audit"));
  const auto learned = entry == durable_.end() ? LearnedDialect{}
                                               : DecodeDialect(entry->second).value();
  return learned.dialect.window;
}

void World::CheckRecords() {
  const auto records = store_->Scan(WindowPrefix("acme", "audit"));
  for (const StateEntry& record : *records) {
    const auto window = DecodeWindow(record.value);
    if (!window) return oracle_.Fail(window.error().message);
    oracle_.CheckRecord(*window, WalkedBy());
  }
}

}  // namespace nsf::simulation
