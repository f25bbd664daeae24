// SPDX-License-Identifier: Apache-2.0
#include "app/commands/version_command.h"

#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <zlib.h>

#include "app/version.h"

namespace nsf {

std::string VersionText() {
  std::string text = std::string("netskope-forwarder ") + kVersion + " (" + kCommit + ")";
  text += std::string("\nlibcurl ") + curl_version_info(CURLVERSION_NOW)->version;
  text += std::string("\nlibrdkafka ") + rd_kafka_version_str();
  text += std::string("\nOpenSSL ") + OpenSSL_version(OPENSSL_VERSION_STRING);
  text += std::string("\nSQLite ") + sqlite3_libversion();
  text += std::string("\nzlib ") + zlibVersion();
  return text;
}

}  // namespace nsf
