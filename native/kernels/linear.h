// Dense layers, y = lrelu(W·x + b) and the same with Wᵀ. For one picture they are bound by the reading of W; for several at
// once, W·x is a matrix product. Every number is added up in the same order whatever the number of pictures: sixteen products
// at a time, eight of these sums at a time, then those, since shorter sums err less.

constexpr int64_t kLinearColumns = 128;
/** Products that are added up apart. */
constexpr int64_t kLinearPart = 16;
/** Products whose parts are added up apart: of 512 products the sum errs a fifth less than from parts alone. */
constexpr int64_t kLinearBlock = 8 * kLinearPart;
/** Vectors of outputs, and pictures, whose sums are in registers at once. */
constexpr int kLinearVectors = 2;
#if FACEWRIGHT_LANES == 16 || defined(__aarch64__)
constexpr int kLinearPictures = 12;
#else
constexpr int kLinearPictures = 6;
#endif
/** With fewer weights the caller is done before another thread has begun. */
constexpr int64_t kLinearAlone = 32768;

FW_INLINE float activated(const Linear& l, int64_t index, float value) {
  if (l.bias) value += l.bias[index];
  return value > 0 ? value : value * l.slope;
}

template <int P>
FW_INLINE void zeroSums(Vector (*sums)[kLinearVectors]) {
#pragma GCC unroll 16
  for (int p = 0; p < P; p++)
#pragma GCC unroll 16
    for (int v = 0; v < kLinearVectors; v++) sums[p][v] = splat(0);
}

template <int P>
FW_INLINE void addSums(Vector (*to)[kLinearVectors], const Vector (*from)[kLinearVectors]) {
#pragma GCC unroll 16
  for (int p = 0; p < P; p++)
#pragma GCC unroll 16
    for (int v = 0; v < kLinearVectors; v++) to[p][v] += from[p][v];
}

/**
 * Sums of kLinearVectors vectors of outputs for P pictures: to[p] = Σ_k panel[k]·x[k][p].
 *
 * @param panel [depth, kLinearPanel], from the first of the outputs on
 * @param x [depth, P]
 */
template <int P>
__attribute__((noinline)) static void panelSums(const float* panel, const float* x, int64_t depth,
                                                Vector (*to)[kLinearVectors]) {
  zeroSums<P>(to);
  for (int64_t block = 0; block < depth; block += kLinearBlock) {
    const int64_t blockEnd = least(depth, block + kLinearBlock);
    Vector sums[P][kLinearVectors];
    zeroSums<P>(sums);
    for (int64_t first = block; first < blockEnd; first += kLinearPart) {
      const int64_t end = least(blockEnd, first + kLinearPart);
      Vector part[P][kLinearVectors];
      zeroSums<P>(part);
      for (int64_t k = first; k < end; k++) {
        Vector w[kLinearVectors];
#pragma GCC unroll 16
        for (int v = 0; v < kLinearVectors; v++) w[v] = load(panel + k * kLinearPanel + v * FACEWRIGHT_LANES);
#pragma GCC unroll 16
        for (int p = 0; p < P; p++) {
          const Vector value = splat(x[k * P + p]);
#pragma GCC unroll 16
          for (int v = 0; v < kLinearVectors; v++) part[p][v] += w[v] * value;
        }
      }
      addSums<P>(sums, part);
    }
    addSums<P>(to, sums);
  }
}

