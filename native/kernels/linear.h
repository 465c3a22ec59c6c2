// Dense layers, y = lrelu(W·x + b) and the same with Wᵀ, of one picture: bound by the reading of W. A number is a dot product,
// added up in four running vectors, since short sums err least; linear_many.h does the same for many pictures.

constexpr int64_t kLinearRows = 32, kLinearColumns = 128;
/** Rows whose running vectors are in registers at once. */
#if FACEWRIGHT_LANES == 16 || defined(__aarch64__)
constexpr int kLinearDotRows = 2;
#else
constexpr int kLinearDotRows = 1;
#endif
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

/** A vector of which `count` numbers are there, or all if that is more, and the others zero. */
FW_INLINE Vector loadUpTo(const float* p, int64_t count) {
  if (count >= FACEWRIGHT_LANES) return load(p);
  alignas(64) float lanes[FACEWRIGHT_LANES] = {};
  for (int64_t i = 0; i < count; i++) lanes[i] = p[i];
  return load(lanes);
}

/** Σ w·x of R rows, one behind the other in w, each by four running vectors, the first of which takes what is left of the columns: y[r]. */
template <int R>
FW_INLINE void dots(const float* w, const float* x, int64_t count, float* y) {
  constexpr int64_t lanes = FACEWRIGHT_LANES;
  Vector sums[R][4];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) sums[r][v] = splat(0);
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
#pragma GCC unroll 4
    for (int64_t v = 0; v < 4; v++) {
      Vector of = load(x + i + v * lanes);
      if (R > 1) keepInRegister(of);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) sums[r][v] += load(w + r * count + i + v * lanes) * of;
    }
  }
  for (; i < count; i += lanes) {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) sums[r][0] += loadUpTo(w + r * count + i, count - i) * loadUpTo(x + i, count - i);
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) {
    const Vector* s = sums[r];
    y[r] = sum((s[0] + s[1]) + (s[2] + s[3]));
  }
}

FW_INLINE float activated(const Linear& l, int64_t index, float value) {
  if (l.bias) value += l.bias[index];
  return value > 0 ? value : value * l.slope;
}

/** Bias and activation of `count` outputs from `first` on. No branch: the sign of what is random cannot be foretold. */
FW_INLINE void activate(const Linear& l, int64_t first, int64_t count, const float* from, float* to) {
  const float* bias = l.bias ? l.bias + first : nullptr;
  int64_t i = 0;
  for (; i + FACEWRIGHT_LANES <= count; i += FACEWRIGHT_LANES) {
    Vector value = load(from + i);
    if (bias) value += load(bias + i);
    store(to + i, select(value > 0.0f, value, value * l.slope));
  }
  for (; i < count; i++) to[i] = activated(l, first + i, from[i]);
}

static void linearTask(void* argument, int64_t task, float*) {
  const Linear& l = *static_cast<const Linear*>(argument);
  const int64_t first = task * kLinearRows, end = least(l.rows, first + kLinearRows);
  int64_t row = first;
  for (; row + kLinearDotRows <= end; row += kLinearDotRows) {
    dots<kLinearDotRows>(l.weights + row * l.columns, l.x, l.columns, l.y + row);
  }
  for (; row < end; row++) dots<1>(l.weights + row * l.columns, l.x, l.columns, l.y + row);
  activate(l, first, end - first, l.y + first, l.y + first);
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
