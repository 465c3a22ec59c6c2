// StyleGAN2's demodulation (graph/ops.ts, demodulate): factors out of a style and the summed squares of the weights, and their
// gradient by the style. Bound by the reading of the squares, as a dense layer is (linear.h).

/** Factors in one task. */
constexpr int64_t kDemodulateRows = 32;

/** d[o] = (Σ_i squares[o, i]·style[i]² + ε)^−½ of some rows. */
static void demodulateTask(void* argument, int64_t task, float*) {
  const Demodulate& d = *static_cast<const Demodulate*>(argument);
  constexpr int64_t lanes = FACEWRIGHT_LANES;
  const int64_t end = least(d.out, (task + 1) * kDemodulateRows);
  for (int64_t o = task * kDemodulateRows; o < end; o++) {
    const float* q = d.squares + o * d.in;
    Vector sums[2] = {splat(0), splat(0)};
    int64_t i = 0;
    for (; i + 2 * lanes <= d.in; i += 2 * lanes) {
      const Vector s0 = load(d.style + i), s1 = load(d.style + i + lanes);
      sums[0] += load(q + i) * (s0 * s0);
      sums[1] += load(q + i + lanes) * (s1 * s1);
    }
    float rest = 0;
    for (; i < d.in; i++) rest += q[i] * (d.style[i] * d.style[i]);
    const double total = double(sum(sums[0] + sums[1]) + rest) + double(d.epsilon);
    d.y[o] = float(1.0 / __builtin_sqrt(total));
  }
}

/** −style[i]·Σ_o squares[o, i]·g[o]·d[o]³ of some columns. */
static void demodulateGradientTask(void* argument, int64_t task, float*) {
  const Demodulate& d = *static_cast<const Demodulate*>(argument);
  const int64_t first = task * kLinearColumns, count = least(kLinearColumns, d.in - first);
  // Sums of eight rows each, added up: shorter sums err less.
  alignas(64) float total[kLinearColumns] = {}, part[kLinearColumns];
  for (int64_t row = 0; row < d.out; row += 8) {
    for (int64_t i = 0; i < count; i++) part[i] = 0;
    const int64_t end = least(d.out, row + 8);
    for (int64_t o = row; o < end; o++) {
      const float factor = d.g[o] * (d.d[o] * d.d[o] * d.d[o]);
      const float* q = d.squares + o * d.in + first;
      for (int64_t i = 0; i < count; i++) part[i] += q[i] * factor;
    }
    for (int64_t i = 0; i < count; i++) total[i] += part[i];
  }
  for (int64_t i = 0; i < count; i++) d.y[first + i] = -d.style[first + i] * total[i];
}

static void demodulate(const Run& run, const Demodulate& d) {
  const int64_t tasks = d.g ? (d.in + kLinearColumns - 1) / kLinearColumns : (d.out + kDemodulateRows - 1) / kDemodulateRows;
  const Task task = d.g ? demodulateGradientTask : demodulateTask;
  if (d.out * d.in >= kLinearAlone) run.parallel(run.pool, tasks, task, const_cast<Demodulate*>(&d));
  else
    for (int64_t i = 0; i < tasks; i++) task(const_cast<Demodulate*>(&d), i, nullptr);
}
