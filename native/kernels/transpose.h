// Packed weights of a convolution's adjoint, out of those of the convolution itself (pack.cc): the adjoint exchanges input and output
// channels and turns the taps round, so blocks of 16 × 16 weights are transposed and moved to other taps. Per picture and step that
// is a pass over the weights; a second packing would be held for as long as the program.

#if defined(__clang__) || __GNUC__ >= 12
#define FW_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define FW_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Mask{__VA_ARGS__})
#endif

/** Quarters of 128 bits in a vector, within which processors move lanes cheaply. */
constexpr int kQuarters = FACEWRIGHT_LANES / 4;
#if FACEWRIGHT_LANES == 16
#define FW_QUARTERS(M) M(0), M(4), M(8), M(12)
#elif FACEWRIGHT_LANES == 8
#define FW_QUARTERS(M) M(0), M(4)
#else
#define FW_QUARTERS(M) M(0)
#endif
#define FW_LOW_PAIRS(q) q, FACEWRIGHT_LANES + q, q + 1, FACEWRIGHT_LANES + q + 1
#define FW_HIGH_PAIRS(q) q + 2, FACEWRIGHT_LANES + q + 2, q + 3, FACEWRIGHT_LANES + q + 3
#define FW_LOW_HALVES(q) q, q + 1, FACEWRIGHT_LANES + q, FACEWRIGHT_LANES + q + 1
#define FW_HIGH_HALVES(q) q + 2, q + 3, FACEWRIGHT_LANES + q + 2, FACEWRIGHT_LANES + q + 3

/** Transposes the 4×4 floats in each quarter of four vectors. */
FW_INLINE void transposeQuarters(Vector* v) {
  const Vector a = FW_SHUFFLE(v[0], v[1], FW_QUARTERS(FW_LOW_PAIRS)), b = FW_SHUFFLE(v[0], v[1], FW_QUARTERS(FW_HIGH_PAIRS));
  const Vector c = FW_SHUFFLE(v[2], v[3], FW_QUARTERS(FW_LOW_PAIRS)), d = FW_SHUFFLE(v[2], v[3], FW_QUARTERS(FW_HIGH_PAIRS));
  v[0] = FW_SHUFFLE(a, c, FW_QUARTERS(FW_LOW_HALVES));
  v[1] = FW_SHUFFLE(a, c, FW_QUARTERS(FW_HIGH_HALVES));
  v[2] = FW_SHUFFLE(b, d, FW_QUARTERS(FW_LOW_HALVES));
  v[3] = FW_SHUFFLE(b, d, FW_QUARTERS(FW_HIGH_HALVES));
}

