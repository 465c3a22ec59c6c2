// Upsampling convolutions and their adjoints by minimal filtering. Each of the four phases of an upsampling convolution is a
// 2×2 convolution of the input (graph/ops.ts, conv_up), for which F(2×2, 2×2) takes 9 multiplications where the direct form
// takes 16 (Winograd 1980; Lavin & Gray, CVPR 2016, section 4, with r = 2). Per axis, with taps a, b and inputs d:
//
//   y₀ = d₀a + d₁b = m₀ + m₁      m₀ = (d₀ − d₁)·a
//   y₁ = d₁a + d₂b = m₁ − m₂      m₁ = d₁·(a + b)
//                                 m₂ = (d₁ − d₂)·b
//
// Phase 0 reads the columns x − 1 … x + 1, phase 1 the columns x … x + 2: of their six transformed inputs one is the same,
// so a tile of 2×2 input pixels has 5×5 transformed ones for 4×9 products. With a margin all phases read the same window, and
// have the same 3×3 transformed inputs (kernels/convolution.h). The adjoint is the sum of four such convolutions
// of the odd and even rows and columns; its 4×9 products are added up before they are transformed back.

constexpr int kFilterPlaces = 9;
/** Along one axis: transformed inputs of a tile, without a margin. */
constexpr int64_t kUpSide = 5;

/** How one is cut into blocks of tiles of 2×2 pixels of the small side; follows from its shape alone. */
struct UpTiling {
  int64_t rows, columns, down, across;
  int64_t inputBlocks, outputBlocks, groups;
  bool adjoint, margin;

  int64_t tiles() const { return rows * columns; }
  int64_t count() const { return down * across; }
  /** Blocks of 16 that products are summed over: the adjoint's four phases are one sum. */
  int64_t summed() const { return adjoint ? 4 * inputBlocks : inputBlocks; }
  /** From place to place of the transformed input, and of the products (kApart: winograd.h). */
  int64_t inputPlace() const { return summed() * tiles() * kBlock + kApart; }
  int64_t productPlace(int64_t width) const { return tiles() * width + kApart; }
  /** Transformed inputs of a tile of `up`, along one axis. */
  int64_t side() const { return margin ? 3 : kUpSide; }
  int64_t transformedFloats() const { return (adjoint ? kFilterPlaces : side() * side()) * inputPlace(); }
  /** Pixels of the input that so many tiles read, along one axis. */
  int64_t reads(int64_t n) const { return adjoint ? 4 * n + 2 : margin ? 2 * n + 1 : 2 * n + 2; }
  int64_t packedRows() const { return reads(rows); }
  int64_t packedColumns() const { return reads(columns); }
  int64_t packedFloats() const { return packedRows() * packedColumns() * kBlock; }
  int64_t rowFloats() const { return (adjoint ? 6 : side()) * packedColumns() * kBlock; }
  int64_t productFloats() const { return kFilterPlaces * productPlace(kGroup * kBlock); }
  int64_t madeFloats() const { return (adjoint ? 4 : 16) * tiles() * kGroup * kBlock; }
};

FW_INLINE UpTiling upTiling(const Convolution& c) {
  UpTiling t = {};
  const int64_t down = (c.height + 1) / 2, across = (c.width + 1) / 2;
  t.adjoint = c.geometry == Geometry::down;
  t.margin = c.margin;
  t.rows = least(kTileRows, down);
  t.columns = least(kTileColumns, across);
  t.down = (down + t.rows - 1) / t.rows;
  t.across = (across + t.columns - 1) / t.columns;
  t.inputBlocks = blocks(c.in);
  t.outputBlocks = blocks(c.out);
  t.groups = (t.outputBlocks + kGroup - 1) / kGroup;
  return t;
}

struct UpWork {
  const Convolution& c;
  const Run& run;
  UpTiling t;
};

/** Packs one block of channels of a block of tiles, with its margin, and zeros outside the map. */
FW_INLINE void packForUp(const UpWork& work, int64_t index, int64_t block, float* packed) {
  const UpTiling& t = work.t;
  const int64_t step = t.adjoint ? 4 : 2, origin = t.adjoint && t.margin ? 0 : -1;
  const int64_t y0 = index / t.across * t.rows * step + origin, x0 = index % t.across * t.columns * step + origin;
  const Reader reader = readerOf(work.c.load, block);
  const Block pull = pullOf(work.c.load, block);
  for (int64_t y = 0; y < t.packedRows(); y++) {
    readRow(work.c.load, reader, pull, block, y0 + y, x0, x0 + t.packedColumns(), packed + y * t.packedColumns() * kBlock);
  }
}

