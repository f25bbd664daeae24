// SPDX-License-Identifier: Apache-2.0
// Keys and headers.
#include "adapters/kafka/kafka_message.h"

#include <array>
#include <charconv>

namespace nsf {
namespace {

// "2025-10-09T08:53:20Z", RFC 3339. Days to a date with the calendar of <chrono>.
std::string_view Rfc3339(WallSeconds time, std::array<char, 32>* buffer) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char* out = buffer->data();
  const auto digits = [&out](unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      out[i] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    out += count;
  };
  digits(static_cast<unsigned>(static_cast<int>(date.year())) % 10'000, 4);
  *out++ = '-';
  digits(static_cast<unsigned>(date.month()), 2);
  *out++ = '-';
  digits(static_cast<unsigned>(date.day()), 2);
  *out++ = 'T';
  digits(static_cast<unsigned>(clock.hours().count()), 2);
  *out++ = ':';
  digits(static_cast<unsigned>(clock.minutes().count()), 2);
  *out++ = ':';
  digits(static_cast<unsigned>(clock.seconds().count()), 2);
  *out++ = 'Z';
  return {buffer->data(), static_cast<std::size_t>(out - buffer->data())};
}

void Add(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

void Replace(std::string* text, std::string_view what, std::string_view by) {
  for (auto at = text->find(what); at != std::string::npos; at = text->find(what, at + by.size())) {
    text->replace(at, what.size(), by);
  }
}

bool IsDeadLetter(const SinkBatch& batch) { return !batch.refusals.empty(); }

// The `raw` rows are the tenant's own; the number is that of our part in it, and grows when a
// consumer would have to change.
std::string TypeOf(const SinkBatch& batch) {
  std::string type = "com.netskope." + batch.stream;
  if (IsDeadLetter(batch)) return type + ".refused.v1";
  if (batch.format != Format::kRaw) type += '.' + std::string(FormatName(batch.format));
  return type + ".v1";
}

// A refused row is bytes: what is wrong with it may be that it is no JSON.
std::string_view ContentTypeOf(const SinkBatch& batch) {
  if (IsDeadLetter(batch)) return "application/octet-stream";
  return IsJson(batch.format) ? "application/json" : "text/plain; charset=utf-8";
}

}  // namespace

std::string TopicOf(std::string_view pattern, const SinkBatch& batch) {
  std::string topic(pattern);
  Replace(&topic, "{tenant}", batch.tenant);
  Replace(&topic, "{stream}", batch.stream);
  return topic;
}

bool HasTime(const Record& record) {
  constexpr WallSeconds kYear0{std::chrono::seconds(-62'167'219'200)};
  constexpr WallSeconds kYear10000{std::chrono::seconds(253'402'300'800)};
  return record.time != WallSeconds() && record.time >= kYear0 && record.time < kYear10000;
}

std::string_view KeyOf(KafkaKey key, const SinkBatch& batch, const Record& record) {
  switch (key) {
    case KafkaKey::kUser:
      return record.user.empty() ? record.event_id : record.user;
    case KafkaKey::kId:
      return record.event_id;
    case KafkaKey::kTenant:
      return batch.tenant;
    case KafkaKey::kNone:
      return {};
  }
  return {};
}

MessageHeaders::MessageHeaders(const SinkBatch& batch)
    : source_("/netskope/" + batch.tenant + "/events/" + batch.stream),
      type_(TypeOf(batch)),
      content_type_(ContentTypeOf(batch)),
      tenant_(batch.tenant),
      stream_(batch.stream),
      replay_(batch.replay) {}

KafkaHeaders MessageHeaders::Of(const Record& record) const {
  constexpr std::size_t kCount = 10;
  KafkaHeaders owner(rd_kafka_headers_new(kCount));
  rd_kafka_headers_t* headers = owner.get();
  std::array<char, 32> time{};
  std::array<char, 16> class_uid{};
  const auto [end, error] =
      std::to_chars(class_uid.data(), class_uid.data() + class_uid.size(), record.class_uid);
  Add(headers, "ce_specversion", "1.0");
  Add(headers, "ce_id", record.event_id);
  Add(headers, "ce_source", source_);
  Add(headers, "ce_type", type_);
  if (HasTime(record)) Add(headers, "ce_time", Rfc3339(record.time, &time));
  if (!record.user.empty()) Add(headers, "ce_subject", record.user);
  Add(headers, "content-type", content_type_);
  Add(headers, "tenant", tenant_);
  Add(headers, "ocsf_class_uid",
      {class_uid.data(), static_cast<std::size_t>(end - class_uid.data())});
  if (replay_) Add(headers, "netskope_replay", "true");
  return owner;
}

KafkaHeaders MessageHeaders::Of(const Record& record, const Refusal& refusal) const {
  KafkaHeaders owner = Of(record);
  rd_kafka_headers_t* headers = owner.get();
  std::array<char, 32> time{};
  Add(headers, "stream", stream_);
  Add(headers, "error_sink", refusal.sink);
  Add(headers, "error_reason", refusal.reason);
  Add(headers, "error_detail", refusal.detail);
  Add(headers, "error_time",
      Rfc3339(std::chrono::floor<std::chrono::seconds>(refusal.time), &time));
  Add(headers, "error_bytes", std::to_string(record.raw.size()));
  if (record.value.size() < record.raw.size()) Add(headers, "error_truncated", "true");
  return owner;
}

KafkaMessage MessageOf(KafkaKey key, const SinkBatch& batch, std::size_t index,
                       const MessageHeaders& headers, bool untimed) {
  const Record& record = batch.records[index];
  KafkaMessage message;
  message.value = record.value;
  message.key = KeyOf(key, batch, record);
  // What was refused is kept from now on, however old the event is.
  const bool timed = batch.refusals.empty() && !untimed && HasTime(record);
  if (timed && record.time > WallSeconds()) message.time = record.time.time_since_epoch();
  message.headers =
      batch.refusals.empty() ? headers.Of(record) : headers.Of(record, batch.refusals[index]);
  return message;
}

}  // namespace nsf
