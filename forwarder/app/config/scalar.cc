// SPDX-License-Identifier: Apache-2.0
#include "app/config/scalar.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "app/config/diagnostics.h"
#include "app/config/parse_address.h"
#include "app/config/parse_quantity.h"
#include "app/config/parse_time.h"

namespace nsf {
namespace {

Error Wrong(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > 63 || !IsLowerOrDigit(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLowerOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

bool IsPrintableAscii(std::string_view text, std::size_t longest) {
  return text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 33 && c <= 126; });
}

// Kafka's own rule for topics, after the names in braces have been put in.
bool IsTopic(std::string text) {
  for (const std::string_view name : {"{tenant}", "{stream}"}) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), "x");
    }
  }
  if (text.empty() || text.size() > 249 || text == "." || text == "..") return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
  });
}

Result<Scalar> Choice(const Key& key, const std::string& text) {
  if (std::find(key.values.begin(), key.values.end(), text) != key.values.end())
    return Scalar(text);
  if (key.values.size() == 1) return Wrong("is not known here; write " + key.values[0]);
  return Wrong("is not known here; write one of: " + Joined(key.values));
}

Result<Scalar> Bool(const std::string& text) {
  if (text == "true") return Scalar(true);
  if (text == "false") return Scalar(false);
  return Wrong("is neither true nor false; write one of the two");
}

Result<Scalar> InRange(const Key& key, std::int64_t amount, Scalar scalar) {
  if (amount < key.min || amount > key.max) {
    return Wrong("is out of range; write a value from " + BoundText(key, key.min) + " to " +
                 BoundText(key, key.max));
  }
  return scalar;
}

Result<Scalar> Number(const Key& key, const Result<std::int64_t>& number) {
  if (!number) return number.error();
  return InRange(key, *number, *number);
}

Result<Scalar> Duration(const Key& key, const std::string& text) {
  const Result<std::chrono::milliseconds> duration = ParseDuration(text);
  if (!duration) return duration.error();
  if (key.whole_seconds && duration->count() % 1000 != 0) {
    return Wrong("is not a whole number of seconds; write it in s, m, h or d");
  }
  return InRange(key, duration->count(), *duration);
}

Result<Scalar> Time(const std::string& text) {
  const Result<WallSeconds> time = ParseTime(text);
  if (!time) return time.error();
  return Scalar(*time);
}

Result<Scalar> Start(const Key& key, const std::string& text) {
  if (const Result<WallSeconds> time = ParseTime(text)) return Scalar(*time);
  Result<Scalar> duration = Duration(key, text);
  if (duration || text.find('-') == std::string::npos) return duration;
  return Wrong("is no duration and no time; write 24h, or 2026-11-01T00:00:00Z");
}

Result<Scalar> Text(Result<std::string> text) {
  if (!text) return text.error();
  return Scalar(*std::move(text));
}

Result<Scalar> Checked(bool good, const std::string& text, const char* otherwise) {
  if (!good) return Wrong(otherwise);
  return Scalar(text);
}

}  // namespace

Result<Scalar> ParseScalar(const Key& key, const std::string& text) {
  if (text.empty() && (key.required || key.list || !key.fallback.empty())) {
    return Wrong("is empty; write a value");
  }
  switch (key.kind) {
    case Kind::kName:
      return Checked(IsName(text), text,
                     "is not a name; write at most 63 of a-z 0-9 . _ -, beginning with a letter "
                     "or digit");
    case Kind::kUrl:
      return Text(ParseTenantUrl(text));
    case Kind::kProxy:
      return Text(ParseProxy(text));
    case Kind::kChoice:
      return Choice(key, text);
    case Kind::kBool:
      return Bool(text);
    case Kind::kInteger:
      return Number(key, ParseInteger(text));
    case Kind::kSize:
      return Number(key, ParseSize(text, false));
    case Kind::kBytes:
      return Number(key, ParseSize(text, true));
    case Kind::kRate:
      return Number(key, ParseRate(text));
    case Kind::kDurationOrAuto:
      if (text == "auto") return Scalar(text);
      return Duration(key, text);
    case Kind::kDuration:
      return Duration(key, text);
    case Kind::kStart:
      return Start(key, text);
    case Kind::kDate:
      return Time(text);
    case Kind::kBroker:
      return Text(ParseBroker(text));
    case Kind::kTopic:
      return Checked(IsTopic(text), text,
                     "is not a Kafka topic; write at most 249 of a-z A-Z 0-9 . _ -, and {tenant} "
                     "or {stream} where the name goes");
    case Kind::kReceiver:
      return Text(ParseReceiver(text));
    case Kind::kListen:
      return Text(ParseListen(text));
    case Kind::kAppName:
      return Checked(IsPrintableAscii(text, 48), text,
                     "is not a syslog APP-NAME; write at most 48 ASCII characters without spaces");
    case Kind::kHostName:
      return Checked(IsPrintableAscii(text, 255), text,
                     "is not a syslog HOSTNAME; write at most 255 ASCII characters without spaces");
    case Kind::kText:
    case Kind::kPath:
    case Kind::kSecret:
    case Kind::kProperties:
    case Kind::kSection:
    case Kind::kVariants:
      break;
  }
  return Scalar(text);
}

std::string BoundText(const Key& key, std::int64_t bound) {
  switch (key.kind) {
    case Kind::kSize:
      return SizeText(bound);
    case Kind::kBytes:
      return bound % 1024 == 0 ? SizeText(bound) : std::to_string(bound);
    case Kind::kRate:
      return std::to_string(bound) + "/min";
    case Kind::kDuration:
    case Kind::kDurationOrAuto:
    case Kind::kStart:
      return DurationText(std::chrono::milliseconds(bound));
    default:
      return std::to_string(bound);
  }
}

std::string ScalarText(const Key& key, const Scalar& scalar) {
  if (const auto* text = std::get_if<std::string>(&scalar)) return *text;
  if (const auto* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&scalar)) return BoundText(key, *number);
  if (const auto* duration = std::get_if<std::chrono::milliseconds>(&scalar)) {
    return DurationText(*duration);
  }
  if (const auto* time = std::get_if<WallSeconds>(&scalar)) return TimeText(*time);
  return {};
}

}  // namespace nsf
