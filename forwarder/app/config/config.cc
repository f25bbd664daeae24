// SPDX-License-Identifier: Apache-2.0
#include "app/config/config.h"

#include <algorithm>

namespace nsf {

const SinkConfig& KafkaSinkNamed(const Config& config, const std::string& name) {
  return *std::find_if(config.sinks.begin(), config.sinks.end(),
                       [&name](const SinkConfig& sink) { return sink.name == name; });
}

Error StateIsATopic(const StateConfig& state) {
  return {ErrorKind::kConfiguration,
          "the state is topic " + state.topic +
              ", where nothing can be left for its owner; to have a time range again or to begin "
              "anew, run an instance with another state.topic and the `start` you want, or with "
              "a state of type sqlite, to a topic of its own"};
}

Error DeadLetterIsATopic(const DeadLetterConfig& dead_letter) {
  return {ErrorKind::kConfiguration,
          "the dead letter is topic " + dead_letter.topic + " of sink " + dead_letter.sink +
              ", which this program writes and does not read; read it with a consumer (the row is "
              "the value, why stands in the headers error_*), and send a time range again with "
              "`netskope-forwarder replay --from T --to T --sink NAME`"};
}

std::string WithoutUserInfo(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t end = url.find_first_of("/?#", begin);
  // The last '@' of the authority: a password may hold one that is not escaped.
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string::npos || at < begin) return url;
  return url.substr(0, begin) + url.substr(at + 1);
}

}  // namespace nsf