/** Transposes a matrix of quarters: quarter q of row r becomes quarter r of row q. Rows are four vectors apart. */
FW_INLINE void exchangeQuarters(Vector* v) {
#if FACEWRIGHT_LANES == 16
  const Vector a = FW_SHUFFLE(v[0], v[4], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const Vector b = FW_SHUFFLE(v[0], v[4], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  const Vector c = FW_SHUFFLE(v[8], v[12], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const Vector d = FW_SHUFFLE(v[8], v[12], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  v[0] = FW_SHUFFLE(a, c, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  v[4] = FW_SHUFFLE(a, c, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  v[8] = FW_SHUFFLE(b, d, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  v[12] = FW_SHUFFLE(b, d, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
#elif FACEWRIGHT_LANES == 8
  const Vector a = v[0], b = v[4];
  v[0] = FW_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
  v[4] = FW_SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
#else
  (void)v;
#endif
}

/** Transposes 16 × 16 floats, whose rows lie `fromRow` and `toRow` floats apart. */
static void transposeBlock(const float* from, int64_t fromRow, float* to, int64_t toRow) {
  constexpr int L = FACEWRIGHT_LANES;
  for (int row = 0; row < kBlock; row += L) {
    for (int column = 0; column < kBlock; column += L) {
      Vector v[L];
#pragma GCC unroll 16
      for (int i = 0; i < L; i++) v[i] = load(from + (row + i) * fromRow + column);
      // Then row 4q + j of the result has its quarter R in quarter q of v[4R + j].
#pragma GCC unroll 4
      for (int q = 0; q < kQuarters; q++) transposeQuarters(v + 4 * q);
#pragma GCC unroll 4
      for (int j = 0; j < 4; j++) exchangeQuarters(v + j);
#pragma GCC unroll 16
      for (int i = 0; i < L; i++) store(to + (column + i) * toRow + row, v[i]);
    }
  }
}

/** Where the weights of one tap lie in a group of outputs: the first block of inputs, from block to block, from input to input; in groups' widths. */
struct TapPlace {
  int64_t first, block, row;
};

struct TransposeWork {
  const Transpose& t;
  int64_t inputBlocks, outputBlocks, taps;
};

/** Of a tap of the adjoint. Its layout is [taps, in blocks, 16 in], or direct [in blocks, rows, 16 in, columns]. */
FW_INLINE TapPlace placeOf(const TransposeWork& work, int64_t tap) {
  if (work.t.winograd) return {tap * work.inputBlocks * kBlock, kBlock, 1};
  const int64_t side = work.t.geometry == Geometry::same ? 3 : 4;
  return {tap / side * kBlock * side + tap % side, side * kBlock * side, side};
}

/** Of the same tap among those of the convolution, whose inputs are the adjoint's outputs. */
FW_INLINE TapPlace oppositeOf(const TransposeWork& work, int64_t tap) {
  const bool same = work.t.geometry == Geometry::same;
  const int64_t blocks = work.outputBlocks;
  if (work.t.winograd) {
    // F(2×2, 3×3): along each axis the places 0 and 3 are exchanged. F(2×2, 2×2): [9 places, 4 phases] become [4 phases, 9 places],
    // where a phase's two taps are the other one's, turned round.
    constexpr int64_t turned[] = {3, 1, 2, 0};
    const int64_t there = same ? turned[tap / 4] * 4 + turned[tap % 4] : (3 - tap % 4) * 9 + 8 - tap / 4;
    return {there * blocks * kBlock, kBlock, 1};
  }
  if (same) return {(2 - tap / 3) * kBlock * 3 + 2 - tap % 3, 3 * kBlock * 3, 3};
  // The rows of `up` are two parts of two, and so are its columns: kernel row 3 − part − 2·row.
  const int64_t y = 3 - tap / 4, x = 3 - tap % 4;
  return {(y % 2 * blocks * 2 + y / 2) * kBlock * 4 + x % 2 * 2 + x / 2, 2 * kBlock * 4, 4};
}

/** All weights of one group of the adjoint's outputs and one of its inputs, which is a group of the convolution's outputs. */
static void transposeTask(void* argument, int64_t index, float*) {
  const TransposeWork& work = *static_cast<const TransposeWork*>(argument);
  const int64_t inputGroups = (work.inputBlocks + kGroup - 1) / kGroup;
  const int64_t firstOut = index / inputGroups * kGroup, firstIn = index % inputGroups * kGroup;
  const int64_t outs = least<int64_t>(kGroup, work.outputBlocks - firstOut), toWidth = outs * kBlock;
  const int64_t ins = least<int64_t>(kGroup, work.inputBlocks - firstIn), fromWidth = ins * kBlock;
  float* to = work.t.to + firstOut * work.inputBlocks * work.taps * kBlock * kBlock;
  const float* from = work.t.from + firstIn * work.outputBlocks * work.taps * kBlock * kBlock;
  for (int64_t tap = 0; tap < work.taps; tap++) {
    const TapPlace here = placeOf(work, tap), there = oppositeOf(work, tap);
    for (int64_t in = 0; in < ins; in++) {
      for (int64_t out = 0; out < outs; out++) {
        transposeBlock(from + (there.first + (firstOut + out) * there.block) * fromWidth + in * kBlock,
                       there.row * fromWidth, to + (here.first + (firstIn + in) * here.block) * toWidth + out * kBlock,
                       here.row * toWidth);
      }
    }
  }
}

static void transpose(const Run& run, const Transpose& t) {
  const bool same = t.geometry == Geometry::same;
  TransposeWork work{t, blocks(t.in), blocks(t.out), t.winograd ? (same ? 16 : 36) : (same ? 9 : 16)};
  const int64_t inputGroups = (work.inputBlocks + kGroup - 1) / kGroup, groups = (work.outputBlocks + kGroup - 1) / kGroup;
  run.parallel(run.pool, groups * inputGroups, transposeTask, &work);
}
