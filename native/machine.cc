#include "machine.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace facewright {

#if defined(__x86_64__)
namespace avx512 {
extern const Kernels kernels;
}
#if FACEWRIGHT_HAS_BF16
namespace avx512_bf16 {
extern const Direct direct;
}
#endif
namespace avx2 {
extern const Kernels kernels;
}
#endif
namespace baseline {
extern const Kernels kernels;
}

#if FACEWRIGHT_HAS_BF16
namespace {
/** Those of AVX-512 with direct convolutions in bfloat16. */
const Kernels& avx512Bf16() {
  static const Kernels kernels = [] {
    Kernels made = avx512::kernels;
    made.direct = avx512_bf16::direct;
    return made;
  }();
  return kernels;
}
}  // namespace
#endif

std::vector<const Kernels*> usableKernels() {
  std::vector<const Kernels*> usable;
#if defined(__x86_64__)
  // The compiler's check looks at the operating system's support for the registers too (XGETBV).
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512) usable.push_back(&avx512::kernels);
#if FACEWRIGHT_HAS_BF16
  if (avx512 && __builtin_cpu_supports("avx512bf16")) usable.push_back(&avx512Bf16());
#endif
  if (avx2) usable.push_back(&avx2::kernels);
#endif
  usable.push_back(&baseline::kernels);
  return usable;
}

namespace {

#if defined(__linux__)
/** Processors by a cgroup's quota: the file's "quota period" (version 2), or two files (version 1); 0 where there is none. */
double quotaOf(const std::string& folder) {
  std::string quota;
  double period = 0;
  if (std::ifstream max(folder + "/cpu.max"); max >> quota >> period) {
    return quota == "max" || period <= 0 ? 0 : std::stod(quota) / period;
  }
  double micros = 0;
  std::ifstream one(folder + "/cpu.cfs_quota_us"), two(folder + "/cpu.cfs_period_us");
  return one >> micros && two >> period && micros > 0 && period > 0 ? micros / period : 0;
}

/** The smallest quota of this process's cgroup and those above it; 0 where there is none. */
double cgroupQuota() {
  std::ifstream groups("/proc/self/cgroup");
  double least = 0;
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool unified = controllers.empty();
    if (!unified && (',' + controllers + ',').find(",cpu,") == std::string::npos) continue;
    std::string path = line.substr(second + 1);
    while (true) {
      for (const std::string& root : {std::string("/sys/fs/cgroup"), std::string("/sys/fs/cgroup/cpu")}) {
        const double quota = quotaOf(root + (path == "/" ? "" : path));
        if (quota > 0 && (least == 0 || quota < least)) least = quota;
      }
      if (path.size() <= 1) break;
      path = path.substr(0, std::max<size_t>(path.rfind('/'), 0));
      if (path.empty()) path = "/";
    }
  }
  return least;
}
#endif

}  // namespace

int usableProcessors() {
  int count = std::max(1u, std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) count = std::max(1, CPU_COUNT(&mask));
  const double quota = cgroupQuota();
  if (quota > 0) count = std::min(count, std::max(1, int(std::ceil(quota - 0.01))));
#endif
  return count;
}

std::string processorName() {
#if defined(__linux__)
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
#elif defined(__APPLE__)
  char name[256];
  size_t size = sizeof name;
  if (sysctlbyname("machdep.cpu.brand_string", name, &size, nullptr, 0) == 0) return name;
#endif
  return "unknown processor";
}

}  // namespace facewright
