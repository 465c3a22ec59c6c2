// 1×1 convolutions between a blocked map and a planar one of few channels: to-RGB and its adjoint. Also the gradient of a
// noise map, which is a sum over channels, and the change of layout.

/** Rows of a map that one task works on. */
constexpr int64_t kPointwiseRows = 8;

struct PointwiseWork {
  const Pointwise& p;
  const Run& run;
};

/** y[o] = Σ_i w[o, i]·x[i] + bias[o] over some rows. */
static void pointwiseTask(void* argument, int64_t task, float* scratch) {
  const Pointwise& p = static_cast<const PointwiseWork*>(argument)->p;
  const int64_t inputBlocks = blocks(p.in), width = p.width, pixels = int64_t(p.height) * width;
  const int64_t end = least<int64_t>(p.height, (task + 1) * kPointwiseRows);
  for (int64_t y = task * kPointwiseRows; y < end; y++) {
    for (int64_t block = 0; block < inputBlocks; block++) {
      readRow(p.load, readerOf(p.load, block), splatBlock(0), block, y, 0, width, scratch);
      for (int64_t o = 0; o < p.out; o++) {
        const Block w = loadBlock(p.weights + (o * inputBlocks + block) * kBlock);
        const float bias = p.bias && block == 0 ? p.bias[o] : 0.0f;
        float* to = p.planar + o * pixels + y * width;
        for (int64_t x = 0; x < width; x++) {
          const float value = sum(w * loadBlock(scratch + x * kBlock)) + bias;
          to[x] = block == 0 ? value : to[x] + value;
        }
      }
    }
  }
}

/** y[i] = Σ_o w[o, i]·g[o] over some rows of one block of channels. */
static void pointwiseAdjointTask(void* argument, int64_t index, float* scratch) {
  const PointwiseWork& work = *static_cast<const PointwiseWork*>(argument);
  const Pointwise& p = work.p;
  const int64_t all = blocks(p.in), width = p.width, pixels = int64_t(p.height) * width;
  const int64_t tile = index / all, block = index % all;
  const int64_t end = least<int64_t>(p.height, (tile + 1) * kPointwiseRows);
  Writer writer = writerOf(p.store, block);
  for (int64_t y = tile * kPointwiseRows; y < end; y++) {
    fromPlanar(p.planarIn, p.weights, nullptr, p.out, pixels, p.in, block, y * width, width, scratch);
    writeRow(p.store, writer, block, y, 0, width, scratch, kBlock);
  }
  writePartial(p.store, writer, work.run.partial, tile, block);
}

FW_INLINE int64_t pointwiseTiles(const Pointwise& p) { return (p.height + kPointwiseRows - 1) / kPointwiseRows; }

static Memory pointwiseMemory(const Pointwise& p) {
  return {p.width * int64_t(kBlock), 0, p.adjoint ? partialFloats(p.store, pointwiseTiles(p)) : 0};
}

static void pointwise(const Run& run, const Pointwise& p) {
  PointwiseWork work{p, run};
  if (!p.adjoint) {
    run.parallel(run.pool, pointwiseTiles(p), pointwiseTask, &work);
    return;
  }
  run.parallel(run.pool, pointwiseTiles(p) * blocks(p.in), pointwiseAdjointTask, &work);
  mergeTiles(run, p.store, pointwiseTiles(p));
}

static void noiseGradientTask(void* argument, int64_t y, float*) {
  const NoiseGradient& n = *static_cast<const NoiseGradient*>(argument);
  const int64_t all = blocks(n.channels);
  float* to = n.y + y * n.width;
  for (int64_t x = 0; x < n.width; x++) to[x] = 0;
  for (int64_t block = 0; block < all; block++) {
    const Block w = lanesOf(n.noiseWeight, n.channels, block);
    const float* g = n.g + (block * n.height + y) * n.width * kBlock;
    for (int64_t x = 0; x < n.width; x++) to[x] += sum(w * loadBlock(g + x * kBlock));
  }
}

/** y = Σ_c noiseWeight[c]·g[c], [h, w] (graph/ops.ts, noise_gradient). */
static void noiseGradient(const Run& run, const NoiseGradient& n) {
  if (int64_t(n.channels) * n.height * n.width < 16384) {
    for (int64_t y = 0; y < n.height; y++) noiseGradientTask(const_cast<NoiseGradient*>(&n), y, nullptr);
  } else {
    run.parallel(run.pool, n.height, noiseGradientTask, const_cast<NoiseGradient*>(&n));
  }
}

/** Sixteen channels of a planar map side by side, and zeros beyond the last. */
static void toBlockedTask(void* argument, int64_t block, float*) {
  const Layout& l = *static_cast<const Layout*>(argument);
  float* to = l.to + block * l.pixels * kBlock;
  for (int64_t i = 0; i < kBlock; i++) {
    const int64_t channel = block * kBlock + i;
    const float* from = l.from + channel * l.pixels;
    for (int64_t p = 0; p < l.pixels; p++) to[p * kBlock + i] = channel < l.channels ? from[p] : 0.0f;
  }
}

static void toPlanarTask(void* argument, int64_t block, float*) {
  const Layout& l = *static_cast<const Layout*>(argument);
  const float* from = l.from + block * l.pixels * kBlock;
  for (int64_t i = 0; i < kBlock && block * kBlock + i < l.channels; i++) {
    float* to = l.to + (block * kBlock + i) * l.pixels;
    for (int64_t p = 0; p < l.pixels; p++) to[p] = from[p * kBlock + i];
  }
}

static void toBlocked(const Run& run, const Layout& l) {
  run.parallel(run.pool, blocks(l.channels), toBlockedTask, const_cast<Layout*>(&l));
}
static void toPlanar(const Run& run, const Layout& l) {
  run.parallel(run.pool, blocks(l.channels), toPlanarTask, const_cast<Layout*>(&l));
}
