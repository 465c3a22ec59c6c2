// The machine at its best, for the bench.
#pragma once

#include "kernels.h"
#include "pool.h"

namespace facewright {

struct Peak {
  /** Floating point operations in a second, all threads together. */
  double flops;
  /** Bytes read and written in a second by copies that no cache holds; 0 where it was not asked for. */
  double bytes;
};

/** Measures for some hundredths of a second. @param memory also copies 64 MiB in each thread, twice as much memory */
Peak measurePeak(const Kernels& kernels, Pool& pool, bool memory);

}  // namespace facewright
