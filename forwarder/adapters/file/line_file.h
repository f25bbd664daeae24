// SPDX-License-Identifier: Apache-2.0
// A file of lines, or stdout, that a batch is appended to as a whole: what a failed write left is
// taken back, and a line that a crash cut is mended when the file is opened.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/result.h"

namespace nsf {

// Used by one thread, but for `stop`, which may be set by any.
class LineFile {
 public:
  // Opens `path` for appending and makes it, with `mode`, when it is not there. Mends a last line
  // without its end: it was cut by a crash before it was acknowledged, so its event comes again.
  // `mended` is set to how many bytes were taken off. Fails with kConfiguration, also for a file
  // that looks like none of ours: it stays as it is.
  static Result<std::unique_ptr<LineFile>> Open(const std::string& path, mode_t mode,
                                                std::size_t* mended);
  // Descriptor 1, which stays open.
  static std::unique_ptr<LineFile> Stdout();

  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  // Appends the lines, each with its line break; with `sync`, they survive a power cut when it
  // returns. Blocks, for a pipe until it is read or `stop` is set. On failure a file is as before:
  // kRetry (no space, I/O error), kClosed (the reader of the pipe went away).
  Result<void> Append(const std::vector<std::string_view>& lines, bool sync,
                      const std::atomic<bool>& stop);

 private:
  LineFile(int fd, bool owned, bool regular, std::string name)
      : fd_(fd), owned_(owned), regular_(regular), name_(std::move(name)) {}

  // How long a regular file is once what a failed append left is taken off.
  Result<off_t> Trim();
  Result<void> Write(const std::vector<std::string_view>& lines, const std::atomic<bool>& stop);
  Result<void> WaitWritable(const std::atomic<bool>& stop) const;
  Error Failure(const char* what, int error) const;

  int fd_;
  bool owned_;
  bool regular_;  // can be cut back and synced
  std::string name_;
  std::optional<off_t> torn_at_;  // behind it stands a part of a batch that could not be taken off
};

}  // namespace nsf
