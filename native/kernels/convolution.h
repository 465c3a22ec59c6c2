// Direct convolutions over blocked maps: 3×3, the strided 4×4 convolution that halves a map, and the transposed one that
// doubles it, in its phase form (graph/ops.ts, conv and conv_up). With a margin the strided one begins a pixel later, and the
// transposed one a pixel earlier: then the four phases of an output block read the same 2×2 window of the input.
//
// A tile of the input is read once, on the way modulated or turned into a gradient, and padded with zeros (load.h). Then
// an output pixel of sixteen channels is one vector, and an input value is broadcast to it: a *strip* of pixels times one
// or two blocks of channels stays in registers for sixteen input channels and all taps, about 144 products. Such parts are
// added up in a tile of sums that stays in the cache: that costs little, and sums in parts err less than one long sum.
// Of two neighbouring taps the broadcast value is the same: it is loaded once for all columns of the kernel.

#if FACEWRIGHT_LANES == 16 || defined(__aarch64__)
constexpr int kSums = 16;  // vectors of sums that fit in the registers, beside weights
#else
constexpr int kSums = 8;
#endif
constexpr int kGroup = FACEWRIGHT_LANES == 16 ? 2 : 1;

/**
 * One strip of PX pixels and G blocks of channels: adds the products of one block of sixteen input channels.
 *
 * @param in the packed input at the strip's first row and column; `row` floats from row to row
 * @param weights [KH, 16 or 8 pairs, KW, G, 16 or 16 pairs]
 * @param sums [PX, G, 16]
 */