/**
 * The transformed inputs of one block of channels.
 *
 * @param to [5×5 places, with a margin 3×3, in blocks, tiles, 16]
 * @tparam MARGIN as `t.margin`
 */
template <bool MARGIN>
static void transformForUp(const UpWork& work, int64_t index, int64_t block, float* to, float* scratch) {
  const UpTiling& t = work.t;
  const int64_t tiles = t.tiles(), row = t.packedColumns() * kBlock, place = t.inputPlace();
  float* rows = scratch + t.packedFloats();
  packForUp(work, index, block, scratch);
  for (int64_t ty = 0; ty < t.rows; ty++) {
    const float* d = scratch + 2 * ty * row;
    for (int64_t x = 0; x < row; x += kBlock) {
      const Block d0 = loadBlock(d + x), d1 = loadBlock(d + row + x), d2 = loadBlock(d + 2 * row + x);
      storeBlock(rows + x, d0 - d1);
      storeBlock(rows + row + x, d1);
      storeBlock(rows + 2 * row + x, d1 - d2);
      if constexpr (!MARGIN) {
        storeBlock(rows + 3 * row + x, d2);
        storeBlock(rows + 4 * row + x, d2 - loadBlock(d + 3 * row + x));
      }
    }
    for (int64_t tx = 0; tx < t.columns; tx++) {
      float* v = to + (block * tiles + ty * t.columns + tx) * kBlock;
      constexpr int64_t side = MARGIN ? 3 : kUpSide;
      for (int64_t r = 0; r < side; r++, v += side * place) {
        const float* c = rows + r * row + 2 * tx * kBlock;
        const Block c0 = loadBlock(c), c1 = loadBlock(c + kBlock), c2 = loadBlock(c + 2 * kBlock);
        storeBlock(v, c0 - c1);
        storeBlock(v + place, c1);
        storeBlock(v + 2 * place, c1 - c2);
        if constexpr (!MARGIN) {
          storeBlock(v + 3 * place, c2);
          storeBlock(v + 4 * place, c2 - loadBlock(c + 3 * kBlock));
        }
      }
    }
  }
}

/** The same for the adjoint. @param to [9 places, 4 phases, in blocks, tiles, 16], phases by odd and even rows, columns */
static void transformForDown(const UpWork& work, int64_t index, int64_t block, float* to, float* scratch) {
  const UpTiling& t = work.t;
  const int64_t tiles = t.tiles(), row = t.packedColumns() * kBlock, phase = t.inputBlocks * tiles * kBlock;
  const int64_t place = t.inputPlace();
  float* rows = scratch + t.packedFloats();
  packForUp(work, index, block, scratch);
  for (int64_t ty = 0; ty < t.rows; ty++) {
    const float* d = scratch + 4 * ty * row;
    for (int64_t x = 0; x < row; x += kBlock) {
      for (int64_t p = 0; p < 2; p++) {
        const float* from = d + p * row + x;
        const Block d0 = loadBlock(from), d1 = loadBlock(from + 2 * row), d2 = loadBlock(from + 4 * row);
        storeBlock(rows + (3 * p + 0) * row + x, d0 - d1);
        storeBlock(rows + (3 * p + 1) * row + x, d1);
        storeBlock(rows + (3 * p + 2) * row + x, d1 - d2);
      }
    }
    for (int64_t tx = 0; tx < t.columns; tx++) {
      float* tile = to + (block * tiles + ty * t.columns + tx) * kBlock;
      for (int64_t r = 0; r < 6; r++) {
        for (int64_t p = 0; p < 2; p++) {
          const float* c = rows + r * row + (4 * tx + p) * kBlock;
          const Block c0 = loadBlock(c), c1 = loadBlock(c + 2 * kBlock), c2 = loadBlock(c + 4 * kBlock);
          float* v = tile + r % 3 * 3 * place + (r / 3 * 2 + p) * phase;
          storeBlock(v, c0 - c1);
          storeBlock(v + place, c1);
          storeBlock(v + 2 * place, c1 - c2);
        }
      }
    }
  }
}

