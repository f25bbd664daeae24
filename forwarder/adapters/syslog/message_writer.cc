// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/message_writer.h"

#include <string_view>
#include <utility>

#include "adapters/syslog/shorten.h"

namespace nsf::syslog {
namespace {

std::variant<Rfc5424Header, Rfc3164Header> MakeHeader(const SyslogMessageSettings& settings) {
  if (settings.header == SyslogHeader::kRfc3164) return Rfc3164Header(settings);
  return Rfc5424Header(settings);
}

// Several bytes at a time, as find_first_of does not.
bool Holds(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

}  // namespace

MessageWriter::MessageWriter(SyslogMessageSettings settings)
    : settings_(std::move(settings)), header_(MakeHeader(settings_)) {}

Written MessageWriter::Write(const SinkBatch& batch, std::size_t index, std::string& out) const {
  std::string_view payload;
  Written written = WriteHead(batch, index, out, payload);
  if (!written.rejection) out += payload;
  return written;
}

Written MessageWriter::WriteHead(const SinkBatch& batch, std::size_t index, std::string& out,
                                 std::string_view& payload) const {
  payload = {};
  const Record& record = batch.records[index];
  if (Holds(record.value, '\n') || Holds(record.value, '\0')) {
    return {Rejection{index, "invalid", "the payload holds a line feed or a NUL"}, false};
  }
  out.clear();
  AppendHeader(batch, record, false, out);
  const std::size_t size = out.size() + record.value.size();
  if (size <= settings_.max_message_bytes) {
    payload = record.value;
    return {};
  }
  if (settings_.oversize == SyslogOversize::kShorten && WriteShortened(batch, record, out)) {
    return {std::nullopt, true};
  }
  return {
      Rejection{index, "too_large",
                "the syslog message has " + std::to_string(size) + " bytes, max_message_bytes is " +
                    std::to_string(settings_.max_message_bytes)},
      false};
}

void MessageWriter::AppendHeader(const SinkBatch& batch, const Record& record, bool shortened,
                                 std::string& out) const {
  if (const auto* rfc5424 = std::get_if<Rfc5424Header>(&header_)) {
    rfc5424->Append(batch, record, shortened, out);
  } else {
    std::get<Rfc3164Header>(header_).Append(record, out);
  }
}

bool MessageWriter::WriteShortened(const SinkBatch& batch, const Record& record,
                                   std::string& out) const {
  out.clear();
  AppendHeader(batch, record, true, out);
  if (out.size() >= settings_.max_message_bytes) return false;
  const auto payload = Shorten(record.value, settings_.max_message_bytes - out.size());
  if (!payload) return false;
  out += *payload;
  return true;
}

}  // namespace nsf::syslog
