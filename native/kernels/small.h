// Everything that is small or simple: elementwise ops, bicubic reduction, losses, GEOCROSS, optimisers. Formulas: graph/ops.ts.
// Sums that end in one number are taken in float64: they are short, and then exact enough whatever their order.

/** Values of one task: 64 KiB, less than threads are worth waking for. */
constexpr int64_t kSlice = 16384;

static void elementsTask(void* argument, int64_t task, float*) {
  const Elements& e = *static_cast<const Elements*>(argument);
  const int64_t first = task * kSlice, end = least(e.count, first + kSlice);
  const float *a = e.a, *b = e.b;
  float* y = e.y;
  const float scale = e.scale, shift = e.shift;
  switch (e.operation) {
    case Elementwise::add:
      for (int64_t i = first; i < end; i++) y[i] = a[i] + b[i];
      break;
    case Elementwise::affine:
      for (int64_t i = first; i < end; i++) y[i] = scale * a[i] + shift;
      break;
    case Elementwise::fill:
      for (int64_t i = first; i < end; i++) y[i] = shift;
      break;
    case Elementwise::lreluGradient:
      for (int64_t i = first; i < end; i++) {
        const float value = b[i] > 0 ? a[i] : a[i] * scale;
        y[i] = __builtin_fabsf(b[i]) < shift ? value : 0.0f;
      }
      break;
    case Elementwise::copy:
      for (int64_t i = first; i < end; i++) y[i] = a[i];
      break;
  }
}

static void elementwise(const Run& run, const Elements& e) {
  run.parallel(run.pool, (e.count + kSlice - 1) / kSlice, elementsTask, const_cast<Elements*>(&e));
}

/** w = lrelu(v·std + mean), or g·std·slope(w). */
static void latent(const Run&, const Latent& l) {
  for (int64_t row = 0; row < l.rows; row++) {
    for (int64_t i = 0; i < l.size; i++) {
      const int64_t at = row * l.size + i;
      if (l.gradient) {
        l.y[at] = l.x[at] * l.std[i] * (l.w[at] > 0 ? 1.0f : l.slope);
      } else {
        const float value = l.x[at] * l.std[i] + l.mean[i];
        l.y[at] = value > 0 ? value : value * l.slope;
      }
    }
  }
}

/** Σ a·b, in as many sums side by side as let a processor begin a product before the last one is added. */
static double product(const float* a, const float* b, int64_t count) {
  constexpr int64_t beside = 16;
  double sums[beside] = {};
  int64_t i = 0;
  for (; i + beside <= count; i += beside) {
    for (int64_t k = 0; k < beside; k++) sums[k] += double(a[i + k]) * double(b[i + k]);
  }
  for (; i < count; i++) sums[i % beside] += double(a[i]) * double(b[i]);
  for (int64_t k = 1; k < beside; k++) sums[0] += sums[k];
  return sums[0];
}

/** x·(mean(x²) + 1e-8)^−½ and its gradient. */
static void pixelNorm(const Run&, const PixelNorm& p) {
  const double squares = product(p.x, p.x, p.count), products = p.g ? product(p.g, p.x, p.count) : 0;
  const double r = 1.0 / __builtin_sqrt(squares / double(p.count) + 1e-8);
  const double pull = r * r * r * products / double(p.count);
  for (int64_t i = 0; i < p.count; i++) {
    p.y[i] = p.g ? float(r * double(p.g[i]) - pull * double(p.x[i])) : float(r * double(p.x[i]));
  }
}

static void pixelLoss(const Run&, const PixelLoss& p) {
  const double size = double(p.count);
  if (p.g) {
    const float factor = float(double(p.g[0]) * (p.absolute ? 10.0 : 2.0) / size);
    for (int64_t i = 0; i < p.count; i++) {
      const float d = p.x[i] - p.target[i];
      p.y[i] = factor * (p.absolute ? (d > 0 ? 1.0f : d < 0 ? -1.0f : 0.0f) : d);
    }
    return;
  }
  double total = 0;
  for (int64_t i = 0; i < p.count; i++) {
    const double d = double(p.x[i]) - double(p.target[i]);
    total += p.absolute ? (d < 0 ? -d : d) : d * d;
  }
  p.y[0] = float(total * (p.absolute ? 10.0 : 1.0) / size);
}

/** One row j of the output: y[o, j, i] = Σ weight·x[o, source, i]. */
static void bicubicTask(void* argument, int64_t index, float*) {
  const Bicubic& r = *static_cast<const Bicubic*>(argument);
  const int64_t o = index / r.to, j = index % r.to;
  const float* x = r.x + o * r.from * r.inner;
  float* y = r.y + (o * r.to + j) * r.inner;
  if (r.inner == 1) {
    double total = 0;
    for (int32_t k = r.starts[j]; k < r.starts[j + 1]; k++) total += double(r.weights[k]) * double(x[r.sources[k]]);
    y[0] = float(total);
    return;
  }
  constexpr int64_t strip = 256;
  for (int64_t first = 0; first < r.inner; first += strip) {
    const int64_t count = least(strip, r.inner - first);
    alignas(64) float total[strip] = {};
    for (int32_t k = r.starts[j]; k < r.starts[j + 1]; k++) {
      const float w = r.weights[k];
      const float* from = x + r.sources[k] * r.inner + first;
      for (int64_t i = 0; i < count; i++) total[i] += w * from[i];
    }
    for (int64_t i = 0; i < count; i++) y[first + i] = total[i];
  }
}

