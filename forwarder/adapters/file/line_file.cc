// SPDX-License-Identifier: Apache-2.0
// Appending lines with POSIX calls.
#include "adapters/file/line_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace nsf {
namespace {

// A file that has no line break for so long is not one of ours: it is not touched.
constexpr off_t kLongestCutLine = off_t{256} * 1024 * 1024;
constexpr int kPollMs = 100;

std::string Reason(int error) { return std::generic_category().message(error); }

// The offset behind the last line break; nothing when reading fails or there is none in reach.
std::optional<off_t> EndOfLastLine(int fd, off_t size) {
  std::string block(std::size_t{64} * 1024, '\0');
  off_t end = size;
  while (end > 0) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(block.size()));
    const auto length = static_cast<std::size_t>(end - begin);
    if (pread(fd, block.data(), length, begin) != static_cast<ssize_t>(length)) return std::nullopt;
    const auto at = std::string_view(block.data(), length).rfind('\n');
    if (at != std::string_view::npos) return begin + static_cast<off_t>(at) + 1;
    if (size - begin > kLongestCutLine) return std::nullopt;
    end = begin;
  }
  return 0;
}

// Whether a file without any line break may be the first line of ours, cut: events, and what the
// dead letter keeps, are JSON objects.
bool MayBeOurs(int fd) {
  char first = '\0';
  return pread(fd, &first, 1, 0) == 1 && first == '{';
}

// A new name in a directory is durable only when the directory is.
void SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const int fd = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

// Lines, each with its line break, that go to the kernel from where they lie.
class UnwrittenLines {
 public:
  explicit UnwrittenLines(std::span<const std::string_view> lines) : lines_(lines) {}

  bool empty() const { return lines_.empty(); }

  // The next bytes, `most` of them or fewer; valid until the next call.
  std::span<const iovec> Next(std::size_t most) {
    std::size_t count = 0;
    std::size_t skip = written_;
    for (const std::string_view line : lines_) {
      for (std::string_view piece : {line, kBreak}) {
        if (count == pieces_.size() || most == 0) return {pieces_.data(), count};
        const std::size_t skipped = std::min(skip, piece.size());
        skip -= skipped;
        piece = piece.substr(skipped, most);
        if (piece.empty()) continue;
        most -= piece.size();
        pieces_[count++] = {const_cast<char*>(piece.data()), piece.size()};  // is only read
      }
    }
    return {pieces_.data(), count};
  }

  void Skip(std::size_t bytes) {
    written_ += bytes;
    while (!lines_.empty() && written_ >= lines_.front().size() + kBreak.size()) {
      written_ -= lines_.front().size() + kBreak.size();
      lines_ = lines_.subspan(1);
    }
  }

 private:
  static constexpr std::string_view kBreak = "\n";

  std::span<const std::string_view> lines_;
  std::size_t written_ = 0;  // of the first one
  std::array<iovec, IOV_MAX> pieces_;
};

}  // namespace

Result<std::unique_ptr<LineFile>> LineFile::Open(const std::string& path, mode_t mode,
                                                 std::size_t* mended) {
  *mended = 0;
  const auto failed = [&path](const std::string& why, const std::string& next) {
    return Error{ErrorKind::kConfiguration, "cannot use file " + path + ": " + why + "; " + next};
  };
  const bool existed = access(path.c_str(), F_OK) == 0;
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, mode);
  if (fd < 0) {
    return failed(Reason(errno), "make its directory, let this user write there, or name another");
  }
  struct stat facts {};
  const bool known = fstat(fd, &facts) == 0;
  std::unique_ptr<LineFile> file(new LineFile(fd, true, known && S_ISREG(facts.st_mode), path));
  if (!file->regular_) return file;
  if (!existed) SyncDirectoryOf(path);
  const auto end = EndOfLastLine(fd, facts.st_size);
  if (end && *end == facts.st_size) return file;
  if (!end || (*end == 0 && !MayBeOurs(fd))) {
    return failed("it does not end in a line break, and does not look like a file of events",
                  "name another, or move it away");
  }
  if (ftruncate(fd, *end) != 0 || fdatasync(fd) != 0) {
    return failed("its cut last line cannot be taken off: " + Reason(errno), "check the disk");
  }
  *mended = static_cast<std::size_t>(facts.st_size - *end);
  return file;
}

std::unique_ptr<LineFile> LineFile::Stdout() {
  struct stat facts {};
  const bool regular = fstat(STDOUT_FILENO, &facts) == 0 && S_ISREG(facts.st_mode);
  return std::unique_ptr<LineFile>(new LineFile(STDOUT_FILENO, false, regular, "stdout"));
}

LineFile::~LineFile() {
  if (owned_) close(fd_);
}

Error LineFile::Failure(const char* what, int error) const {
  if (error == EPIPE) return {ErrorKind::kClosed, name_ + " was closed by its reader"};
  const std::string next = error == ENOSPC || error == EDQUOT || error == EFBIG
                               ? "free space there, it goes on by itself"
                               : "check the disk, it goes on by itself";
  return {ErrorKind::kRetry,
          std::string("cannot ") + what + ' ' + name_ + ": " + Reason(error) + "; " + next};
}

Result<void> LineFile::WaitWritable(const std::atomic<bool>& stop) const {
  pollfd waiting{fd_, POLLOUT, 0};
  while (!stop) {
    if (poll(&waiting, 1, kPollMs) > 0) return {};
  }
  return Error{ErrorKind::kRetry, name_ + " was not read before the program stopped"};
}

Result<void> LineFile::Write(const std::vector<std::string_view>& lines,
                             const std::atomic<bool>& stop) {
  UnwrittenLines unwritten(lines);
  while (!unwritten.empty()) {
    std::size_t most = SSIZE_MAX;
    if (!regular_) {
      // A pipe that is writable takes so many bytes without blocking (POSIX, PIPE_BUF).
      most = PIPE_BUF;
      if (auto waited = WaitWritable(stop); !waited) return waited;
    }
    const std::span<const iovec> pieces = unwritten.Next(most);
    const ssize_t written = writev(fd_, pieces.data(), static_cast<int>(pieces.size()));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return Failure("write to", errno);
    unwritten.Skip(static_cast<std::size_t>(written));
  }
  return {};
}

Result<off_t> LineFile::Trim() {
  if (torn_at_ && ftruncate(fd_, *torn_at_) != 0) return Failure("take back a part of", errno);
  torn_at_.reset();
  // Also where the next write goes, when stdout is a file that was not opened for appending.
  const off_t end = lseek(fd_, 0, SEEK_END);
  if (end < 0) return Failure("find the end of", errno);
  return end;
}

Result<void> LineFile::Append(const std::vector<std::string_view>& lines, bool sync,
                              const std::atomic<bool>& stop) {
  if (!regular_) return Write(lines, stop);
  const auto before = Trim();
  if (!before) return before.error();
  auto outcome = Write(lines, stop);
  if (outcome && sync && fdatasync(fd_) != 0) outcome = Failure("sync", errno);
  if (outcome) return outcome;
  // All of a batch is in the file or nothing of it: half of one would be taken for delivered by
  // whoever reads the file, and come again; and half a line would spoil the next one.
  torn_at_ = *before;
  if (auto trimmed = Trim(); !trimmed) {
    return Error{ErrorKind::kRetry, outcome.error().message + "; and " + trimmed.error().message};
  }
  return outcome;
}

}  // namespace nsf
