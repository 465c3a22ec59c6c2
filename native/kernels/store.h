// What becomes of the rows that a kernel makes: they are stored, and on the way noise, bias and activation are applied and
// statistics taken, or the sums that the backward pass of instance norm, or that of a scaled convolution, wants.
//
// Statistics are kept for each tile of a kernel and merged at the end, in float64 and in the order of the tiles, by Chan's
// formula (Chan, Golub & LeVeque 1983): tiles follow from the shape, so no result depends on the number of threads.

/** One block of channels in one tile. */
struct Writer {
  Block noiseWeight, bias;
  /**
   * styled: mean and Σ(x − mean)² so far, of `count` pixels. summed: Σ g·x̂ and Σ g so far, and the moments of x. scaled: its
   * two sums so far.
   */
  Block first, second, mean, inverse;
  /** activated, scaled; of `unactivates`. */
  Block factor, backFactor;
  float count;
};

/** Whether a way to write takes sums along, which are merged at the end. */
FW_INLINE bool takesSums(const Store& s) { return s.writing != Writing::plain && s.writing != Writing::activated; }

FW_CALLED Writer writerOf(const Store& s, int64_t block) {
  Writer w = {};
  if (s.writing == Writing::styled) {
    w.noiseWeight = s.noise ? lanesOf(s.noiseWeight, s.channels, block) : splatBlock(0);
    w.bias = lanesOf(s.bias, s.channels, block);
  } else if (s.writing == Writing::summed) {
    w.mean = lanesOf(s.xMoments, s.channels, block);
    w.inverse = lanesOf(s.xMoments + s.channels, s.channels, block);
  } else if (s.writing != Writing::plain) {
    w.factor = s.factor ? lanesOf(s.factor, s.channels, block) : splatBlock(1);
    w.backFactor = s.backFactor ? lanesOf(s.backFactor, s.channels, block) : splatBlock(1);
    if (s.noise) w.noiseWeight = lanesOf(s.noiseWeight, s.channels, block);
    if (s.bias) w.bias = lanesOf(s.bias, s.channels, block);
  }
  return w;
}

/** clamp(lrelu(factor·result + noiseWeight·noise + bias)) */
FW_CALLED void writeActivated(const Store& s, const Writer& w, const float* noise, int64_t count, const float* from,
                              int64_t stride, float* to) {
  for (int64_t i = 0; i < count; i++) {
    Block value = w.factor * loadBlock(from + i * stride) + w.bias;
    if (noise) value = value + w.noiseWeight * noise[i];
    storeBlock(to + i * kBlock, clamped(lrelu(value, s.slope), s.clamp));
  }
}

/**
 * g = factor·result + plus, with Σ result·x, and Σ g'·(u − noiseWeight·noise − bias), g' being the gradient before the
 * activation that made x = clamp(lrelu(u)): where x is clamped, u is lost, and g' is zero. Stored is g, or backFactor·g', perhaps
 * in the place of x: a value is read before it is written.
 */
FW_CALLED void writeScaled(const Store& s, Writer& w, const float* noise, int64_t at, int64_t count, const float* from,
                           int64_t stride) {
  const float* x = s.x + at * kBlock;
  const float* plus = s.plus ? s.plus + at * kBlock : nullptr;
  float* to = s.y ? s.y + at * kBlock : nullptr;
  const float steep = s.demodulation ? 1.0f / s.slope : 1.0f;
  Block products = splatBlock(0), demodulation = splatBlock(0);
  for (int64_t i = 0; i < count; i++) {
    const Block result = loadBlock(from + i * stride), value = loadBlock(x + i * kBlock);
    products = products + result * value;
    Block g = w.factor * result;
    if (plus) g = g + loadBlock(plus + i * kBlock);
    if (!s.demodulation && !s.unactivates) {
      if (to) storeBlock(to + i * kBlock, g);
      continue;
    }
    const Block back = unactivated(value, g, s.slope, s.clamp);
    if (to) storeBlock(to + i * kBlock, s.unactivates ? w.backFactor * back : g);
    if (!s.demodulation) continue;
    Block before = lrelu(value, steep) - w.bias;
    if (noise) before = before - w.noiseWeight * noise[i];
    demodulation = demodulation + back * before;
  }
  w.first = w.first + products;
  w.second = w.second + demodulation;
}

