// Vectors of FACEWRIGHT_LANES floats by GCC's and Clang's vector extensions: the compiler makes AVX-512, AVX2, SSE or NEON
// of them. Included once by every file of isa/, inside its namespace.

#define FW_INLINE inline __attribute__((always_inline))
/**
 * Compiled once and called. For what is done for a row or a tile, which many kernels share: inlined, that was half of the machine code
 * and of the time to compile it, and no step was faster.
 */
#define FW_CALLED static __attribute__((noinline))

/** A vector; `Loose` is the same at any address. */
typedef float Vector __attribute__((vector_size(FACEWRIGHT_LANES * 4), may_alias));
typedef float Loose __attribute__((vector_size(FACEWRIGHT_LANES * 4), aligned(4), may_alias));
typedef int Mask __attribute__((vector_size(FACEWRIGHT_LANES * 4), may_alias));

/** Vectors in a block of sixteen channels. */
constexpr int kVectors = kBlock / FACEWRIGHT_LANES;

FW_INLINE Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
FW_INLINE void store(float* p, Vector v) { *reinterpret_cast<Loose*>(p) = v; }
FW_INLINE Vector splat(float x) { return x - Vector{}; }
FW_INLINE Vector select(Mask mask, Vector a, Vector b) { return mask ? a : b; }

template <typename T>
FW_INLINE T least(T a, T b) { return a < b ? a : b; }
template <typename T>
FW_INLINE T most(T a, T b) { return a > b ? a : b; }

/** One pixel of sixteen channels. */
struct Block {
  Vector v[kVectors];
};

#define FW_EACH(i) _Pragma("GCC unroll 8") for (int i = 0; i < kVectors; i++)

FW_INLINE Block loadBlock(const float* p) {
  Block r;
  FW_EACH(i) r.v[i] = load(p + i * FACEWRIGHT_LANES);
  return r;
}
FW_INLINE void storeBlock(float* p, const Block& b) { FW_EACH(i) store(p + i * FACEWRIGHT_LANES, b.v[i]); }
FW_INLINE Block splatBlock(float x) {
  Block r;
  FW_EACH(i) r.v[i] = splat(x);
  return r;
}
FW_INLINE Block operator+(const Block& a, const Block& b) {
  Block r;
  FW_EACH(i) r.v[i] = a.v[i] + b.v[i];
  return r;
}
FW_INLINE Block operator-(const Block& a, const Block& b) {
  Block r;
  FW_EACH(i) r.v[i] = a.v[i] - b.v[i];
  return r;
}
FW_INLINE Block operator*(const Block& a, const Block& b) {
  Block r;
  FW_EACH(i) r.v[i] = a.v[i] * b.v[i];
  return r;
}
FW_INLINE Block operator*(const Block& a, float x) {
  Block r;
  FW_EACH(i) r.v[i] = a.v[i] * x;
  return r;
}
/** x where it is above zero, elsewhere slope·x. */
FW_INLINE Block lrelu(const Block& x, float slope) {
  Block r;
  FW_EACH(i) r.v[i] = select(x.v[i] > 0.0f, x.v[i], x.v[i] * slope);
  return r;
}
/** g where x is above zero, elsewhere slope·g. */
FW_INLINE Block slopeOf(const Block& x, const Block& g, float slope) {
  Block r;
  FW_EACH(i) r.v[i] = select(x.v[i] > 0.0f, g.v[i], g.v[i] * slope);
  return r;
}

/** x brought into [−most, most]; NaN stays NaN. */
FW_INLINE Block clamped(const Block& x, float most) {
  Block r;
  FW_EACH(i) {
    const Vector low = select(x.v[i] < -most, splat(-most), x.v[i]);
    r.v[i] = select(low > most, splat(most), low);
  }
  return r;
}
/** The gradient g of a clamped leaky ReLU whose output is y: g·slope(y) where |y| < most, elsewhere 0. */
FW_INLINE Block unactivated(const Block& y, const Block& g, float slope, float most) {
  Block r = slopeOf(y, g, slope);
  FW_EACH(i) r.v[i] = select((y.v[i] < most) & (y.v[i] > -most), r.v[i], splat(0));
  return r;
}

/** Σ of the lanes, always in the same order: halves are added until one is left. */
FW_INLINE float sum(Vector v) {
  typedef float Quarter __attribute__((vector_size(16), may_alias));
  Quarter q;
#if FACEWRIGHT_LANES == 4
  q = v;
#else
  typedef float Half __attribute__((vector_size(32), may_alias));
#if FACEWRIGHT_LANES == 16
  const Half h = reinterpret_cast<const Half*>(&v)[0] + reinterpret_cast<const Half*>(&v)[1];
#else
  const Half h = v;
#endif
  q = reinterpret_cast<const Quarter*>(&h)[0] + reinterpret_cast<const Quarter*>(&h)[1];
#endif
  return (q[0] + q[2]) + (q[1] + q[3]);
}

FW_INLINE float sum(const Block& b) {
  Vector v = b.v[0];
  FW_EACH(i) if (i > 0) v += b.v[i];
  return sum(v);
}

/** The values of one block of channels out of [c]; lanes beyond c are zero. */
FW_INLINE Block lanesOf(const float* values, int64_t channels, int64_t block) {
  alignas(64) float lanes[kBlock] = {};
  const int64_t first = block * kBlock;
  for (int64_t i = 0; i < kBlock && first + i < channels; i++) lanes[i] = values[first + i];
  return loadBlock(lanes);
}

// Direct convolutions multiply *packed* pixels: sixteen floats, or with FACEWRIGHT_BF16 sixteen bfloat16 in pairs, two
// products to a lane and sums in float32. In both, kPacked words of 32 bits are broadcast one after the other.
#if FACEWRIGHT_BF16
constexpr Precision kPrecision = Precision::bf16;
constexpr int kPacked = kBlock / 2;
FW_INLINE void packPixel(float* to, const Block& b) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh((__m512)b.v[0]));
}
FW_INLINE Vector multiplyAdd(Vector sum, Vector pixel, Vector weights) {
  return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)pixel, (__m512bh)weights);
}
#else
constexpr Precision kPrecision = Precision::f32;
constexpr int kPacked = kBlock;
FW_INLINE void packPixel(float* to, const Block& b) { storeBlock(to, b); }
FW_INLINE Vector multiplyAdd(Vector sum, Vector pixel, Vector weights) { return sum + pixel * weights; }
#endif
