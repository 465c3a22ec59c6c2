// How kernels read blocked maps: as they are, as the styled map, or as the gradient of `styled`; scaled, or as the gradient of
// `activated`. The formulas are those of graph/fuse/fused-op.ts; nothing of it is stored between kernels (docs/architecture.md, "The styled map").

/** What a row of one block of channels is read with. */
struct Reader {
  /** styled: mean, a, b. gradient: mean, a and Σg/N. scaled, unactivated: the factor in a. */
  Block mean, a, b;
};

FW_INLINE Reader readerOf(const Load& l, int64_t block) {
  Reader r = {};
  const int64_t c = l.channels;
  if (l.reading == Reading::plain) return r;
  if (l.reading == Reading::scaled || l.reading == Reading::unactivated) {
    r.a = l.factor ? lanesOf(l.factor, c, block) : splatBlock(1);
    return r;
  }
  r.mean = lanesOf(l.reading == Reading::gradient ? l.moments : l.coefficients, c, block);
  r.a = lanesOf(l.coefficients + c, c, block);
  if (l.reading == Reading::styled) {
    r.b = lanesOf(l.coefficients + 2 * c, c, block);
    return r;
  }
  // a·(g − Σg/N − x̂·Σ(g·x̂)/N) = a·((g − Σg/N) − (x − mean)·pull), times the slope at x: `b` is Σg/N here.
  r.b = lanesOf(l.sums + c, c, block) * (1.0f / (float(l.height) * float(l.width)));
  return r;
}

/** (1/σ)·Σ(g·x̂)/N of a block of channels: the factor of x − mean in a gradient. */
FW_INLINE Block pullOf(const Load& l, int64_t block) {
  if (l.reading != Reading::gradient) return splatBlock(0);
  const int64_t c = l.channels;
  return lanesOf(l.moments + c, c, block) * lanesOf(l.sums, c, block) * (1.0f / (float(l.height) * float(l.width)));
}

/** Σ_o w[o, c]·planar[o] of `count` pixels from pixel `at` on, for one block of channels; times factor[c] where that is not null. */
FW_INLINE void fromPlanar(const float* planar, const float* weights, const float* factor, int64_t planarChannels,
                          int64_t pixels, int64_t channels, int64_t block, int64_t at, int64_t count, float* to) {
  const int64_t padded = blocks(channels) * kBlock;
  for (int64_t o = 0; o < planarChannels; o++) {
    Block w = loadBlock(weights + o * padded + block * kBlock);
    if (factor) w = w * lanesOf(factor, channels, block);
    const float* from = planar + o * pixels + at;
    for (int64_t i = 0; i < count; i++) {
      const Block product = w * from[i];
      storeBlock(to + i * kBlock, o == 0 ? product : loadBlock(to + i * kBlock) + product);
    }
  }
}

FW_INLINE void readPlanar(const Load& l, int64_t block, int64_t y, int64_t x0, int64_t count, float* to) {
  fromPlanar(l.planar, l.planarWeights, l.planarFactor, l.planarChannels, int64_t(l.height) * l.width, l.channels, block,
             y * l.width + x0, count, to);
}

/** The pixels of a row that lie in the map, read as `scaled` or `unactivated`. */
FW_CALLED void readScaled(const Load& l, const Block& factor, int64_t block, int64_t y, int64_t x0, int64_t count,
                          float* to) {
  const int64_t at = ((block * l.height + y) * l.width + x0) * kBlock;
  const float* x = l.x + at;
  if (l.reading == Reading::scaled) {
    for (int64_t i = 0; i < count; i++) storeBlock(to + i * kBlock, factor * loadBlock(x + i * kBlock));
    return;
  }
  if (!l.g) readPlanar(l, block, y, x0, count, to);
  const float* g = l.g ? l.g + at : to;
  for (int64_t i = 0; i < count; i++) {
    const Block gradient = unactivated(loadBlock(x + i * kBlock), loadBlock(g + i * kBlock), l.slope, l.clamp);
    storeBlock(to + i * kBlock, factor * gradient);
  }
}

/**
 * Reads the pixels x0 ≤ x < x1 of row y of one block of channels to `to`, [x1 − x0, 16]. What lies outside the map is
 * zero: it pads the styled map, and is not sent through the coefficients.
 */
FW_CALLED void readRow(const Load& l, const Reader& r, const Block& pull, int64_t block, int64_t y, int64_t x0, int64_t x1,
                       float* to) {
  const Block zero = splatBlock(0);
  if (y < 0 || y >= l.height) {
    for (int64_t x = x0; x < x1; x++, to += kBlock) storeBlock(to, zero);
    return;
  }
  for (; x0 < 0 && x0 < x1; x0++, to += kBlock) storeBlock(to, zero);
  const int64_t end = least<int64_t>(x1, l.width);
  const int64_t at = ((block * l.height + y) * l.width + x0) * kBlock;
  const float* x = l.x + at;
  const int64_t count = end - x0;
  if (l.reading == Reading::plain) {
    for (int64_t i = 0; i < count; i++) storeBlock(to + i * kBlock, loadBlock(x + i * kBlock));
  } else if (l.reading == Reading::styled) {
    for (int64_t i = 0; i < count; i++) {
      storeBlock(to + i * kBlock, r.a * (loadBlock(x + i * kBlock) - r.mean) + r.b);
    }
  } else if (l.reading != Reading::gradient) {
    if (count > 0) readScaled(l, r.a, block, y, x0, count, to);
  } else {
    if (!l.g) readPlanar(l, block, y, x0, count, to);
    const float* g = l.g ? l.g + at : to;
    for (int64_t i = 0; i < count; i++) {
      const Block value = loadBlock(x + i * kBlock);
      const Block centred = (loadBlock(g + i * kBlock) - r.b) - (value - r.mean) * pull;
      storeBlock(to + i * kBlock, slopeOf(value, r.a * centred, l.slope));
    }
  }
  to += most<int64_t>(count, 0) * kBlock;
  for (int64_t i = most<int64_t>(end, x0); i < x1; i++, to += kBlock) storeBlock(to, zero);
}
