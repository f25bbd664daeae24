// SPDX-License-Identifier: Apache-2.0
// The owner's handle: see the header. WAL, because then one sync makes a commit durable
// (synchronous = FULL) and readers neither wait nor make anyone wait.
#include "adapters/sqlite/sqlite_store.h"

#include <pthread.h>
#include <sys/stat.h>

#include <cerrno>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/owner_lock.h"
#include "adapters/sqlite/schema.h"
#include "adapters/sqlite/sqlite_reader.h"

namespace nsf {
namespace {

// Makes the directory and its parents; only this program's user may look into what is new.
Result<void> MakeDirectory(const std::string& directory) {
  std::filesystem::path path;
  for (const auto& part : std::filesystem::path(directory)) {
    path /= part;
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) continue;
    if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) continue;
    return Error{ErrorKind::kStop, "cannot make the state directory " + directory + " (" +
                                       std::generic_category().message(errno) +
                                       "); make it for this program's user, or change state.path"};
  }
  return {};
}

Result<Database> OpenForOwner(const std::string& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0 && errno == ENOENT) {
    if (Result<void> made = CreateState(file); !made) return std::move(made).error();
  }
  Result<Database> database = OpenDatabase(file, SQLITE_OPEN_READWRITE);
  if (!database) return database;
  for (const auto check : {&CheckVersion, &CheckContent}) {
    if (Result<void> good = check(database->get(), file); !good) return std::move(good).error();
  }
  const Result<std::string> mode = QueryText(database->get(), "PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") {
    return Error{ErrorKind::kStop, "the file system of " + file +
                                       " cannot hold the state (no shared memory); use a "
                                       "state.path on a local file system"};
  }
  const Result<void> durable =
      Execute(database->get(), "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304");
  if (!durable) return durable.error();
  return database;
}

// Which file the name stands for: device and inode.
using FileIdentity = std::pair<dev_t, ino_t>;

FileIdentity IdentityOf(const std::string& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

struct CommitRequest {
  std::vector<StateChange> changes;
  StateStore::Done done;
};

struct LoadRequest {
  std::vector<std::string> prefixes;
  StateStore::Loaded loaded;
};

}  // namespace

class SqliteStore::Impl {
 public:
  Impl(std::string file, OwnerLock lock, Database database, std::unique_ptr<SqliteReader> reader)
      : file_(std::move(file)),
        lock_(std::move(lock)),
        database_(std::move(database)),
        reader_(std::move(reader)) {}

