// SPDX-License-Identifier: Apache-2.0
// The file is mapped and its lines are produced from where they stand. Keys and header values are
// as long and as many as the sink's, but made up: finding them in the lines is no work of
// librdkafka's.
#include "produce_floor.h"

#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace nsf_bench {
namespace {

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
struct ProducerDeleter {
  void operator()(rd_kafka_t* producer) const { rd_kafka_destroy(producer); }
};
struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
struct HeadersDeleter {
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};
using Producer = std::unique_ptr<rd_kafka_t, ProducerDeleter>;

constexpr int kPollEvery = 500;          // records
constexpr int kPollMs = 50;              // when the queue is full
constexpr int kAnswerWithinMs = 60'000;  // for the last reports
constexpr unsigned kUsers = 200;

// What the Kafka sink sets (docs/KAFKA.md).
constexpr std::array<std::pair<const char*, const char*>, 8> kSettings{{
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"partitioner", "murmur2_random"},
    {"compression.type", "lz4"},
    {"linger.ms", "5"},
    {"batch.size", "1000000"},
    {"client.id", "netskope-forwarder-bench"},
    // As many as the forwarder has in one batch: a longer queue falls out of the CPU caches and
    // costs a third more, and a floor is the least that the work can cost.
    {"queue.buffering.max.messages", "10000"},
}};

struct Reports {
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;
};

void OnReport(rd_kafka_t* /*producer*/, const rd_kafka_message_t* message, void* opaque) {
  Reports* reports = static_cast<Reports*>(opaque);
  ++(message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? reports->delivered : reports->failed);
}

int Fail(const std::string& what, const char* why) {
  std::fprintf(stderr, "bench_floors: %s: %s\n", what.c_str(), why);
  return 1;
}

Producer MakeProducer(const std::string& brokers, Reports* reports) {
  std::array<char, 512> why{};
  std::unique_ptr<rd_kafka_conf_t, ConfDeleter> conf(rd_kafka_conf_new());
  const auto set = [&](const char* name, const char* value) {
    return rd_kafka_conf_set(conf.get(), name, value, why.data(), why.size()) == RD_KAFKA_CONF_OK;
  };
  bool good = set("bootstrap.servers", brokers.c_str());
  for (const auto& [name, value] : kSettings) good = good && set(name, value);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &OnReport);
  rd_kafka_conf_set_opaque(conf.get(), reports);
  Producer producer;
  if (good) {
    producer.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
  }
  if (producer) {
    std::ignore = conf.release();  // the producer's now
  } else {
    Fail("producer", why.data());
  }
  return producer;
}

