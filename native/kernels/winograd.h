// 3×3 convolutions by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray, CVPR 2016, arXiv 1509.09308, section 4.1):
// a tile of 2×2 outputs takes 16 multiplications for each pair of channels, where the direct form takes 36.
//
//   Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A,   Bᵀ = 1  0 −1  0    Aᵀ = 1  1  1  0    G = 1    0    0
//                                        0  1  1  0         0  1 −1 −1        ½    ½    ½
//                                        0 −1  1  0                           ½   −½    ½
//                                        0  1  0 −1                           0    0    1
//
// G g Gᵀ is made when weights are packed (pack.cc). At each of the 16 places of the transformed tile, the sum over input
// channels is a matrix product [tiles × in]·[in × out]. Channels lie side by side, so all transforms are additions of
// whole vectors. A block of 64 tiles is transformed, multiplied and transformed back by one thread, in its second cache.

constexpr int kPlaces = 16;
/** Rows and columns of tiles in a block of tiles: 8 × 32 pixels. */
constexpr int64_t kTileRows = 4, kTileColumns = 16;
/** Blocks of input channels whose products are added up before they are added to the rest: shorter sums err less. */
constexpr int64_t kPartBlocks = 8;
/**
 * A line of the cache between places, which would else lie a power of two apart: a transform touches all places of a
 * tile, and they would fall into one set of the cache.
 */
constexpr int64_t kApart = kBlock;

/** How a convolution is cut into blocks of tiles; follows from its shape alone. */
struct WinogradTiling {
  /** Tiles in a block; blocks in the map. */
  int64_t rows, columns, down, across;
  int64_t inputBlocks, outputBlocks, groups;
  /** Whether the whole map is transformed first, and tasks are pairs of a block and a group of channels. */
  bool whole;

  int64_t tiles() const { return rows * columns; }
  int64_t count() const { return down * across; }
  /** From place to place of the transformed input, and of the products. */
  int64_t inputPlace() const { return inputBlocks * tiles() * kBlock + kApart; }
  int64_t productPlace(int64_t width) const { return tiles() * width + kApart; }
  /** Transformed input of one block. */
  int64_t transformedFloats() const { return kPlaces * inputPlace(); }
  /** Packed input of one block of channels, and its rows transformed. */
  int64_t packedFloats() const { return (2 * rows + 2) * (2 * columns + 2) * kBlock; }
  int64_t rowFloats() const { return 4 * (2 * columns + 2) * kBlock; }
  int64_t productFloats() const { return kPlaces * productPlace(kGroup * kBlock); }
  int64_t madeFloats() const { return 2 * 2 * columns * kGroup * kBlock; }
};

FW_INLINE WinogradTiling winogradTiling(const Winograd& w) {
  WinogradTiling t = {};
  const int64_t down = (w.height + 1) / 2, across = (w.width + 1) / 2;
  t.rows = least(kTileRows, down);
  t.columns = least(kTileColumns, across);
  t.down = (down + t.rows - 1) / t.rows;
  t.across = (across + t.columns - 1) / t.columns;
  t.inputBlocks = blocks(w.in);
  t.outputBlocks = blocks(w.out);
  t.groups = (t.outputBlocks + kGroup - 1) / kGroup;
  t.whole = t.count() < 16 && t.groups > 1;
  return t;
}

struct WinogradWork {
  const Winograd& w;
  const Run& run;
  WinogradTiling t;
};

