// Dense layers, y = lrelu(W·x + b) and the same with Wᵀ. For one picture they are bound by the reading of W; for several at
// once, W·x is a matrix product. A number is a dot product, added up in the same order whatever the number of pictures: in four
// running vectors, since short sums err least.

constexpr int64_t kLinearRows = 32, kLinearColumns = 128;
/** Rows and pictures whose running vectors are in registers at once. */
#if FACEWRIGHT_LANES == 16 || defined(__aarch64__)
constexpr int kLinearDotRows = 2;
#else
constexpr int kLinearDotRows = 1;
#endif
constexpr int kLinearDotPictures = 3;
/** Rows that all pictures of a group meet before the next: 32 KiB of weights at 512 columns. */
constexpr int64_t kLinearRowsTogether = 16;
/** With fewer weights the caller is done before another thread has begun. */
constexpr int64_t kLinearAlone = 32768;

/** Compilers read memory again for every use otherwise, and reading is what bounds a dot product. */
FW_INLINE void keepInRegister(Vector& v) {
#if defined(__aarch64__)
  asm("" : "+w"(v));
#else
  asm("" : "+v"(v));
#endif
}

/** Σ w·x of R rows, one behind the other in w, and P pictures, each by four running vectors and a rest: y[p][r]. */
template <int R, int P>
FW_INLINE void dots(const float* w, const float* const* x, int64_t count, float* const* y) {
  constexpr int64_t lanes = FACEWRIGHT_LANES;
  Vector sums[R][P][4];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 16
    for (int p = 0; p < P; p++)
#pragma GCC unroll 4
      for (int v = 0; v < 4; v++) sums[r][p][v] = splat(0);
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
#pragma GCC unroll 4
    for (int64_t v = 0; v < 4; v++) {
      Vector of[P];
#pragma GCC unroll 16
      for (int p = 0; p < P; p++) {
        of[p] = load(x[p] + i + v * lanes);
        if (R > 1) keepInRegister(of[p]);
      }
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) {
        Vector row = load(w + r * count + i + v * lanes);
        if (P > 1) keepInRegister(row);
#pragma GCC unroll 16
        for (int p = 0; p < P; p++) sums[r][p][v] += row * of[p];
      }
    }
  }
  for (; i + lanes <= count; i += lanes) {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
      for (int p = 0; p < P; p++) sums[r][p][0] += load(w + r * count + i) * load(x[p] + i);
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 16
    for (int p = 0; p < P; p++) {
      float rest = 0;
      for (int64_t k = i; k < count; k++) rest += w[r * count + k] * x[p][k];
      const Vector* s = sums[r][p];
      y[p][r] = sum((s[0] + s[1]) + (s[2] + s[3])) + rest;
    }
}

FW_INLINE float activated(const Linear& l, int64_t index, float value) {
  if (l.bias) value += l.bias[index];
  return value > 0 ? value : value * l.slope;
}

/** Bias and activation of some outputs. No branch: the sign of what is random cannot be foretold. */
static void activate(const Linear& l, int64_t first, int64_t end, float* y) {
  int64_t row = first;
  for (; row + FACEWRIGHT_LANES <= end; row += FACEWRIGHT_LANES) {
    Vector value = load(y + row);
    if (l.bias) value += load(l.bias + row);
    store(y + row, select(value > 0.0f, value, value * l.slope));
  }
  for (; row < end; row++) y[row] = activated(l, row, y[row]);
}

/** Rows `first` to `end` for P pictures. */
template <int P>
static void linearRows(const Linear& l, int64_t first, int64_t end, const float* const* x, float* const* y) {
  float* into[P];
  int64_t row = first;
  for (; row + kLinearDotRows <= end; row += kLinearDotRows) {
    for (int p = 0; p < P; p++) into[p] = y[p] + row;
    dots<kLinearDotRows, P>(l.weights + row * l.columns, x, l.columns, into);
  }
  for (; row < end; row++) {
    for (int p = 0; p < P; p++) into[p] = y[p] + row;
    dots<1, P>(l.weights + row * l.columns, x, l.columns, into);
  }
  for (int p = 0; p < P; p++) activate(l, first, end, y[p]);
}

static void linearTask(void* argument, int64_t task, float*) {
  const Linear& l = *static_cast<const Linear*>(argument);
  linearRows<1>(l, task * kLinearRows, least(l.rows, (task + 1) * kLinearRows), &l.x, &l.y);
}

/** A few rows, and a few pictures at a time, stay in the first cache while they meet. */
static void linearMany(const LinearMany& m) {
  const Linear& l = m.layer;
  for (int64_t first = 0; first < l.rows; first += kLinearRowsTogether) {
    const int64_t end = least(l.rows, first + kLinearRowsTogether);
    int64_t picture = 0;
    for (; picture + kLinearDotPictures <= m.pictures; picture += kLinearDotPictures) {
      linearRows<kLinearDotPictures>(l, first, end, m.x + picture, m.y + picture);
    }
    for (; picture < m.pictures; picture++) linearRows<1>(l, first, end, m.x + picture, m.y + picture);
  }
}

static void linearAdjointTask(void* argument, int64_t task, float*) {
  const Linear& l = *static_cast<const Linear*>(argument);
  const int64_t first = task * kLinearColumns, count = least(kLinearColumns, l.columns - first);
  // Sums of eight rows each, added up: shorter sums err less.
  alignas(64) float total[kLinearColumns] = {}, part[kLinearColumns];
  for (int64_t row = 0; row < l.rows; row += 8) {
    for (int64_t i = 0; i < count; i++) part[i] = 0;
    const int64_t end = least(l.rows, row + 8);
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
  const int64_t tasks =
      l.adjoint ? (l.columns + kLinearColumns - 1) / kLinearColumns : (l.rows + kLinearRows - 1) / kLinearRows;
  const Task task = l.adjoint ? linearAdjointTask : linearTask;
  if (l.rows * l.columns >= kLinearAlone) run.parallel(run.pool, tasks, task, const_cast<Linear*>(&l));
  else
    for (int64_t i = 0; i < tasks; i++) task(const_cast<Linear*>(&l), i, nullptr);
}