/** Transforms 3×3 products of every tile back to 2×2 pixels, `step` pixels apart in a map of `width` pixels a row. */
template <int G>
FW_INLINE void transformBack(const UpTiling& t, const float* products, float* made, int64_t step, int64_t width) {
  const int64_t pixel = G * kBlock, place = t.productPlace(pixel);
  for (int64_t ty = 0; ty < t.rows; ty++) {
    for (int64_t tx = 0; tx < t.columns; tx++) {
      for (int g = 0; g < G; g++) {
        const float* m = products + (ty * t.columns + tx) * pixel + g * kBlock;
        Block upper[3], lower[3];
#pragma GCC unroll 3
        for (int k = 0; k < 3; k++) {
          const Block m0 = loadBlock(m + k * place), m1 = loadBlock(m + (3 + k) * place);
          upper[k] = m0 + m1;
          lower[k] = m1 - loadBlock(m + (6 + k) * place);
        }
        float* to = made + (2 * ty * step * width + 2 * tx * step) * pixel + g * kBlock;
        storeBlock(to, upper[0] + upper[1]);
        storeBlock(to + step * pixel, upper[1] - upper[2]);
        to += step * width * pixel;
        storeBlock(to, lower[0] + lower[1]);
        storeBlock(to + step * pixel, lower[1] - lower[2]);
      }
    }
  }
}

/** The products of a block of tiles with one group of G blocks of output channels, and what is made of them. */
template <int G>
static void upGroupOf(const UpWork& work, int64_t index, int64_t group, const float* transformed, float* scratch) {
  const Convolution& c = work.c;
  const UpTiling& t = work.t;
  constexpr int px = kSums / (G * kVectors);
  const int64_t tiles = t.tiles(), blockFloats = tiles * kBlock, pixel = G * kBlock, summed = t.summed();
  const float* weights = c.weights + group * kGroup * t.inputBlocks * 4 * kFilterPlaces * kBlock * kBlock;
  float* products = scratch;
  float* made = products + t.productFloats();
  // Pixels that a tile makes, along either axis.
  const int64_t perTile = t.adjoint ? 2 : 4, width = perTile * t.columns;
  for (int64_t phase = 0; phase < (t.adjoint ? 1 : 4); phase++) {
    for (int64_t k = 0; k < kFilterPlaces; k++, weights += summed * kBlock * pixel) {
      const int64_t place =
          t.adjoint || t.margin ? k : (phase / 2 * 2 + k / 3) * kUpSide + phase % 2 * 2 + k % 3;
      for (int64_t block = 0; block < summed; block += kPartBlocks) {
        productsOf<px, G>(transformed + place * t.inputPlace() + block * blockFloats, blockFloats,
                          weights + block * kBlock * pixel, products + k * t.productPlace(pixel), tiles,
                          least(kPartBlocks, summed - block), block == 0);
      }
    }
    if (t.adjoint) {
      transformBack<G>(t, products, made, 1, width);
      continue;
    }
    const int64_t row = t.margin ? 1 - phase / 2 : phase / 2, column = t.margin ? 1 - phase % 2 : phase % 2;
    transformBack<G>(t, products, made + (row * width + column) * pixel, 2, width);
  }
  const Store& s = c.store;
  const int64_t y0 = index / t.across * t.rows * perTile, x0 = index % t.across * width;
  const int64_t rows = least(perTile * t.rows, s.height - y0), columns = least(width, s.width - x0);
  for (int g = 0; g < G; g++) {
    const int64_t block = group * kGroup + g;
    Writer writer = writerOf(s, block);
    for (int64_t y = 0; y < rows; y++) {
      writeRow(s, writer, block, y0 + y, x0, columns, made + y * width * pixel + g * kBlock, pixel);
    }
    writePartial(s, writer, work.run.partial, index, block);
  }
}

/** One block of tiles with all its channels. */
static void winogradUpTask(void* argument, int64_t index, float* scratch) {
  const UpWork& work = *static_cast<const UpWork*>(argument);
  const UpTiling& t = work.t;
  float* rest = scratch + t.transformedFloats();
  for (int64_t block = 0; block < t.inputBlocks; block++) {
    if (t.adjoint) transformForDown(work, index, block, scratch, rest);
    else if (t.margin) transformForUp<true>(work, index, block, scratch, rest);
    else transformForUp<false>(work, index, block, scratch, rest);
  }
  for (int64_t group = 0; group < t.groups; group++) {
    if (kGroup > 1 && t.outputBlocks - group * kGroup > 1) upGroupOf<kGroup>(work, index, group, scratch, rest);
    else upGroupOf<1>(work, index, group, scratch, rest);
  }
}

static Memory winogradUpMemory(const Convolution& c) {
  const UpTiling t = upTiling(c);
  const int64_t rest = most(t.packedFloats() + t.rowFloats(), t.productFloats() + t.madeFloats());
  return {t.transformedFloats() + rest, 0, partialFloats(c.store, t.count())};
}

/** `up` and `down` (graph/ops.ts, conv_up), with weights as `packWinogradUp` lays them out. */
static void winogradUp(const Run& run, const Convolution& c) {
  UpWork work{c, run, upTiling(c)};
  run.parallel(run.pool, work.t.count(), winogradUpTask, &work);
  mergeTiles(run, c.store, work.t.count());
}
