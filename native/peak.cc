#include "peak.h"

#include <algorithm>
#include <chrono>

#include "memory.h"

namespace facewright {

namespace {

constexpr double kSeconds = 0.02;
constexpr int64_t kCopied = int64_t(1) << 24;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Work {
  const Kernels& kernels;
  int64_t rounds;
  std::vector<Floats> from, to;
};

void multiplyAdds(void* argument, int64_t, float* scratch) {
  const Work& work = *static_cast<Work*>(argument);
  work.kernels.multiplyAdds(work.rounds, scratch);
}

void fill(void* argument, int64_t index, float*) {
  Work& work = *static_cast<Work*>(argument);
  std::fill_n(work.from[index].data(), kCopied, 1.0f);
}

void copy(void* argument, int64_t index, float*) {
  Work& work = *static_cast<Work*>(argument);
  work.kernels.copyFloats(work.from[index].data(), work.to[index].data(), kCopied);
}

}  // namespace

Peak measurePeak(const Kernels& kernels, Pool& pool, bool memory) {
  const auto turn = pool.turn();
  const int64_t threads = pool.threads();
  std::vector<float> results(threads * 16, 0.999f);
  std::vector<float*> scratch;
  for (int64_t thread = 0; thread < threads; thread++) scratch.push_back(results.data() + thread * 16);
  Work work{kernels, 1 << 16, {}, {}};
  // How many rounds take a fiftieth of a second on one thread.
  const double began = now();
  const double each = kernels.multiplyAdds(work.rounds, scratch[0]);
  work.rounds = int64_t(double(work.rounds) * kSeconds / (now() - began)) + 1;
  const double start = now();
  pool.run(threads, multiplyAdds, &work, scratch.data(), int(threads));
  Peak peak{each / (1 << 16) * double(work.rounds) * double(threads) / (now() - start), 0};
  if (!memory) return peak;
  for (int64_t thread = 0; thread < threads; thread++) {
    work.from.emplace_back(kCopied);
    work.to.emplace_back(kCopied);
  }
  // Pages that were never written are all one page of zeros, which the caches hold.
  pool.run(threads, fill, &work, scratch.data(), int(threads));
  pool.run(threads, copy, &work, scratch.data(), int(threads));
  constexpr int times = 4;
  const double copying = now();
  for (int time = 0; time < times; time++) pool.run(threads, copy, &work, scratch.data(), int(threads));
  peak.bytes = 2.0 * sizeof(float) * double(kCopied) * double(threads) * times / (now() - copying);
  return peak;
}

}  // namespace facewright