/** Stores `count` pixels of row y from x0 on; `from` has `stride` floats from pixel to pixel. */
FW_CALLED void writeRow(const Store& s, Writer& w, int64_t block, int64_t y, int64_t x0, int64_t count, const float* from,
                        int64_t stride) {
  const int64_t at = (block * s.height + y) * s.width + x0;
  float* to = s.y ? s.y + at * kBlock : nullptr;
  if (s.writing == Writing::plain) {
    for (int64_t i = 0; i < count; i++) storeBlock(to + i * kBlock, loadBlock(from + i * stride));
    return;
  }
  if (s.writing == Writing::styled) {
    const float* noise = s.noise ? s.noise + y * s.width + x0 : nullptr;
    Block total = splatBlock(0);
    for (int64_t i = 0; i < count; i++) {
      Block value = loadBlock(from + i * stride) + w.bias;
      if (noise) value = value + w.noiseWeight * noise[i];
      value = lrelu(value, s.slope);
      storeBlock(to + i * kBlock, value);
      total = total + value;
    }
    const Block mean = total * (1.0f / float(count));
    Block squares = splatBlock(0);
    for (int64_t i = 0; i < count; i++) {
      const Block d = loadBlock(to + i * kBlock) - mean;
      squares = squares + d * d;
    }
    const float merged = w.count + float(count);
    const Block delta = mean - w.first;
    w.first = w.first + delta * (float(count) / merged);
    w.second = w.second + squares + delta * delta * (w.count * float(count) / merged);
    w.count = merged;
    return;
  }
  if (s.writing != Writing::summed) {
    const float* noise = s.noise ? s.noise + y * s.width + x0 : nullptr;
    if (s.writing == Writing::activated) writeActivated(s, w, noise, count, from, stride, to);
    else writeScaled(s, w, noise, at, count, from, stride);
    return;
  }
  const float* x = s.x + at * kBlock;
  Block products = splatBlock(0), plain = splatBlock(0);
  for (int64_t i = 0; i < count; i++) {
    const Block g = loadBlock(from + i * stride);
    if (s.y) storeBlock(to + i * kBlock, g);
    products = products + g * ((loadBlock(x + i * kBlock) - w.mean) * w.inverse);
    plain = plain + g;
  }
  w.first = w.first + products;
  w.second = w.second + plain;
}

/** Floats of partial results for `tiles` tiles: [tiles, 2, ⌈c/16⌉·16] and the pixels of each tile. */
FW_INLINE int64_t partialFloats(const Store& s, int64_t tiles) {
  return takesSums(s) ? tiles * (2 * blocks(s.channels) + 1) * kBlock : 0;
}

FW_INLINE void writePartial(const Store& s, const Writer& w, float* partial, int64_t tile, int64_t block) {
  if (!takesSums(s)) return;
  const int64_t all = blocks(s.channels);
  float* at = partial + tile * (2 * all + 1) * kBlock;
  storeBlock(at + block * kBlock, w.first);
  storeBlock(at + (all + block) * kBlock, w.second);
  if (block == 0) at[2 * all * kBlock] = w.count;
}

struct Merge {
  const Store& s;
  const float* partial;
  int64_t tiles;
};

/** Merges the tiles of one block of channels into what the kernel promises. */
static void mergeBlock(void* argument, int64_t block, float*) {
  const Merge& m = *static_cast<const Merge*>(argument);
  const Store& s = m.s;
  const int64_t all = blocks(s.channels), size = (2 * all + 1) * kBlock;
  double first[kBlock] = {}, second[kBlock] = {};
  double count = 0;
  for (int64_t tile = 0; tile < m.tiles; tile++) {
    const float* at = m.partial + tile * size + block * kBlock;
    if (s.writing != Writing::styled) {
      for (int i = 0; i < kBlock; i++) {
        first[i] += double(at[i]);
        second[i] += double(at[all * kBlock + i]);
      }
      continue;
    }
    const double more = double(m.partial[tile * size + 2 * all * kBlock]);
    const double merged = count + more;
    for (int i = 0; i < kBlock; i++) {
      const double delta = double(at[i]) - first[i];
      first[i] += delta * (more / merged);
      second[i] += double(at[all * kBlock + i]) + delta * delta * (count * more / merged);
    }
    count = merged;
  }
  const int64_t c = s.channels;
  for (int64_t i = 0, channel = block * kBlock; i < kBlock && channel < c; i++, channel++) {
    if (s.writing == Writing::summed) {
      s.sums[channel] = float(first[i]);
      s.sums[c + channel] = float(second[i]);
      continue;
    }
    if (s.writing == Writing::scaled) {
      if (s.sums) s.sums[channel] = float(first[i]);
      if (s.demodulation) s.demodulationSums[channel] = float(second[i] / double(s.demodulation[channel]));
      continue;
    }
    const float inverse = float(1.0 / __builtin_sqrt(second[i] / count + double(s.epsilon)));
    s.moments[channel] = float(first[i]);
    s.moments[c + channel] = inverse;
    s.coefficients[channel] = float(first[i]);
    s.coefficients[c + channel] = (s.style[channel] + 1.0f) * inverse;
    s.coefficients[2 * c + channel] = s.style[c + channel];
  }
}

static void mergeTiles(const Run& run, const Store& s, int64_t tiles) {
  if (!takesSums(s)) return;
  Merge merge{s, run.partial, tiles};
  const int64_t all = blocks(s.channels);
  // A few thousand additions are done before another thread has begun.
  if (tiles * all < 256) {
    for (int64_t block = 0; block < all; block++) mergeBlock(&merge, block, nullptr);
  } else {
    run.parallel(run.pool, all, mergeBlock, &merge);
  }
}
