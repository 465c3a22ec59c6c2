#include "pool.h"

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace facewright {

namespace {

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** How long a thread spins, in looks at what it waits for, before it lets others run, and before it sleeps. */
constexpr int kLooksBeforeYield = 2000;
constexpr auto kSpinTime = std::chrono::microseconds(200);

}  // namespace

Pool::Pool(int threads) {
  try {
    for (int worker = 1; worker < threads; worker++) workers_.emplace_back([this, worker] { work(worker); });
  } catch (const std::system_error&) {
    end();
    throw std::runtime_error("the system allows no " + std::to_string(threads) + " threads");
  }
}

Pool::~Pool() { end(); }

void Pool::end() {
  {
    std::lock_guard<std::mutex> lock(sleep_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void Pool::takeTasks(int worker) {
  float* scratch = scratch_[worker];
  for (int64_t index = next_.fetch_add(1, std::memory_order_relaxed); index < tasks_;
       index = next_.fetch_add(1, std::memory_order_relaxed)) {
    task_(argument_, index, scratch);
  }
}

void Pool::run(int64_t tasks, Task task, void* argument, float* const* scratch) {
  if (tasks <= 1 || workers_.empty()) {
    for (int64_t index = 0; index < tasks; index++) task(argument, index, scratch[0]);
    return;
  }
  std::lock_guard<std::mutex> turn(turn_);
  task_ = task;
  argument_ = argument;
  scratch_ = scratch;
  tasks_ = tasks;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(int(workers_.size()), std::memory_order_relaxed);
  // Sequentially consistent, as is the sleeper's count: either the sleeper sees the new generation, or we see the sleeper.
  generation_.fetch_add(1);
  if (sleepers_.load() > 0) {
    std::lock_guard<std::mutex> lock(sleep_);
    wake_.notify_all();
  }
  takeTasks(0);
  for (int looks = 0; busy_.load(std::memory_order_acquire) > 0; looks++) {
    if (looks < kLooksBeforeYield) relax();
    else std::this_thread::yield();
  }
}

void Pool::work(int worker) {
  uint64_t seen = 0;
  while (true) {
    auto began = std::chrono::steady_clock::now();
    for (int looks = 0; generation_.load(std::memory_order_acquire) == seen; looks++) {
      if (ending_.load(std::memory_order_relaxed)) return;
      relax();
      if (looks % 64 != 63 || std::chrono::steady_clock::now() - began < kSpinTime) continue;
      std::unique_lock<std::mutex> lock(sleep_);
      sleepers_.fetch_add(1);
      wake_.wait(lock, [&] { return generation_.load() != seen || ending_; });
      sleepers_.fetch_sub(1);
      if (ending_) return;
    }
    seen++;
    takeTasks(worker);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

std::shared_ptr<Pool> sharedPool(int threads) {
  // Never destroyed: worker threads of Node may still hold a pool when the process ends.
  static std::mutex* mutex = new std::mutex;
  static auto* pools = new std::map<int, std::weak_ptr<Pool>>;
  std::lock_guard<std::mutex> lock(*mutex);
  std::shared_ptr<Pool> pool = (*pools)[threads].lock();
  if (!pool) {
    pool = std::make_shared<Pool>(threads);
    (*pools)[threads] = pool;
  }
  return pool;
}

}  // namespace facewright