// A file, read where it is.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat stat {};
    if (file >= 0 && fstat(file, &stat) == 0 && stat.st_size > 0) {
      const auto size = static_cast<std::size_t>(stat.st_size);
      // Private and writable, as librdkafka takes payloads by a pointer that is not const.
      void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
      if (at != MAP_FAILED) {
        madvise(at, size, MADV_SEQUENTIAL);
        data_ = static_cast<char*>(at);
        size_ = size;
      }
    }
    if (file >= 0) close(file);
  }
  ~MappedFile() {
    if (data_ != nullptr) munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  char* begin() const { return data_; }
  char* end() const { return data_ + size_; }
  bool empty() const { return size_ == 0; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

struct Line {
  char* data = nullptr;
  std::size_t size = 0;
};

// Produces one record and lets librdkafka own nothing but its headers.
class RecordProducer {
 public:
  RecordProducer(rd_kafka_t* producer, const std::string& topic)
      : producer_(producer), topic_(rd_kafka_topic_new(producer, topic.c_str(), nullptr)) {}

  rd_kafka_resp_err_t Produce(Line line, std::uint64_t number) {
    std::array<char, 32> id{};
    std::snprintf(id.data(), id.size(), "%024llx", static_cast<unsigned long long>(number));
    std::array<char, 48> user{};
    std::snprintf(user.data(), user.size(), "user.%03u@corp.example",
                  static_cast<unsigned>(number % kUsers));
    std::unique_ptr<rd_kafka_headers_t, HeadersDeleter> headers(rd_kafka_headers_new(9));
    AddHeaders(headers.get(), id.data(), user.data());

    std::array<rd_kafka_vu_t, 5> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_RKT;
    fields[0].u.rkt = topic_.get();
    fields[1].vtype = RD_KAFKA_VTYPE_VALUE;
    fields[1].u.mem = {line.data, line.size};
    fields[2].vtype = RD_KAFKA_VTYPE_KEY;
    fields[2].u.mem = {user.data(), std::strlen(user.data())};
    fields[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    fields[3].u.i64 = kTimeMs;
    fields[4].vtype = RD_KAFKA_VTYPE_HEADERS;
    fields[4].u.headers = headers.get();
    const std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)> error(
        rd_kafka_produceva(producer_, fields.data(), fields.size()), &rd_kafka_error_destroy);
    if (error) return rd_kafka_error_code(error.get());
    std::ignore = headers.release();  // the record's now
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }

 private:
  static constexpr std::int64_t kTimeMs = 1'795'487'784'000;

  static void AddHeaders(rd_kafka_headers_t* headers, const char* id, const char* user) {
    const std::array<std::pair<std::string_view, std::string_view>, 9> all{{
        {"ce_specversion", "1.0"},
        {"ce_id", id},
        {"ce_source", "/netskope/acme/events/audit"},
        {"ce_type", "com.netskope.audit.ocsf"},
        {"ce_time", "2026-11-24T02:36:24Z"},
        {"ce_subject", user},
        {"content-type", "application/json"},
        {"tenant", "acme"},
        {"ocsf_class_uid", "3002"},
    }};
    for (const auto& [name, value] : all) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
  }

  rd_kafka_t* producer_;
  std::unique_ptr<rd_kafka_topic_t, TopicDeleter> topic_;
};

// Returns how many records were handed over; nothing when librdkafka refuses one.
std::optional<std::uint64_t> ProduceLines(const MappedFile& file, const std::string& topic,
                                          rd_kafka_t* producer) {
  RecordProducer records(producer, topic);
  std::uint64_t number = 0;
  char* at = file.begin();
  while (at < file.end()) {
    char* line_end =
        static_cast<char*>(std::memchr(at, '\n', static_cast<std::size_t>(file.end() - at)));
    if (line_end == nullptr) line_end = file.end();
    const Line line{at, static_cast<std::size_t>(line_end - at)};
    rd_kafka_resp_err_t code = records.Produce(line, number);
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer, kPollMs);
      code = records.Produce(line, number);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      Fail(topic, rd_kafka_err2str(code));
      return std::nullopt;
    }
    if (++number % kPollEvery == 0) rd_kafka_poll(producer, 0);
    at = line_end + 1;
  }
  return number;
}

}  // namespace

int Produce(const ProducePlan& plan) {
  const MappedFile file(plan.file);
  if (file.empty()) return Fail(plan.file, "cannot be read, or is empty");
  Reports reports;  // outlives the producer, whose reports are counted in it
  const Producer producer = MakeProducer(plan.brokers, &reports);
  if (!producer) return 1;
  const std::optional<std::uint64_t> produced = ProduceLines(file, plan.topic, producer.get());
  if (!produced) return 1;
  const rd_kafka_resp_err_t flushed = rd_kafka_flush(producer.get(), kAnswerWithinMs);
  if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(plan.topic, rd_kafka_err2str(flushed));
  if (reports.failed != 0 || reports.delivered != *produced) {
    return Fail(plan.topic, "records were not acknowledged");
  }
  std::printf("{\"events\":%llu,\"bytes\":%llu}\n",
              static_cast<unsigned long long>(reports.delivered),
              static_cast<unsigned long long>(file.end() - file.begin()));
  return 0;
}

}  // namespace nsf_bench