template <int PX, int G, int KH, int KW, int S>
static void strip(const float* in, int64_t row, const float* weights, float* sums, bool first) {
  constexpr int V = G * kVectors;
  Vector a[PX][V];
#pragma GCC unroll 16
  for (int p = 0; p < PX; p++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) a[p][v] = splat(0);
  for (int ky = 0; ky < KH; ky++) {
    const float* r = in + ky * row;
    for (int i = 0; i < kPacked; i++, r++, weights += KW * G * kBlock) {
      Vector w[KW][V];
#pragma GCC unroll 4
      for (int kx = 0; kx < KW; kx++)
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) w[kx][v] = load(weights + (kx * V + v) * FACEWRIGHT_LANES);
#pragma GCC unroll 64
      for (int j = 0; j < (PX - 1) * S + KW; j++) {
        const Vector b = splat(r[j * kPacked]);
#pragma GCC unroll 4
        for (int kx = 0; kx < KW; kx++) {
          const int p = (j - kx) / S;
          if (j < kx || (j - kx) % S != 0 || p >= PX) continue;
#pragma GCC unroll 8
          for (int v = 0; v < V; v++) a[p][v] = multiplyAdd(a[p][v], b, w[kx][v]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < PX; p++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      float* at = sums + (p * V + v) * FACEWRIGHT_LANES;
      store(at, first ? a[p][v] : load(at) + a[p][v]);
    }
}

/** Convolutions as loops over strips: those of Geometry, and `up` with a margin. */
enum class Strips { same, down, up, wide };

FW_INLINE constexpr bool doubles(Strips kind) { return kind == Strips::up || kind == Strips::wide; }

/**
 * One strip of an upsampling convolution: PX input pixels make 2·PX pixels of one output row.
 *
 * @param weights [2 rows, 16 or 8 pairs, 2 phases, 2 columns, G, 16 or 16 pairs]
 * @tparam WIDE with a margin: phases 0 and 1 are the pixels that they are without one, seen from one pixel further left
 */
template <int PX, int G, bool WIDE>
static void stripUp(const float* in, int64_t row, const float* weights, float* sums, bool first) {
  constexpr int V = G * kVectors;
  Vector a[2 * PX][V];
#pragma GCC unroll 16
  for (int p = 0; p < 2 * PX; p++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) a[p][v] = splat(0);
  for (int ky = 0; ky < 2; ky++) {
    const float* r = in + ky * row;
    for (int i = 0; i < kPacked; i++, r++, weights += 4 * G * kBlock) {
      Vector w[4][V];
#pragma GCC unroll 4
      for (int tap = 0; tap < 4; tap++)
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) w[tap][v] = load(weights + (tap * V + v) * FACEWRIGHT_LANES);
#pragma GCC unroll 64
      for (int j = 0; j < PX + (WIDE ? 1 : 2); j++) {
        const Vector b = splat(r[j * kPacked]);
#pragma GCC unroll 4
        for (int tap = 0; tap < 4; tap++) {
          // Phase 0 reads columns x − 1 and x, phase 1 columns x and x + 1, or with a margin x − 1 and x; r begins at x − 1.
          const int phase = tap / 2, p = j - (WIDE ? 0 : phase) - tap % 2, at = 2 * p + (WIDE ? 1 - phase : phase);
          if (p < 0 || p >= PX) continue;
#pragma GCC unroll 8
          for (int v = 0; v < V; v++) a[at][v] = multiplyAdd(a[at][v], b, w[tap][v]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < 2 * PX; p++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      float* at = sums + (p * V + v) * FACEWRIGHT_LANES;
      store(at, first ? a[p][v] : load(at) + a[p][v]);
    }
}

/** A row of `count` tile columns, by strips of PX and then of ever smaller ones. No sum depends on where strips begin. */
template <Strips KIND, int PX, int G>
FW_INLINE void stripsOf(const float* in, int64_t row, const float* weights, float* sums, int64_t count, bool first) {
  constexpr int step = KIND == Strips::down ? 2 : 1, made = doubles(KIND) ? 2 : 1;
  for (; count >= PX; count -= PX, in += PX * step * kPacked, sums += PX * made * G * kBlock) {
    if constexpr (KIND == Strips::same) strip<PX, G, 3, 3, 1>(in, row, weights, sums, first);
    if constexpr (KIND == Strips::down) strip<PX, G, 4, 4, 2>(in, row, weights, sums, first);
    if constexpr (doubles(KIND)) stripUp<PX, G, KIND == Strips::wide>(in, row, weights, sums, first);
  }
  if constexpr (PX > 1) {
    if (count > 0) stripsOf<KIND, PX / 2, G>(in, row, weights, sums, count, first);
  }
}

/** How a convolution is cut into tiles; follows from its shape alone. */
struct Tiling {
  Strips kind;
  int64_t rows, columns, down, across;
  /** Row and column of the input at which the first tile's packed input begins. */
  int64_t origin;
  /** Packed input of a tile: rows and columns with their margin, for all input channels. */
  int64_t packedRows, packedColumns;
  int64_t inputBlocks, outputBlocks, groups;
  /** Whether the whole map is packed first, and tasks are pairs of a tile and a group of channels. */
  bool whole;

  int64_t tiles() const { return down * across; }
  int64_t packedFloats() const { return inputBlocks * packedRows * packedColumns * kPacked; }
  /** Rows or columns of input, with their margin, that n rows or columns of a tile read. */
  int64_t reads(int64_t n) const { return kind == Strips::down ? 2 * n + 2 : kind == Strips::wide ? n + 1 : n + 2; }
  int64_t sumFloats() const {
    return rows * columns * (doubles(kind) ? 4 : 1) * least<int64_t>(kGroup, outputBlocks) * kBlock;
  }
};

/** Above this a packed tile is no longer held by a core's second cache. */
constexpr int64_t kMostPackedFloats = 96 * 1024;
/** Blocks of channels for which tiles may be wide. */
constexpr int64_t kFewBlocks = 4;
/** Fewer tiles than this are shared out with their channels, so that many threads have work. */
constexpr int64_t kFewTiles = 32;

FW_INLINE Tiling tilingOf(const Convolution& c) {
  Tiling t = {};
  t.kind = c.geometry == Geometry::same   ? Strips::same
           : c.geometry == Geometry::down ? Strips::down
           : c.margin                     ? Strips::wide
                                          : Strips::up;
  t.origin = t.kind == Strips::down && c.margin ? 0 : -1;
  t.inputBlocks = blocks(c.in);
  t.outputBlocks = blocks(c.out);
  t.groups = (t.outputBlocks + kGroup - 1) / kGroup;
  t.rows = least<int64_t>(8, c.height);
  // Of few channels a core's second cache holds wider tiles: longer rows to read, and less margin to read twice.
  const int64_t wide = most(t.inputBlocks, t.outputBlocks) <= kFewBlocks ? 4 : 1;
  t.columns = least<int64_t>(wide * (c.geometry == Geometry::same ? 32 : 16), c.width);
  t.down = (c.height + t.rows - 1) / t.rows;
  t.across = (c.width + t.columns - 1) / t.columns;
  t.packedRows = t.reads(t.rows);
  t.packedColumns = t.reads(t.columns);
  t.whole = t.packedFloats() > kMostPackedFloats || (t.tiles() < kFewTiles && t.groups > 1);
  if (t.whole) {
    t.packedRows = t.reads(c.height);
    t.packedColumns = t.reads(c.width);
  }
  return t;
}

struct ConvolutionWork {
  const Convolution& c;
  const Run& run;
  Tiling t;
};

/** Packs rows [y0, y0 + rows) and columns [x0, x0 + columns) of one block of input channels. */
FW_CALLED void packBlock(const Load& l, int64_t block, int64_t y0, int64_t rows, int64_t x0, int64_t columns, float* to) {
  const Reader reader = readerOf(l, block);
  const Block pull = pullOf(l, block);
  for (int64_t y = y0; y < y0 + rows; y++, to += columns * kPacked) {
    if constexpr (kPacked == kBlock) {
      readRow(l, reader, pull, block, y, x0, x0 + columns, to);
    } else {
      constexpr int64_t some = 64;
      alignas(64) float read[some * kBlock];
      for (int64_t first = 0; first < columns; first += some) {
        const int64_t count = least(some, columns - first);
        readRow(l, reader, pull, block, y, x0 + first, x0 + first + count, read);
        for (int64_t i = 0; i < count; i++) packPixel(to + (first + i) * kPacked, loadBlock(read + i * kBlock));
      }
    }
  }
}

/** The sums of one tile and one group of G blocks of channels, and what is made of them. */
template <Strips KIND, int G>
FW_CALLED void tileOfGroup(const ConvolutionWork& work, int64_t tile, int64_t group, const float* packed, int64_t rowFloats,
                           int64_t blockFloats, float* sums) {
  const Convolution& c = work.c;
  const Tiling& t = work.t;
  constexpr int px = kSums / (G * kVectors) / (doubles(KIND) ? 2 : 1);
  constexpr int step = KIND == Strips::down ? 2 : 1, made = doubles(KIND) ? 2 : 1;
  constexpr int64_t taps = KIND == Strips::same ? 9 : KIND == Strips::down ? 16 : 8;
  constexpr int64_t perBlock = taps * kPacked * G * kBlock;
  const int64_t y0 = tile / t.across * t.rows, x0 = tile % t.across * t.columns;
  const int64_t rows = least(t.rows, c.height - y0), columns = least(t.columns, c.width - x0);
  const float* weights =
      c.weights + group * kGroup * t.inputBlocks * (doubles(KIND) ? 16 : taps) * kPacked * kBlock;
  for (int64_t block = 0; block < t.inputBlocks; block++) {
    const float* in = packed + block * blockFloats;
    if constexpr (doubles(KIND)) {
      constexpr bool wide = KIND == Strips::wide;
      for (int64_t phase = 0; phase < 2; phase++) {
        const float* w = weights + (phase * t.inputBlocks + block) * perBlock;
        const int64_t below = wide ? 0 : phase, row = wide ? 1 - phase : phase;
        for (int64_t y = 0; y < rows; y++) {
          stripsOf<KIND, px, G>(in + (y + below) * rowFloats, rowFloats, w,
                                sums + (2 * y + row) * 2 * columns * G * kBlock, columns, block == 0);
        }
      }
    } else {
      for (int64_t y = 0; y < rows; y++) {
        stripsOf<KIND, px, G>(in + step * y * rowFloats, rowFloats, weights + block * perBlock,
                              sums + y * columns * G * kBlock, columns, block == 0);
      }
    }
  }
  for (int64_t g = 0; g < G; g++) {
    const int64_t block = group * kGroup + g;
    Writer writer = writerOf(c.store, block);
    for (int64_t y = 0; y < made * rows; y++) {
      writeRow(c.store, writer, block, made * y0 + y, made * x0, made * columns,
               sums + (y * made * columns * G + g) * kBlock, G * kBlock);
    }
    writePartial(c.store, writer, work.run.partial, tile, block);
  }
}

template <Strips KIND>
FW_INLINE void tileOf(const ConvolutionWork& work, int64_t tile, int64_t group, const float* packed, int64_t rowFloats,
                      int64_t blockFloats, float* sums) {
  const int64_t left = work.t.outputBlocks - group * kGroup;
  if (kGroup > 1 && left > 1) tileOfGroup<KIND, kGroup>(work, tile, group, packed, rowFloats, blockFloats, sums);
  else tileOfGroup<KIND, 1>(work, tile, group, packed, rowFloats, blockFloats, sums);
}

/** Packs one block of channels of the whole map. */
static void packTask(void* argument, int64_t block, float*) {
  const ConvolutionWork& work = *static_cast<const ConvolutionWork*>(argument);
  const Tiling& t = work.t;
  packBlock(work.c.load, block, t.origin, t.packedRows, t.origin, t.packedColumns,
            work.run.shared + block * t.packedRows * t.packedColumns * kPacked);
}

/** One tile and one group of channels out of the packed map. */
template <Strips KIND>
static void wholeTask(void* argument, int64_t index, float* scratch) {
  const ConvolutionWork& work = *static_cast<const ConvolutionWork*>(argument);
  const Tiling& t = work.t;
  constexpr int step = KIND == Strips::down ? 2 : 1;
  // A group's weights serve all its tiles before the next group comes.
  const int64_t tile = index % t.tiles(), group = index / t.tiles();
  const int64_t y0 = tile / t.across * t.rows, x0 = tile % t.across * t.columns;
  const int64_t rowFloats = t.packedColumns * kPacked;
  tileOf<KIND>(work, tile, group, work.run.shared + step * (y0 * rowFloats + x0 * kPacked), rowFloats,
               t.packedRows * rowFloats, scratch);
}

/** One tile with all its channels. */
template <Strips KIND>
static void tileTask(void* argument, int64_t tile, float* scratch) {
  const ConvolutionWork& work = *static_cast<const ConvolutionWork*>(argument);
  const Convolution& c = work.c;
  const Tiling& t = work.t;
  constexpr int step = KIND == Strips::down ? 2 : 1;
  const int64_t y0 = tile / t.across * t.rows, x0 = tile % t.across * t.columns;
  const int64_t rows = t.reads(least(t.rows, c.height - y0)), columns = t.reads(least(t.columns, c.width - x0));
  for (int64_t block = 0; block < t.inputBlocks; block++) {
    packBlock(c.load, block, step * y0 + t.origin, rows, step * x0 + t.origin, columns,
              scratch + block * rows * columns * kPacked);
  }
  const int64_t rowFloats = columns * kPacked;
  for (int64_t group = 0; group < t.groups; group++) {
    tileOf<KIND>(work, tile, group, scratch, rowFloats, rows * rowFloats, scratch + t.packedFloats());
  }
}

template <Strips KIND>
static void convolve(const ConvolutionWork& work) {
  const Tiling& t = work.t;
  void* argument = const_cast<ConvolutionWork*>(&work);
  if (t.whole) {
    work.run.parallel(work.run.pool, t.inputBlocks, packTask, argument);
    work.run.parallel(work.run.pool, t.tiles() * t.groups, wholeTask<KIND>, argument);
  } else {
    work.run.parallel(work.run.pool, t.tiles(), tileTask<KIND>, argument);
  }
}

static Memory convolutionMemory(const Convolution& c) {
  const Tiling t = tilingOf(c);
  return {t.sumFloats() + (t.whole ? 0 : t.packedFloats()), t.whole ? t.packedFloats() : 0,
          partialFloats(c.store, t.tiles())};
}

static void convolution(const Run& run, const Convolution& c) {
  const ConvolutionWork work{c, run, tilingOf(c)};
  if (work.t.kind == Strips::same) convolve<Strips::same>(work);
  else if (work.t.kind == Strips::down) convolve<Strips::down>(work);
  else if (work.t.kind == Strips::wide) convolve<Strips::wide>(work);
  else convolve<Strips::up>(work);
  mergeTiles(run, c.store, work.t.tiles());
}
