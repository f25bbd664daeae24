// SPDX-License-Identifier: Apache-2.0
// What curl's own result codes mean to the forwarder.
#pragma once

#include <curl/curl.h>

#include "ports/http_client.h"

namespace nsf {

HttpFailure FailureOf(CURLcode code);

}  // namespace nsf
