// SPDX-License-Identifier: Apache-2.0
// Logging by spdlog.
#include "app/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <string>

#include "core/format/json_text.h"

namespace nsf {
namespace {

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// One line, whatever the message holds.
std::string OneLine(std::string_view message) {
  std::string line(message);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

std::string TextLine(std::string_view message, std::string_view tenant, std::string_view stream) {
  std::string line;
  if (!tenant.empty()) line = std::string(tenant) + '/' + std::string(stream) + ": ";
  return line + OneLine(message);
}

std::string JsonMembers(std::string_view message, std::string_view tenant,
                        std::string_view stream) {
  TextBuffer line;
  const auto member = [&line](std::string_view name, std::string_view value) {
    line += ",\"";
    line += name;
    line += "\":";
    AppendJsonString(value, &line);
  };
  if (!tenant.empty()) member("tenant", tenant);
  if (!stream.empty()) member("stream", stream);
  member("message", message);
  line += '}';
  return line.str();
}

}  // namespace

Log::Log(const LogConfig& config)
    : format_(config.format),
      logger_(std::make_shared<spdlog::logger>("netskope-forwarder",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_level(SpdlogLevel(config.level));
  const bool json = format_ == LogFormat::kJson;
  logger_->set_pattern(
      json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l"%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
      spdlog::pattern_time_type::utc);
}

void Log::Write(LogLevel level, std::string_view message, std::string_view tenant,
                std::string_view stream) const {
  const spdlog::level::level_enum at = SpdlogLevel(level);
  if (!logger_->should_log(at)) return;
  const bool json = format_ == LogFormat::kJson;
  const std::string line =
      json ? JsonMembers(message, tenant, stream) : TextLine(message, tenant, stream);
  logger_->log(at, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace nsf