  ~Impl() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable()) thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Start() {
    for (auto [sql, statement] :
         {std::pair{"INSERT OR REPLACE INTO kv (key, value, sum) VALUES (?1, ?2, ?3)", &put_},
          std::pair{"DELETE FROM kv WHERE key = ?1", &delete_}}) {
      Result<Statement> prepared = Prepare(database_.get(), sql);
      if (!prepared) return std::move(prepared).error();
      *statement = *std::move(prepared);
    }
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& error) {
      return Error{ErrorKind::kStop, std::string("cannot start a thread: ") + error.what() +
                                         "; raise the limits of this process"};
    }
    return {};
  }

  void Commit(CommitRequest request) {
    {
      const std::lock_guard guard(mutex_);
      waiting_.commits.push_back(std::move(request));
    }
    arrived_.notify_one();
  }

  void Load(LoadRequest request) {
    {
      const std::lock_guard guard(mutex_);
      waiting_.loads.push_back(std::move(request));
    }
    arrived_.notify_one();
  }

  const SqliteReader& reader() const { return *reader_; }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const std::string& name : {file_, WalFile(file_)}) {
      struct stat status = {};
      if (::stat(name.c_str(), &status) == 0) sum += static_cast<std::size_t>(status.st_size);
    }
    return sum;
  }

 private:
  struct Waiting {
    std::vector<CommitRequest> commits;
    std::vector<LoadRequest> loads;
    bool empty() const { return commits.empty() && loads.empty(); }
  };

  void Run() {
    ::pthread_setname_np(::pthread_self(), "nsf-state");
    for (Waiting group = Take(); !group.empty(); group = Take()) {
      if (!group.commits.empty()) {
        const Result<void> result = CommitGroup(group.commits);
        for (CommitRequest& request : group.commits) request.done(result);
      }
      for (LoadRequest& request : group.loads) request.loaded(Read(request.prefixes));
    }
  }

  // All that waits; empty when there will be no more.
  Waiting Take() {
    std::unique_lock guard(mutex_);
    arrived_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
    return std::exchange(waiting_, {});
  }

  Result<std::vector<StateEntry>> Read(const std::vector<std::string>& prefixes) const {
    std::vector<StateEntry> all;
    for (const std::string& prefix : prefixes) {
      Result<std::vector<StateEntry>> some = ReadRows(database_.get(), file_, prefix);
      if (!some) return some;
      std::move(some->begin(), some->end(), std::back_inserter(all));
    }
    return all;
  }

  Result<void> CommitGroup(const std::vector<CommitRequest>& group) {
    Result<void> result = Write(group);
    if (result) return StillThere();
    const Error error = CommitError(result.error());
    // After some errors SQLite has rolled back already.
    if (sqlite3_get_autocommit(database_.get()) == 0) {
      [[maybe_unused]] const Result<void> undone = Execute(database_.get(), "ROLLBACK");
    }
    return error;
  }

  Result<void> Write(const std::vector<CommitRequest>& group) {
    Result<void> result = Execute(database_.get(), "BEGIN IMMEDIATE");
    for (const CommitRequest& request : group) {
      for (const StateChange& change : request.changes) {
        if (!result) return result;
        result = Apply(change);
      }
    }
    return result ? Execute(database_.get(), "COMMIT") : result;
  }

  // What kept a good file from being written (a full disk, a remount, a permission) passes.
  Error CommitError(Error error) const {
    const int kind = sqlite3_errcode(database_.get()) & 0xff;
    if (kind != SQLITE_CORRUPT && kind != SQLITE_NOTADB) error.kind = ErrorKind::kRetry;
    return error;
  }

  // SQLite goes on writing to a file that was moved or deleted, where no restart would find it.
  Result<void> StillThere() const {
    if (IdentityOf(file_) == identity_) return {};
    return Error{ErrorKind::kStop, "the state file " + file_ +
                                       " was moved away or replaced while it was in use; put it "
                                       "back and start the program again"};
  }

  Result<void> Apply(const StateChange& change) {
    sqlite3_stmt* statement = (change.value ? put_ : delete_).get();
    const int key_size = static_cast<int>(change.key.size());
    sqlite3_bind_text(statement, 1, change.key.data(), key_size, SQLITE_STATIC);
    if (change.value) {
      const int size = static_cast<int>(change.value->size());
      sqlite3_bind_blob(statement, 2, change.value->data(), size, SQLITE_STATIC);
      sqlite3_bind_int64(statement, 3, RowSum(change.key, *change.value));
    }
    const bool done = sqlite3_step(statement) == SQLITE_DONE;
    Result<void> result = done ? Result<void>() : LastError(database_.get());
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result;
  }

  const std::string file_;
  const FileIdentity identity_ = IdentityOf(file_);
  const OwnerLock lock_;
  // Declared after the lock: closed before it is let go.
  const Database database_;
  const std::unique_ptr<SqliteReader> reader_;
  Statement put_;
  Statement delete_;
  std::mutex mutex_;  // of the two below
  Waiting waiting_;
  bool stopping_ = false;
  std::condition_variable arrived_;
  std::thread thread_;
};

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& directory) {
  if (Result<void> made = MakeDirectory(directory); !made) return std::move(made).error();
  Result<OwnerLock> lock = OwnerLock::Take(directory);
  if (!lock) return std::move(lock).error();
  const std::string file = StateFile(directory);
  Result<Database> database = OpenForOwner(file);
  if (!database) return std::move(database).error();
  Result<std::unique_ptr<SqliteReader>> reader = SqliteReader::Open(directory);
  if (!reader) return std::move(reader).error();
  auto impl =
      std::make_unique<Impl>(file, *std::move(lock), *std::move(database), *std::move(reader));
  if (Result<void> started = impl->Start(); !started) return std::move(started).error();
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(impl)));
}

Result<std::vector<StateEntry>> SqliteStore::Scan(std::string_view prefix) const {
  return impl_->reader().Scan(prefix);
}

Result<std::vector<std::string>> SqliteStore::Keys(std::string_view prefix) const {
  return impl_->reader().Keys(prefix);
}

void SqliteStore::Commit(std::vector<StateChange> changes, Done done) {
  impl_->Commit({std::move(changes), std::move(done)});
}

void SqliteStore::Load(std::vector<std::string> prefixes, Loaded loaded) {
  impl_->Load({std::move(prefixes), std::move(loaded)});
}

std::size_t SqliteStore::bytes() const { return impl_->bytes(); }

}  // namespace nsf