/** Bᵀ d B of one block of channels, for all tiles of a block. @param to [16 places, in blocks, tiles, 16] */
static void transformInput(const WinogradWork& work, int64_t index, int64_t block, float* to, float* scratch) {
  const WinogradTiling& t = work.t;
  const int64_t columns = 2 * t.columns + 2, tiles = t.tiles();
  const int64_t y0 = index / t.across * t.rows * 2, x0 = index % t.across * t.columns * 2;
  float* packed = scratch;
  float* rows = scratch + t.packedFloats();
  const Reader reader = readerOf(work.w.load, block);
  const Block pull = pullOf(work.w.load, block);
  for (int64_t y = 0; y < 2 * t.rows + 2; y++) {
    readRow(work.w.load, reader, pull, block, y0 - 1 + y, x0 - 1, x0 - 1 + columns, packed + y * columns * kBlock);
  }
  const int64_t place = t.inputPlace();
  for (int64_t ty = 0; ty < t.rows; ty++) {
    const float* d = packed + 2 * ty * columns * kBlock;
    const int64_t row = columns * kBlock;
    for (int64_t x = 0; x < row; x += kBlock) {
      const Block d0 = loadBlock(d + x), d1 = loadBlock(d + row + x);
      const Block d2 = loadBlock(d + 2 * row + x), d3 = loadBlock(d + 3 * row + x);
      storeBlock(rows + x, d0 - d2);
      storeBlock(rows + row + x, d1 + d2);
      storeBlock(rows + 2 * row + x, d2 - d1);
      storeBlock(rows + 3 * row + x, d1 - d3);
    }
    for (int64_t tx = 0; tx < t.columns; tx++) {
      float* v = to + (block * tiles + ty * t.columns + tx) * kBlock;
      for (int64_t r = 0; r < 4; r++) {
        const float* c = rows + r * row + 2 * tx * kBlock;
        const Block c0 = loadBlock(c), c1 = loadBlock(c + kBlock);
        const Block c2 = loadBlock(c + 2 * kBlock), c3 = loadBlock(c + 3 * kBlock);
        storeBlock(v + (4 * r + 0) * place, c0 - c2);
        storeBlock(v + (4 * r + 1) * place, c1 + c2);
        storeBlock(v + (4 * r + 2) * place, c2 - c1);
        storeBlock(v + (4 * r + 3) * place, c1 - c3);
      }
    }
  }
}

