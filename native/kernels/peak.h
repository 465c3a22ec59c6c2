// What the processor does at best, to hold the other kernels against: multiply-adds out of registers, and copies through
// memory.

/** Vectors of running products: more than the latency of a multiply-add times how many begin at once. */
constexpr int kChains = FACEWRIGHT_LANES == 4 ? 12 : 14;

/** @returns floating point operations done (a multiply-add is two) */
static double multiplyAdds(int64_t rounds, float* result) {
  Vector a[kChains];
#pragma GCC unroll 16
  for (int i = 0; i < kChains; i++) a[i] = splat(float(i));
  const Vector x = splat(result[0]), y = splat(result[1]);
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 16
    for (int i = 0; i < kChains; i++) a[i] = a[i] * x + y;
  }
  Vector total = a[0];
#pragma GCC unroll 16
  for (int i = 1; i < kChains; i++) total += a[i];
  result[2] = sum(total);
  return 2.0 * double(rounds) * kChains * FACEWRIGHT_LANES;
}

/** Copies `count` floats. */
static void copyFloats(const float* from, float* to, int64_t count) {
  for (int64_t i = 0; i + FACEWRIGHT_LANES <= count; i += FACEWRIGHT_LANES) store(to + i, load(from + i));
}
