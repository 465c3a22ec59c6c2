// Plain ops over planar maps, channel by channel: what is left where the ops of a layer's epilogue, or their gradients, run
// inside no other kernel (load.h, store.h). Sums are in float64, sixteen side by side, in an order that follows from their
// length alone.

/** Fewer values are done before another thread has begun. */
constexpr int64_t kChannelsAlone = kSlice;
constexpr int64_t kRunning = 16;

/** A task for each channel. */
FW_INLINE void eachChannel(const Run& run, int64_t channels, int64_t pixels, Task task, const void* argument) {
  void* work = const_cast<void*>(argument);
  if (channels * pixels >= kChannelsAlone) run.parallel(run.pool, channels, task, work);
  else
    for (int64_t channel = 0; channel < channels; channel++) task(work, channel, nullptr);
}

FW_INLINE double total(const double* sums) {
  double result = 0;
  for (int64_t k = 0; k < kRunning; k++) result += sums[k];
  return result;
}

/** Σ x */
static double sumOf(const float* x, int64_t count) {
  double sums[kRunning] = {};
  int64_t i = 0;
  for (; i + kRunning <= count; i += kRunning)
    for (int64_t k = 0; k < kRunning; k++) sums[k] += double(x[i + k]);
  for (int64_t k = 0; i < count; i++, k++) sums[k] += double(x[i]);
  return total(sums);
}

/** Σ (a − fromA)·(b − fromB) */
static double productsOf(const float* a, double fromA, const float* b, double fromB, int64_t count) {
  double sums[kRunning] = {};
  int64_t i = 0;
  for (; i + kRunning <= count; i += kRunning)
    for (int64_t k = 0; k < kRunning; k++) sums[k] += (double(a[i + k]) - fromA) * (double(b[i + k]) - fromB);
  for (int64_t k = 0; i < count; i++, k++) sums[k] += (double(a[i]) - fromA) * (double(b[i]) - fromB);
  return total(sums);
}

/** One channel of y = x + weight·noise, clamp(lrelu(x + bias)), (style₀ + 1)·x̂ + style₁, (style₀ + 1)·g, or factor·x. */
static void channelwiseTask(void* argument, int64_t channel, float*) {
  const Channels& c = *static_cast<const Channels*>(argument);
  const float* x = c.x + channel * c.pixels;
  float* y = c.y + channel * c.pixels;
  const float first = c.perChannel[channel];
  switch (c.operation) {
    case Channelwise::addNoise:
      for (int64_t p = 0; p < c.pixels; p++) y[p] = x[p] + first * c.noise[p];
      break;
    case Channelwise::biasAct:
      for (int64_t p = 0; p < c.pixels; p++) {
        const float value = x[p] + first, active = value > 0 ? value : value * c.slope;
        y[p] = active > c.clamp ? c.clamp : active < -c.clamp ? -c.clamp : active;
      }
      break;
    case Channelwise::modulate: {
      const float a = first + 1.0f, b = c.perChannel[c.channels + channel];
      for (int64_t p = 0; p < c.pixels; p++) y[p] = a * x[p] + b;
      break;
    }
    case Channelwise::modulateGradient:
      for (int64_t p = 0; p < c.pixels; p++) y[p] = (first + 1.0f) * x[p];
      break;
    case Channelwise::scale:
      for (int64_t p = 0; p < c.pixels; p++) y[p] = first * x[p];
      break;
  }
}

static void channelwise(const Run& run, const Channels& c) {
  eachChannel(run, c.channels, c.pixels, channelwiseTask, &c);
}

/** One channel of x̂ = (x − mean)/√(variance + ε), or of its gradient (g − mean(g) − x̂·mean(g·x̂))/√(variance + ε). */
static void instanceNormTask(void* argument, int64_t channel, float*) {
  const InstanceNorm& n = *static_cast<const InstanceNorm*>(argument);
  const int64_t pixels = n.pixels;
  const float* x = n.x + channel * pixels;
  float* y = n.y + channel * pixels;
  const double size = double(pixels), exactMean = sumOf(x, pixels) / size;
  const double variance = productsOf(x, exactMean, x, exactMean, pixels) / size;
  const double exactInverse = 1.0 / __builtin_sqrt(variance + double(n.epsilon));
  const float mean = float(exactMean), inverse = float(exactInverse);
  if (!n.g) {
    for (int64_t p = 0; p < pixels; p++) y[p] = (x[p] - mean) * inverse;
    return;
  }
  const float* g = n.g + channel * pixels;
  const float meanG = float(sumOf(g, pixels) / size);
  // x̂·mean(g·x̂) = (x − mean)·pull
  const float pull = float(productsOf(g, 0, x, exactMean, pixels) / size * exactInverse * exactInverse);
  for (int64_t p = 0; p < pixels; p++) y[p] = ((g[p] - meanG) - (x[p] - mean) * pull) * inverse;
}

static void instanceNorm(const Run& run, const InstanceNorm& n) {
  eachChannel(run, n.channels, n.pixels, instanceNormTask, &n);
}

/** Σ g·x, and Σ g where that is wanted, of one channel. */
static void channelSumsTask(void* argument, int64_t channel, float*) {
  const ChannelSums& m = *static_cast<const ChannelSums*>(argument);
  const float* g = m.g + channel * m.pixels;
  m.y[channel] = float(productsOf(g, 0, m.x + channel * m.pixels, 0, m.pixels));
  if (m.both) m.y[m.channels + channel] = float(sumOf(g, m.pixels));
}

static void channelSums(const Run& run, const ChannelSums& m) {
  eachChannel(run, m.channels, m.pixels, channelSumsTask, &m);
}
