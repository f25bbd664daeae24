// SPDX-License-Identifier: Apache-2.0
#include "app/config/config.h"

namespace nsf {

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
