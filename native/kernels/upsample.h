// Upsampling by 2 with the FIR filter [1 3 3 1]⊗[1 3 3 1]/16 over planar maps, and its transpose (graph/ops.ts, upsample): what
// brings the RGB maps of StyleGAN2 to twice their size. Per axis, zeros outside:
//
//   y[2j] = (x[j−1] + 3x[j])/4,  y[2j+1] = (3x[j] + x[j+1])/4
//   transpose: x[j] = (y[2j−1] + 3y[2j] + 3y[2j+1] + y[2j+2])/4

/** Rows of y, of all channels. */
FW_INLINE int64_t upsampleRows(const Upsample& u) { return u.channels * u.height * (u.adjoint ? 1 : 2); }

/** Rows that one task makes. */
FW_INLINE int64_t upsampleRowsPerTask(const Upsample& u) { return most<int64_t>(1, kSlice / (2 * u.width)); }

/** to = factor·row over `count` values, or added to it; nothing where the row lies outside the map. */
FW_INLINE void addRow(const float* x, int64_t row, int64_t rows, int64_t count, float factor, bool first, float* to) {
  const bool outside = row < 0 || row >= rows;
  if (first)
    for (int64_t i = 0; i < count; i++) to[i] = outside ? 0.0f : factor * x[row * count + i];
  else if (!outside)
    for (int64_t i = 0; i < count; i++) to[i] += factor * x[row * count + i];
}

/** @param down a row between those of x, [w] */
FW_INLINE void upsampleRow(const Upsample& u, int64_t index, float* down) {
  const int64_t channel = index / (2 * u.height), y = index % (2 * u.height), w = u.width, near = y / 2;
  const float* x = u.x + channel * u.height * w;
  addRow(x, near, u.height, w, 0.75f, true, down);
  addRow(x, y % 2 ? near + 1 : near - 1, u.height, w, 0.25f, false, down);
  float* to = u.y + index * 2 * w;
  to[0] = 0.75f * down[0];
  for (int64_t j = 0; j + 1 < w; j++) {
    to[2 * j + 1] = 0.75f * down[j] + 0.25f * down[j + 1];
    to[2 * j + 2] = 0.25f * down[j] + 0.75f * down[j + 1];
  }
  to[2 * w - 1] = 0.75f * down[w - 1];
}

/** @param down [2w] */
FW_INLINE void downsampleRow(const Upsample& u, int64_t index, float* down) {
  const int64_t channel = index / u.height, j = index % u.height, w = u.width;
  const float* x = u.x + channel * 4 * u.height * w;
  addRow(x, 2 * j, 2 * u.height, 2 * w, 0.75f, true, down);
  addRow(x, 2 * j + 1, 2 * u.height, 2 * w, 0.75f, false, down);
  addRow(x, 2 * j - 1, 2 * u.height, 2 * w, 0.25f, false, down);
  addRow(x, 2 * j + 2, 2 * u.height, 2 * w, 0.25f, false, down);
  float* to = u.y + index * w;
  for (int64_t i = 0; i < w; i++) {
    const float left = i > 0 ? down[2 * i - 1] : 0.0f, right = i + 1 < w ? down[2 * i + 2] : 0.0f;
    to[i] = 0.75f * (down[2 * i] + down[2 * i + 1]) + 0.25f * (left + right);
  }
}

static void upsampleTask(void* argument, int64_t task, float* scratch) {
  const Upsample& u = *static_cast<const Upsample*>(argument);
  const int64_t rows = upsampleRowsPerTask(u), end = least(upsampleRows(u), (task + 1) * rows);
  for (int64_t row = task * rows; row < end; row++) {
    if (u.adjoint) downsampleRow(u, row, scratch);
    else upsampleRow(u, row, scratch);
  }
}

/** Needs scratch of 2·width floats. */
static void upsample(const Run& run, const Upsample& u) {
  const int64_t rows = upsampleRowsPerTask(u);
  run.parallel(run.pool, (upsampleRows(u) + rows - 1) / rows, upsampleTask, const_cast<Upsample*>(&u));
}
