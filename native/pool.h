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

#include "crew-size.h"
#include "kernels.h"

namespace facewright {

/**
 * Runs the tasks of one kernel on several threads, the caller being one of them.
 *
 * Between kernels the threads spin for a short time before they sleep: a search step has some hundred kernels, many of
 * them shorter than the waking of a thread.
 *
 * Tasks are taken one by one, and a kernel ends when those that were taken are done: a thread that the system took off its core before
 * it came holds up nobody, and one that it took away in the midst of a task holds up the kernel by that task alone.
 */
class Pool {
 public:
  /** @param threads at least 1, the caller included @throws std::runtime_error when the system allows no more */
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return int(workers_.size()) + 1; }

  /** Whoever wants to call `run` takes turns with others, and holds this meanwhile: for a whole run of a program. */
  std::unique_lock<std::mutex> turn() { return std::unique_lock<std::mutex>(turn_); }

  /**
   * Calls task(argument, index, scratch[thread]) once for each index < tasks, and returns when all have returned. For who has the turn.
   *
   * @param scratch one pointer for each thread of the pool
   * @param crew threads that may take part, the caller included: 1 to `threads()`
   */
  void run(int64_t tasks, Task task, void* argument, float* const* scratch, int crew);

  /** How many threads are worth having just now. For who has the turn. */
  CrewSize& crewSize() { return crewSize_; }

 private:
  /** Ends all threads and waits for them. */
  void end();
  void work(int worker);
  void takeTasks(int worker);
  /** Goes in where a kernel runs that is another than `last`. */
  bool enter(uint64_t& last);
  void leave();
  /** Until nobody is inside. */
  void waitForLast();
  static bool isOpen(uint64_t gate) { return gate & kTurn; }

  /** Of `gate_`: how many threads are inside besides the caller, and above that a count, odd while a kernel can be entered. */
  static constexpr uint64_t kTurn = 1 << 16, kInside = kTurn - 1;

  CrewSize crewSize_;
  std::vector<std::thread> workers_;
  std::mutex turn_;
  /** The kernel that runs; written while nobody is inside and nobody can come in. */
  Task task_ = nullptr;
  void* argument_ = nullptr;
  float* const* scratch_ = nullptr;
  int64_t tasks_ = 0;
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<uint64_t> gate_{0};
  /** Threads that may go in, the caller included; written under `sleep_`. Others rest. */
  std::atomic<int> crew_;
  std::atomic<int> sleepers_{0};
  /** The caller sleeps until nobody is inside. */
  std::atomic<bool> joining_{false};
  std::atomic<bool> ending_{false};
  std::mutex sleep_;
  std::condition_variable wake_, rest_, done_;
};

/**
 * The process's pool of that many threads: made when first asked for, kept as long as somebody holds it. There is one for
 * each number of threads in use.
 */
std::shared_ptr<Pool> sharedPool(int threads);

}  // namespace facewright
