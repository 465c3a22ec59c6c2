#include "pool.h"

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>

namespace facewright {

namespace {

void relax() {
#if defined(__x86_64__)
  asm volatile("pause");
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** How long a thread spins before it sleeps: one that waits for a kernel, and the caller that waits for a kernel's last tasks. */
constexpr auto kSpinTime = std::chrono::microseconds(200);
constexpr auto kJoinSpinTime = std::chrono::microseconds(500);
/** Looks at what is waited for between two at the clock. */
constexpr int kLooks = 64;

/**
 * Sleeps until it is done. std::condition_variable::wait is an entry of libstdc++ 12 (GLIBCXX_3.4.30), which RHEL 9 has not; the timed
 * wait is inline, so this one wakes once an hour.
 */
template <typename Done>
void sleepUntil(std::condition_variable& condition, std::unique_lock<std::mutex>& lock, Done done) {
  while (!condition.wait_for(lock, std::chrono::hours(1), done)) {
  }
}

}  // namespace

Pool::Pool(int threads) : crewSize_(threads), crew_(threads) {
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
  rest_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void Pool::takeTasks(int worker) {
  float* scratch = scratch_[worker];
  for (int64_t index = next_.fetch_add(1, std::memory_order_relaxed); index < tasks_;
       index = next_.fetch_add(1, std::memory_order_relaxed)) {
    task_(argument_, index, scratch);
  }
}

void Pool::run(int64_t tasks, Task task, void* argument, float* const* scratch, int crew) {
  if (tasks <= 1 || crew <= 1 || workers_.empty()) {
    for (int64_t index = 0; index < tasks; index++) task(argument, index, scratch[0]);
    return;
  }
  if (crew != crew_.load(std::memory_order_relaxed)) {
    std::lock_guard<std::mutex> lock(sleep_);
    crew_.store(crew, std::memory_order_relaxed);
    rest_.notify_all();
  }
  // Nobody is inside, so nobody reads these.
  task_ = task;
  argument_ = argument;
  scratch_ = scratch;
  tasks_ = tasks;
  next_.store(0, std::memory_order_relaxed);
  // Sequentially consistent, as is the sleepers' count: either a sleeper sees the open gate, or we see the sleeper.
  gate_.fetch_add(kTurn);
  if (sleepers_.load() > 0) {
    std::lock_guard<std::mutex> lock(sleep_);
    wake_.notify_all();
  }
  takeTasks(0);
  // Whoever has not come in by now is not waited for: the system may have taken it off its core.
  if ((gate_.fetch_add(kTurn) & kInside) > 0) waitForLast();
}

void Pool::waitForLast() {
  const auto began = std::chrono::steady_clock::now();
  for (int looks = 0; (gate_.load(std::memory_order_acquire) & kInside) > 0; looks++) {
    relax();
    if (looks % kLooks != kLooks - 1 || std::chrono::steady_clock::now() - began < kJoinSpinTime) continue;
    std::unique_lock<std::mutex> lock(sleep_);
    joining_.store(true);
    sleepUntil(done_, lock, [&] { return (gate_.load() & kInside) == 0; });
    joining_.store(false);
  }
}

bool Pool::enter(uint64_t& last) {
  uint64_t gate = gate_.load(std::memory_order_acquire);
  while (isOpen(gate) && gate / kTurn != last) {
    if (!gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acquire)) continue;
    last = gate / kTurn;
    return true;
  }
  return false;
}

void Pool::leave() {
  // Sequentially consistent, as is the caller's word that it sleeps.
  if ((gate_.fetch_sub(1) & kInside) != 1 || !joining_.load()) return;
  std::lock_guard<std::mutex> lock(sleep_);
  done_.notify_one();
}

void Pool::work(int worker) {
  uint64_t last = 0;
  auto began = std::chrono::steady_clock::now();
  for (int looks = 0; !ending_.load(std::memory_order_relaxed); looks++) {
    if (worker < crew_.load(std::memory_order_relaxed) && enter(last)) {
      takeTasks(worker);
      leave();
      looks = 0;
      began = std::chrono::steady_clock::now();
      continue;
    }
    relax();
    if (looks % kLooks != kLooks - 1 || std::chrono::steady_clock::now() - began < kSpinTime) continue;
    std::unique_lock<std::mutex> lock(sleep_);
    sleepUntil(rest_, lock, [&] { return worker < crew_ || ending_; });
    sleepers_.fetch_add(1);
    sleepUntil(wake_, lock, [&] {
      const uint64_t gate = gate_.load();
      return (isOpen(gate) && gate / kTurn != last) || worker >= crew_ || ending_;
    });
    sleepers_.fetch_sub(1);
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