/** The outputs of one panel for P pictures. @param x [columns, P] */
template <int P>
static void linearPanel(const Linear& l, int64_t panel, const float* x, float* const* y) {
  constexpr int64_t width = kLinearVectors * FACEWRIGHT_LANES;
  Vector sums[P][kLinearVectors];
  for (int64_t at = 0; at < kLinearPanel; at += width) {
    const int64_t row = panel * kLinearPanel + at, count = least(width, l.rows - row);
    if (count <= 0) return;
    panelSums<P>(l.weights + panel * kLinearPanel * l.columns + at, x, l.columns, sums);
    alignas(64) float bias[width] = {};
    for (int64_t i = 0; l.bias && i < count; i++) bias[i] = l.bias[row + i];
    for (int p = 0; p < P; p++) {
      for (int v = 0; v < kLinearVectors; v++) {
        Vector value = sums[p][v];
        if (l.bias) value += load(bias + v * FACEWRIGHT_LANES);
        // No branch: the sign of what is random cannot be foretold.
        sums[p][v] = select(value > 0.0f, value, value * l.slope);
      }
      float* to = y[p] + row;
      if (count == width) {
        for (int v = 0; v < kLinearVectors; v++) store(to + v * FACEWRIGHT_LANES, sums[p][v]);
      } else {
        const float* values = reinterpret_cast<const float*>(sums[p]);
        for (int64_t i = 0; i < count; i++) to[i] = values[i];
      }
    }
  }
}

static void linearTask(void* argument, int64_t panel, float*) {
  const Linear& l = *static_cast<const Linear*>(argument);
  linearPanel<1>(l, panel, l.x, &l.y);
}

/** The pictures of one tile, value by value: [columns, P]. */
template <int P>
static void gatherPictures(const float* const* x, int64_t columns, float* to) {
  for (int p = 0; p < P; p++)
    for (int64_t k = 0; k < columns; k++) to[k * P + p] = x[p][k];
}

/** A panel stays in the second cache, and a tile of pictures in the first, while they meet. */
static void linearMany(const LinearMany& m) {
  const Linear& l = m.layer;
  const int64_t tiles = m.pictures / kLinearPictures, tiled = tiles * kLinearPictures;
  const int64_t tile = l.columns * kLinearPictures;
  for (int64_t i = 0; i < tiles; i++) {
    gatherPictures<kLinearPictures>(m.x + i * kLinearPictures, l.columns, m.gathered + i * tile);
  }
  for (int64_t panel = 0; panel * kLinearPanel < l.rows; panel++) {
    for (int64_t i = 0; i < tiles; i++) {
      linearPanel<kLinearPictures>(l, panel, m.gathered + i * tile, m.y + i * kLinearPictures);
    }
    for (int64_t picture = tiled; picture < m.pictures; picture++) {
      linearPanel<1>(l, panel, m.x[picture], m.y + picture);
    }
  }
}

static void linearAdjointTask(void* argument, int64_t task, float*) {
  const Linear& l = *static_cast<const Linear*>(argument);
  const int64_t first = task * kLinearColumns, count = least(kLinearColumns, l.columns - first);
  alignas(64) float total[kLinearColumns] = {}, part[kLinearColumns];
  for (int64_t row = 0; row < l.rows; row += kLinearPart) {
    for (int64_t i = 0; i < count; i++) part[i] = 0;
    const int64_t end = least(l.rows, row + kLinearPart);
    for (int64_t r = row; r < end; r++) {
      const float x = l.x[r];
      const float* w = l.weights + r * l.columns + first;
      for (int64_t i = 0; i < count; i++) part[i] += w[i] * x;
    }
    for (int64_t i = 0; i < count; i++) total[i] += part[i];
  }
  for (int64_t i = 0; i < count; i++) l.y[first + i] = activated(l, first + i, total[i]);
}

static void linear(const Run& run, const Linear& l) {
  const int64_t tasks = l.adjoint ? (l.columns + kLinearColumns - 1) / kLinearColumns : panelFloats(l.rows, 1) / kLinearPanel;
  const Task task = l.adjoint ? linearAdjointTask : linearTask;
  if (l.rows * l.columns >= kLinearAlone) run.parallel(run.pool, tasks, task, const_cast<Linear*>(&l));
  else
    for (int64_t i = 0; i < tasks; i++) task(const_cast<Linear*>(&l), i, nullptr);
}
