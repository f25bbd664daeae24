// SPDX-License-Identifier: Apache-2.0
// The table of curl's result codes. All of them are passing for the caller; the kinds tell an
// operator where to look. A code that is not listed broke the exchange in some other way.
#include "adapters/curl/curl_failure.h"

#include <algorithm>
#include <array>

namespace nsf {
namespace {

struct Row {
  CURLcode code;
  HttpFailure failure;
};

constexpr std::array kTable{
    Row{CURLE_OK, HttpFailure::kNone},
    Row{CURLE_COULDNT_RESOLVE_HOST, HttpFailure::kResolve},
    Row{CURLE_COULDNT_RESOLVE_PROXY, HttpFailure::kResolve},
    Row{CURLE_COULDNT_CONNECT, HttpFailure::kConnect},
    Row{CURLE_INTERFACE_FAILED, HttpFailure::kConnect},
    Row{CURLE_NO_CONNECTION_AVAILABLE, HttpFailure::kConnect},
    Row{CURLE_PROXY, HttpFailure::kConnect},
    Row{CURLE_OPERATION_TIMEDOUT, HttpFailure::kTimeout},
    Row{CURLE_FILESIZE_EXCEEDED, HttpFailure::kBodyTooLarge},
    Row{CURLE_SSL_CONNECT_ERROR, HttpFailure::kTls},
    Row{CURLE_PEER_FAILED_VERIFICATION, HttpFailure::kTls},
    Row{CURLE_SSL_CERTPROBLEM, HttpFailure::kTls},
    Row{CURLE_SSL_CIPHER, HttpFailure::kTls},
    Row{CURLE_SSL_CACERT_BADFILE, HttpFailure::kTls},
    Row{CURLE_SSL_CRL_BADFILE, HttpFailure::kTls},
    Row{CURLE_SSL_ISSUER_ERROR, HttpFailure::kTls},
    Row{CURLE_SSL_ENGINE_INITFAILED, HttpFailure::kTls},
    Row{CURLE_SSL_ENGINE_NOTFOUND, HttpFailure::kTls},
    Row{CURLE_SSL_ENGINE_SETFAILED, HttpFailure::kTls},
    Row{CURLE_SSL_INVALIDCERTSTATUS, HttpFailure::kTls},
    Row{CURLE_SSL_PINNEDPUBKEYNOTMATCH, HttpFailure::kTls},
    Row{CURLE_SSL_CLIENTCERT, HttpFailure::kTls},
    Row{CURLE_USE_SSL_FAILED, HttpFailure::kTls},
};

}  // namespace

HttpFailure FailureOf(CURLcode code) {
  const auto row = std::find_if(kTable.begin(), kTable.end(),
                                [code](const Row& candidate) { return candidate.code == code; });
  return row == kTable.end() ? HttpFailure::kBroken : row->failure;
}

}  // namespace nsf
