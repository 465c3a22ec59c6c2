// Dense layers, y = lrelu(W·x + b) and the same with Wᵀ, for one picture: bound by the reading of W.

constexpr int64_t kLinearRows = 32, kLinearColumns = 128;
/** With fewer weights the caller is done before another thread has begun. */
constexpr int64_t kLinearAlone = 32768;

/** Σ a·b, by four running vectors and a rest. */
static float dot(const float* a, const float* b, int64_t count) {
  constexpr int64_t lanes = FACEWRIGHT_LANES;
  Vector sums[4] = {splat(0), splat(0), splat(0), splat(0)};
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
#pragma GCC unroll 4
    for (int64_t v = 0; v < 4; v++) sums[v] += load(a + i + v * lanes) * load(b + i + v * lanes);
  }
  for (; i + lanes <= count; i += lanes) sums[0] += load(a + i) * load(b + i);
  float rest = 0;
  for (; i < count; i++) rest += a[i] * b[i];
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest;
}

FW_INLINE float activated(const Linear& l, int64_t index, float value) {
  if (l.bias) value += l.bias[index];
  return value > 0 ? value : value * l.slope;
}

static void linearTask(void* argument, int64_t task, float*) {
  const Linear& l = *static_cast<const Linear*>(argument);
  const int64_t end = least(l.rows, (task + 1) * kLinearRows);
  for (int64_t row = task * kLinearRows; row < end; row++) {
    l.y[row] = activated(l, row, dot(l.weights + row * l.columns, l.x, l.columns));
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
