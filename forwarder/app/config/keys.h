// SPDX-License-Identifier: Apache-2.0
// The one table of configuration keys. Parsing, the check for unknown keys, `config schema`,
// `config example`, `config print` and docs/CONFIGURATION.md all follow from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace nsf {

enum class Kind : std::uint8_t {
  kText,
  kName,            // [a-z0-9][a-z0-9._-]{0,62}
  kPath,            // of a file or directory; {name} expands in a tenant
  kUrl,             // a tenant's; {name} expands
  kProxy,           // URL of a proxy, or "none"
  kSecret,          // never shown
  kChoice,          // one of `values`
  kBool,            // true, false
  kInteger,         //
  kSize,            // bytes with a unit: 16MiB
  kBytes,           // like kSize, and a plain number of bytes is taken too
  kRate,            // requests: 240/min, 4/s; its value is per minute
  kDuration,        // with a unit: 30s; its value is in milliseconds
  kDurationOrAuto,  // also "auto"
  kStart,           // a duration, or an RFC 3339 time
  kDate,            // 2027-03-01, or an RFC 3339 time
  kBroker,          // host:port of a Kafka broker
  kTopic,           // a Kafka topic; {tenant} and {stream} expand
  kReceiver,        // udp://host:port, tcp://…, tls://…, relp://…, relps://…
  kListen,          // address:port to listen on
  kAppName,         // RFC 5424 §6.2.5: printable ASCII, at most 48
  kHostName,        // RFC 5424 §6.2.4: printable ASCII, at most 255
  kProperties,      // a map of librdkafka's own properties
  kSection,         // a map of `keys`
  kVariants,        // a map whose `type` names one of `keys`, each of them a kSection
};

struct Key {
  std::string name = {};
  Kind kind = Kind::kText;
  std::string doc = {};       // one sentence, for people
  std::string fallback = {};  // the default as it would be written; of a list: separated by ", "
  std::string example = {};   // what `config example` shows where that is not the default
  std::vector<std::string> values = {};
  std::int64_t min = 0;  // of a number, in bytes, milliseconds or requests a minute
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool whole_seconds = false;  // of a duration
  bool required = false;
  bool absent_is_off = false;     // of a section: its defaults mean nothing where it is not given
  bool in_example = false;        // `config example` sets it; other optional keys are comments
  bool list = false;              // a list of such values
  std::size_t max_items = 10000;  // of a list
  std::vector<Key> keys = {};
  // Of a list of maps that is no list of the file's own: an entry may be one value, that of this
  // key.
  std::string shorthand = {};
};

// The whole file: a section.
const Key& RootKey();

// The key of this name in `section`; null when it has none.
const Key* FindKey(const Key& section, const std::string& name);

// The names of the keys of `section`, in their order.
std::vector<std::string> KeyNames(const Key& section);

// The items of a list's `fallback`, which stand there as "a, b".
std::vector<std::string> SplitList(const std::string& text);

}  // namespace nsf
