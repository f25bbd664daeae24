// SPDX-License-Identifier: Apache-2.0
// ThreadSanitizer knows POSIX threads and not those of C11, with which librdkafka is built: without
// this it crashes at the first callback. Calls of the one are made calls of the other, which is
// what the C library does inside. Linked into sanitized tests alone.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <memory>

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* start) {
  const std::unique_ptr<Start> owner(static_cast<Start*>(start));
  owner->function(owner->argument);
  return nullptr;
}

int Outcome(int error) {
  if (error == 0) return thrd_success;
  if (error == ETIMEDOUT) return thrd_timedout;
  return error == EBUSY ? thrd_busy : thrd_error;
}

pthread_mutex_t* Posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* Posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

}  // namespace

extern "C" {

// librdkafka is not instrumented: what it does with its own memory cannot be judged.
const char* __tsan_default_options();  // NOLINT(bugprone-reserved-identifier)
const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }  // NOLINT

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, &Run, start.get());
  if (error == 0) static_cast<void>(start.release());
  return Outcome(error);
}

int thrd_join(thrd_t thread, int* result) {
  if (result != nullptr) *result = 0;
  return Outcome(pthread_join(thread, nullptr));
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  if ((type & mtx_recursive) != 0) pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(Posix(mutex), &kind);
  pthread_mutexattr_destroy(&kind);
  return Outcome(error);
}
int mtx_lock(mtx_t* mutex) { return Outcome(pthread_mutex_lock(Posix(mutex))); }
int mtx_trylock(mtx_t* mutex) { return Outcome(pthread_mutex_trylock(Posix(mutex))); }
int mtx_unlock(mtx_t* mutex) { return Outcome(pthread_mutex_unlock(Posix(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Posix(mutex)); }

int cnd_init(cnd_t* condition) { return Outcome(pthread_cond_init(Posix(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return Outcome(pthread_cond_signal(Posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return Outcome(pthread_cond_broadcast(Posix(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return Outcome(pthread_cond_wait(Posix(condition), Posix(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return Outcome(pthread_cond_timedwait(Posix(condition), Posix(mutex), until));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(Posix(condition)); }

}  // extern "C"