struct BicubicRows {
  const Bicubic& r;
  int64_t perTask;
};

static void bicubicRowsTask(void* argument, int64_t task, float*) {
  const BicubicRows& rows = *static_cast<const BicubicRows*>(argument);
  const int64_t end = least(rows.r.outer * rows.r.to, (task + 1) * rows.perTask);
  for (int64_t i = task * rows.perTask; i < end; i++) bicubicTask(const_cast<Bicubic*>(&rows.r), i, nullptr);
}

static void bicubic(const Run& run, const Bicubic& r) {
  const int64_t all = r.outer * r.to;
  BicubicRows rows{r, most<int64_t>(1, kSlice / r.inner)};
  run.parallel(run.pool, (all + rows.perTask - 1) / rows.perTask, bicubicRowsTask, &rows);
}

/**
 * GEOCROSS. In float64: the atan2 of the C library is good to an ulp there, and 18 rows make no more than 324 pairs.
 */
static void geocross(const Run&, const Geocross& c) {
  const int64_t rows = c.rows, size = c.size;
  if (c.g) {
    for (int64_t x = 0; x < rows; x++) {
      float* to = c.gradient + x * size;
      for (int64_t k = 0; k < size; k++) to[k] = 0;
      for (int64_t y = 0; y < rows; y++) {
        // The pair (x, y) and the pair (y, x) pull alike: both sides of the symmetric sum.
        const float minus = c.pairs[x * rows + y] + c.pairs[y * rows + x];
        const float plus = c.pairs[(rows + x) * rows + y] + c.pairs[(rows + y) * rows + x];
        const float *a = c.w + x * size, *b = c.w + y * size;
        for (int64_t k = 0; k < size; k++) to[k] += minus * (a[k] - b[k]) + plus * (a[k] + b[k]);
      }
      const float g = c.g[0];
      for (int64_t k = 0; k < size; k++) to[k] *= g;
    }
    return;
  }
  const double share = double(size) / 8.0 / (double(rows) * double(rows));
  double total = 0;
  for (int64_t x = 0; x < rows; x++) {
    for (int64_t y = 0; y < rows; y++) {
      double minus = 1e-9, plus = 1e-9;
      const float *a = c.w + x * size, *b = c.w + y * size;
      for (int64_t k = 0; k < size; k++) {
        const double p = double(a[k]), q = double(b[k]);
        minus += (p - q) * (p - q);
        plus += (p + q) * (p + q);
      }
      const double near = __builtin_sqrt(minus), far = __builtin_sqrt(plus);
      const double angle = 2.0 * __builtin_atan2(near, far);
      total += angle * angle * share;
      // d atan2(a, b) = (b·da − a·db)/(a² + b²)
      const double slope = 4.0 * angle * share / (minus + plus);
      c.pairs[x * rows + y] = float(slope * far / near);
      c.pairs[(rows + x) * rows + y] = float(-slope * near / far);
    }
  }
  c.value[0] = float(total);
}

/** As in PyTorch; see graph/ops.ts, optimise. */
static void optimise(const Run&, const Optimise& o) {
  const float rate = o.rate, keep = 0.9f, keepSecond = 0.999f, epsilon = 1e-8f;
  for (int64_t i = 0; i < o.count; i++) {
    const float g = o.gradient[i];
    if (o.kind == Optimiser::sgd) {
      o.parameter[i] -= rate * g;
      continue;
    }
    if (o.kind == Optimiser::sgdm) {
      o.first[i] = keep * o.first[i] + g;
      o.parameter[i] -= rate * o.first[i];
      continue;
    }
    o.first[i] = keep * o.first[i] + 0.1f * g;
    float divisor;
    if (o.kind == Optimiser::adamax) {
      const float now = (g < 0 ? -g : g) + epsilon, before = keepSecond * o.second[i];
      divisor = o.second[i] = before > now ? before : now;
    } else {
      o.second[i] = keepSecond * o.second[i] + 0.001f * g * g;
      divisor = __builtin_sqrtf(o.second[i]) / o.rootCorrection + epsilon;
    }
    o.parameter[i] -= rate * o.first[i] / divisor;
  }
}

/** Each row is multiplied by radius/√(Σ² + 1e-9). */
static void sphere(const Run&, const Sphere& s) {
  for (int64_t row = 0; row < s.rows; row++) {
    float* p = s.parameter + row * s.size;
    double squares = 0;
    for (int64_t i = 0; i < s.size; i++) squares += double(p[i]) * double(p[i]);
    const float factor = float(double(s.radius[row]) / __builtin_sqrt(squares + 1e-9));
    for (int64_t i = 0; i < s.size; i++) p[i] *= factor;
  }
}
