// The threads of the native engine: a pool for each number of threads that is in use, shared by all engines, searches and
// worker threads of Node in the process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "kernels.h"

namespace facewright {

/**
 * Runs the tasks of one kernel on several threads, the caller being one of them.
 *
 * Between kernels the threads spin for a short time before they sleep: a search step has some hundred kernels, many of
 * them shorter than the waking of a thread.
 */
class Pool {
 public:
  /** @param threads at least 1, the caller included @throws std::runtime_error when the system allows no more */
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return int(workers_.size()) + 1; }

  /**
   * Calls task(argument, index, scratch[thread]) once for each index < tasks, and returns when all have returned. Callers
   * on different threads take turns.
   *
   * @param scratch one pointer for each thread of the pool
   */
  void run(int64_t tasks, Task task, void* argument, float* const* scratch);

 private:
  /** Ends all threads and waits for them. */
  void end();
  void work(int worker);
  void takeTasks(int worker);

  std::vector<std::thread> workers_;
  /** Held by whoever's kernel runs. */
  std::mutex turn_;
  /** The kernel that runs; written between two generations. */
  Task task_ = nullptr;
  void* argument_ = nullptr;
  float* const* scratch_ = nullptr;
  int64_t tasks_ = 0;
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<uint64_t> generation_{0};
  alignas(64) std::atomic<int> busy_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> ending_{false};
  std::mutex sleep_;
  std::condition_variable wake_;
};

/**
 * The process's pool of that many threads: made when first asked for, kept as long as somebody holds it. There is one for
 * each number of threads in use.
 */
std::shared_ptr<Pool> sharedPool(int threads);

}  // namespace facewright
