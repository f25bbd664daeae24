// SPDX-License-Identifier: Apache-2.0
// Ground truth on disk: one JSON line for each event that was ever visible, written before the
// first answer that could show it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "tenant/tenant.h"

namespace nsf_simulator {

class LedgerFile {
 public:
  LedgerFile() = default;
  ~LedgerFile();
  LedgerFile(const LedgerFile&) = delete;
  LedgerFile& operator=(const LedgerFile&) = delete;

  // Empties or makes the file. False: errno says why.
  bool Open(const std::string& path);

  // Writes what became visible since the last call; nothing if no file is open. False: the ledger
  // is not whole any more.
  bool Follow(const Tenant& tenant);

 private:
  void AppendLine(const Tenant& tenant, EventNumber number);
  bool Flush();

  int file_ = -1;
  std::size_t written_ = 0;
  // How many events of each name there were, of rows that have no id: equal rows share a name.
  std::unordered_map<std::string, std::uint64_t> equals_;
  std::string buffer_;
};

}  // namespace nsf_simulator