/** Products of PX tiles with G blocks of output channels, over `count` blocks of input channels. */
template <int PX, int G>
static void productStrip(const float* in, int64_t blockFloats, const float* weights, float* sums, int64_t count,
                         bool first) {
  constexpr int V = G * kVectors;
  Vector a[PX][V];
#pragma GCC unroll 16
  for (int p = 0; p < PX; p++)
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) a[p][v] = splat(0);
  for (int64_t block = 0; block < count; block++, in += blockFloats) {
    for (int i = 0; i < kBlock; i++, weights += G * kBlock) {
      Vector w[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) w[v] = load(weights + v * FACEWRIGHT_LANES);
#pragma GCC unroll 16
      for (int p = 0; p < PX; p++) {
        const Vector b = splat(in[p * kBlock + i]);
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) a[p][v] += b * w[v];
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

/** All tiles of a block, by strips of PX and then of ever smaller ones. */
template <int PX, int G>
FW_INLINE void productsOf(const float* in, int64_t blockFloats, const float* weights, float* sums, int64_t tiles,
                          int64_t count, bool first) {
  for (; tiles >= PX; tiles -= PX, in += PX * kBlock, sums += PX * G * kBlock) {
    productStrip<PX, G>(in, blockFloats, weights, sums, count, first);
  }
  if constexpr (PX > 1) {
    if (tiles > 0) productsOf<PX / 2, G>(in, blockFloats, weights, sums, tiles, count, first);
  }
}

/** The products of a block with one group of G blocks of output channels, and what is made of them. */
template <int G>
static void groupOf(const WinogradWork& work, int64_t index, int64_t group, const float* transformed, float* scratch) {
  const Winograd& w = work.w;
  const WinogradTiling& t = work.t;
  constexpr int px = kSums / (G * kVectors);
  const int64_t tiles = t.tiles(), blockFloats = tiles * kBlock, step = G * kBlock;
  const float* weights = w.weights + group * kGroup * t.inputBlocks * kPlaces * kBlock * kBlock;
  float* products = scratch;
  float* made = products + t.productFloats();
  for (int64_t place = 0; place < kPlaces; place++) {
    for (int64_t block = 0; block < t.inputBlocks; block += kPartBlocks) {
      productsOf<px, G>(transformed + place * t.inputPlace() + block * blockFloats, blockFloats,
                        weights + (place * t.inputBlocks + block) * kBlock * step,
                        products + place * t.productPlace(step), tiles, least(kPartBlocks, t.inputBlocks - block), block == 0);
    }
  }
  Writer writers[G];
  for (int g = 0; g < G; g++) writers[g] = writerOf(w.store, group * kGroup + g);
  const int64_t y0 = index / t.across * t.rows * 2, x0 = index % t.across * t.columns * 2;
  const int64_t columns = least(2 * t.columns, w.width - x0), place = t.productPlace(step);
  for (int64_t ty = 0; ty < t.rows; ty++) {
    const int64_t y = y0 + 2 * ty;
    if (y >= w.height) break;
    for (int64_t tx = 0; tx < t.columns; tx++) {
      for (int g = 0; g < G; g++) {
        const float* m = products + (ty * t.columns + tx) * step + g * kBlock;
        Block upper[4], lower[4];
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
          const Block m0 = loadBlock(m + k * place), m1 = loadBlock(m + (4 + k) * place);
          const Block m2 = loadBlock(m + (8 + k) * place), m3 = loadBlock(m + (12 + k) * place);
          upper[k] = m0 + m1 + m2;
          lower[k] = m1 - m2 - m3;
        }
        float* to = made + 2 * tx * step + g * kBlock;
        storeBlock(to, upper[0] + upper[1] + upper[2]);
        storeBlock(to + step, upper[1] - upper[2] - upper[3]);
        to += 2 * t.columns * step;
        storeBlock(to, lower[0] + lower[1] + lower[2]);
        storeBlock(to + step, lower[1] - lower[2] - lower[3]);
      }
    }
    for (int64_t r = 0; r < 2 && y + r < w.height; r++) {
      for (int g = 0; g < G; g++) {
        writeRow(w.store, writers[g], group * kGroup + g, y + r, x0, columns,
                 made + 2 * r * t.columns * step + g * kBlock, step);
      }
    }
  }
  for (int g = 0; g < G; g++) writePartial(w.store, writers[g], work.run.partial, index, group * kGroup + g);
}

FW_INLINE void anyGroupOf(const WinogradWork& work, int64_t index, int64_t group, const float* transformed,
                          float* scratch) {
  if (kGroup > 1 && work.t.outputBlocks - group * kGroup > 1) groupOf<kGroup>(work, index, group, transformed, scratch);
  else groupOf<1>(work, index, group, transformed, scratch);
}

/** Transforms one block of channels of one block of tiles of the whole map. */
static void wholeTransformTask(void* argument, int64_t task, float* scratch) {
  const WinogradWork& work = *static_cast<const WinogradWork*>(argument);
  const int64_t index = task / work.t.inputBlocks, block = task % work.t.inputBlocks;
  transformInput(work, index, block, work.run.shared + index * work.t.transformedFloats(), scratch);
}

static void wholeGroupTask(void* argument, int64_t task, float* scratch) {
  const WinogradWork& work = *static_cast<const WinogradWork*>(argument);
  // A group's weights serve all blocks before the next group comes.
  const int64_t index = task % work.t.count(), group = task / work.t.count();
  anyGroupOf(work, index, group, work.run.shared + index * work.t.transformedFloats(), scratch);
}

/** One block of tiles with all its channels. */
static void winogradTask(void* argument, int64_t index, float* scratch) {
  const WinogradWork& work = *static_cast<const WinogradWork*>(argument);
  float* rest = scratch + work.t.transformedFloats();
  for (int64_t block = 0; block < work.t.inputBlocks; block++) transformInput(work, index, block, scratch, rest);
  for (int64_t group = 0; group < work.t.groups; group++) anyGroupOf(work, index, group, scratch, rest);
}

static Memory winogradMemory(const Winograd& w) {
  const WinogradTiling t = winogradTiling(w);
  const int64_t rest = most(t.packedFloats() + t.rowFloats(), t.productFloats() + t.madeFloats());
  return {rest + (t.whole ? 0 : t.transformedFloats()), t.whole ? t.count() * t.transformedFloats() : 0,
          partialFloats(w.store, t.count())};
}

static void winograd(const Run& run, const Winograd& w) {
  WinogradWork work{w, run, winogradTiling(w)};
  if (work.t.whole) {
    run.parallel(run.pool, work.t.count() * work.t.inputBlocks, wholeTransformTask, &work);
    run.parallel(run.pool, work.t.count() * work.t.groups, wholeGroupTask, &work);
  } else {
    run.parallel(run.pool, work.t.count(), winogradTask, &work);
  }
  mergeTiles(run, w.store, work.t.count());
}
