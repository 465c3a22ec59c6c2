// Dense layers of many pictures at once, y = lrelu(W·x + b): a matrix product near the speed of the registers, in which every
// number is to the bit what linear.h makes of its picture alone.
//
// There a vector holds sixteen partial sums of one dot product (or eight, or four: a *lane* each), four such vectors run, and
// all lanes are added up at the end, as a tree. Here a vector holds one and the same partial sum of sixteen outputs. So the
// partial sums of a lane run one after the other, two at a time, each over every 4·lanes-th column; the same tree of additions
// joins them, and nothing is ever summed across a vector. A *tile* of some outputs and pictures has its running sums in
// registers. Weights and pictures are laid out in the order in which the columns are met (`panelOrder`).

#if FACEWRIGHT_LANES == 16 || defined(__aarch64__)
constexpr int kTilePictures = 6, kTileVectors = 2;
#elif FACEWRIGHT_LANES == 8
constexpr int kTilePictures = 3, kTileVectors = 2;
#else
constexpr int kTilePictures = 2, kTileVectors = 3;
#endif
/** Outputs of a tile. */
constexpr int64_t kPanel = kTileVectors * FACEWRIGHT_LANES;

/** How often all four running vectors of a dot product take their columns. */
FW_INLINE int64_t rounds(int64_t columns) { return columns / (4 * FACEWRIGHT_LANES); }

/** The columns as a tile meets them. */
static void panelOrder(int64_t columns, int32_t* order) {
  constexpr int64_t lanes = FACEWRIGHT_LANES;
  const int64_t left = rounds(columns) * 4 * lanes;
  for (int64_t lane = 0; lane < lanes; lane++)
    for (int64_t half = 0; half < 2; half++) {
      for (int64_t k = lane + 2 * half * lanes; k < left; k += 4 * lanes) {
        *order++ = int32_t(k);
        *order++ = int32_t(k + lanes);
      }
      // What is left is the first running vector's.
      for (int64_t k = left + lane; half == 0 && k < columns; k += lanes) *order++ = int32_t(k);
    }
}

static int64_t panelFloats(int64_t rows, int64_t columns) { return (rows + kPanel - 1) / kPanel * kPanel * columns; }

/**
 * Lays out the weights of a layer: [⌈rows/panel⌉, columns by their order, panel], with zeros beyond the last row.
 *
 * @param order result, [columns]
 */
static void packPanels(const Linear& l, int32_t* order, float* to) {
  panelOrder(l.columns, order);
  for (int64_t first = 0; first < l.rows; first += kPanel)
    for (int64_t i = 0; i < l.columns; i++)
      for (int64_t row = first; row < first + kPanel; row++) {
        *to++ = row < l.rows ? l.weights[row * l.columns + order[i]] : 0;
      }
}

/** Vectors of a tile: [pictures, outputs]. */
struct Tile {
  Vector v[kTilePictures][kTileVectors];
};

#define FW_TILE(p, v)                                                     \
  _Pragma("GCC unroll 16") for (int p = 0; p < kTilePictures; p++)        \
      _Pragma("GCC unroll 4") for (int v = 0; v < kTileVectors; v++)

FW_INLINE void clear(Tile& t) { FW_TILE(p, v) t.v[p][v] = splat(0); }

/** The products of one column, which both pointers leave behind them. */
FW_INLINE void addColumn(Tile& sums, const float*& w, const float*& x) {
  Vector rows[kTileVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kTileVectors; v++) {
    rows[v] = load(w + v * FACEWRIGHT_LANES);
    keepInRegister(rows[v]);
  }
#pragma GCC unroll 16
  for (int p = 0; p < kTilePictures; p++) {
    Vector value = splat(x[p]);
    keepInRegister(value);
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; v++) sums.v[p][v] += rows[v] * value;
  }
  w += kPanel;
  x += kTilePictures;
}

/**
 * The dot products of a panel of outputs with the pictures of a tile.
 *
 * @param w a panel, @param x [columns by their order, pictures], @param y result, [pictures, panel]
 */
static void panelDots(const float* w, const float* x, int64_t columns, Tile* y) {
  constexpr int64_t lanes = FACEWRIGHT_LANES;
  const int64_t pairs = rounds(columns), left = columns - pairs * 4 * lanes;
  Tile whole[lanes], half;
  for (int64_t lane = 0; lane < lanes; lane++) {
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      Tile even, odd;
      clear(even);
      clear(odd);
      for (int64_t i = 0; i < pairs; i++) {
        addColumn(even, w, x);
        addColumn(odd, w, x);
      }
      for (int64_t i = 0; h == 0 && i * lanes + lane < left; i++) addColumn(even, w, x);
      FW_TILE(p, v) {
        const Vector sum = even.v[p][v] + odd.v[p][v];
        if (h == 0) half.v[p][v] = sum;
        else whole[lane].v[p][v] = half.v[p][v] + sum;
      }
    }
  }
  // As `sum` of a vector (simd.h): halves are added until one is left.
  for (int64_t count = lanes / 2; count > 0; count /= 2)
    for (int64_t lane = 0; lane < count; lane++) FW_TILE(p, v) whole[lane].v[p][v] += whole[lane + count].v[p][v];
  *y = whole[0];
}

/** @param scratch [pictures to whole tiles, columns] */
static void linearManyTask(void* argument, int64_t, float* scratch) {
  const LinearMany& m = *static_cast<const LinearMany*>(argument);
  const Linear& l = m.layer;
  // In the last tile the last picture stands in for those that are missing.
  const auto picture = [&](int64_t first, int64_t p) { return least(first + p, m.pictures - 1); };
  for (int64_t first = 0; first < m.pictures; first += kTilePictures) {
    const float* x[kTilePictures];
    for (int p = 0; p < kTilePictures; p++) x[p] = m.x[picture(first, p)];
    float* to = scratch + first * l.columns;
    for (int64_t i = 0; i < l.columns; i++, to += kTilePictures) {
#pragma GCC unroll 16
      for (int p = 0; p < kTilePictures; p++) to[p] = x[p][m.order[i]];
    }
  }
  for (int64_t row = 0; row < l.rows; row += kPanel) {
    const int64_t count = least(kPanel, l.rows - row);
    for (int64_t first = 0; first < m.pictures; first += kTilePictures) {
      Tile tile;
      panelDots(m.panels + row * l.columns, scratch + first * l.columns, l.columns, &tile);
      for (int p = 0; p < kTilePictures; p++) {
        activate(l, row, count, reinterpret_cast<const float*>(tile.v[p]), m.y[picture(first, p)] + row);
      }
    }
  }
}

static int64_t linearManyScratch(int64_t columns, int64_t pictures) {
  return (pictures + kTilePictures - 1) / kTilePictures * kTilePictures * columns;
}

/** One task: whoever has many pictures has them for one thread. */
static void linearMany(const Run& run, const LinearMany& m) {
  run.parallel(run.pool, 1, linearManyTask, const_cast<LinearMany*>(&m));
}
