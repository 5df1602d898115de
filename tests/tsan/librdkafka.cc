// SPDX-License-Identifier: Apache-2.0
// What builds with the thread sanitizer have to be shown of librdkafka, which is not instrumented. A program's own
// definitions go before those of libraries.
// - C11's threads, by way of POSIX ones: the sanitizer knows nothing of those that thrd_create() begins, and ends with a
//   fault in them. Source: ISO C11 7.26; the constants are glibc's
// - That a response is freed, on whatever thread, after the last of its records was destroyed: librdkafka counts them. Who
//   reads a record later is still reported.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <threads.h>

#include <memory>

struct rd_kafka_message_s;

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

char records_destroyed;  // an address for the sanitizer
thread_local bool of_librdkafka = false;

void* run(void* given) {
  of_librdkafka = true;
  const std::unique_ptr<Start> start(static_cast<Start*>(given));
  return reinterpret_cast<void*>(static_cast<long>(start->function(start->argument)));
}

pthread_mutex_t* of(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* of(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }
int result(int error) {
  return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t));

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, run, start.get());
  if (error == 0) start.release();
  return result(error);
}

int thrd_join(thrd_t thread, int* out) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (out != nullptr) *out = static_cast<int>(reinterpret_cast<long>(returned));
  return result(error);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(of(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return result(error);
}
int mtx_lock(mtx_t* mutex) { return result(pthread_mutex_lock(of(mutex))); }
int mtx_unlock(mtx_t* mutex) { return result(pthread_mutex_unlock(of(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(of(mutex)); }

int cnd_init(cnd_t* condition) { return result(pthread_cond_init(of(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return result(pthread_cond_signal(of(condition))); }
int cnd_broadcast(cnd_t* condition) { return result(pthread_cond_broadcast(of(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return result(pthread_cond_wait(of(condition), of(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return result(pthread_cond_timedwait(of(condition), of(mutex), until));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(of(condition)); }

void rd_kafka_message_destroy(rd_kafka_message_s* message) {
  static const auto next = reinterpret_cast<decltype(&rd_kafka_message_destroy)>(
      dlsym(RTLD_NEXT, "rd_kafka_message_destroy"));
  __tsan_release(&records_destroyed);
  next(message);
}

// The sanitizer calls it before each free().
void __sanitizer_free_hook(const volatile void*) {
  if (of_librdkafka) __tsan_acquire(&records_destroyed);
}

}  // extern "C"
