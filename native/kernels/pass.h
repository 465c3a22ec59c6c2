// Passes over blocked maps that are bound by memory: reading, an optional blur [1 2 1]⊗[1 2 1]/16 with zero padding, and
// writing, each in any of their forms (load.h, store.h). So all of these, and blur between any two of them, are one kernel, and
// a map is read once and written once.

/** A tile: five of its rows stay in a core's second cache, and rows are long for the sake of memory. */
constexpr int64_t kPassRows = 16, kPassColumns = 1024;

struct PassTiles {
  int64_t down, across;
};

struct PassWork {
  const Pass& p;
  const Run& run;
  PassTiles tiles;
};

static void passTask(void* argument, int64_t index, float* scratch) {
  const PassWork& work = *static_cast<const PassWork*>(argument);
  const Pass& p = work.p;
  const int64_t tiles = work.tiles.down * work.tiles.across;
  const int64_t block = index / tiles, tile = index % tiles;
  const int64_t y0 = tile / work.tiles.across * kPassRows, x0 = tile % work.tiles.across * kPassColumns;
  const int64_t rows = least<int64_t>(kPassRows, p.store.height - y0);
  const int64_t columns = least<int64_t>(kPassColumns, p.store.width - x0);
  const Reader reader = readerOf(p.load, block);
  const Block pull = pullOf(p.load, block);
  Writer writer = writerOf(p.store, block);
  if (!p.blur) {
    for (int64_t y = y0; y < y0 + rows; y++) {
      readRow(p.load, reader, pull, block, y, x0, x0 + columns, scratch);
      writeRow(p.store, writer, block, y, x0, columns, scratch, kBlock);
    }
  } else {
    float* read = scratch;
    float* made = read + (kPassColumns + 2) * kBlock;
    float* across[3];
    for (int i = 0; i < 3; i++) across[i] = made + (i + 1) * kPassColumns * kBlock;
    for (int64_t y = y0 - 1; y <= y0 + rows; y++) {
      readRow(p.load, reader, pull, block, y + p.shift, x0 + p.shift - 1, x0 + p.shift + columns + 1, read);
      float* row = across[(y - y0 + 1) % 3];
      for (int64_t x = 0; x < columns; x++) {
        const float* at = read + x * kBlock;
        storeBlock(row + x * kBlock, loadBlock(at) + loadBlock(at + 2 * kBlock) + loadBlock(at + kBlock) * 2.0f);
      }
      if (y <= y0) continue;
      const float* above = across[(y - y0 - 1) % 3];
      const float* middle = across[(y - y0) % 3];
      for (int64_t x = 0; x < columns; x++) {
        const int64_t at = x * kBlock;
        const Block outer = loadBlock(above + at) + loadBlock(row + at);
        storeBlock(made + at, (outer + loadBlock(middle + at) * 2.0f) * (1.0f / 16.0f));
      }
      writeRow(p.store, writer, block, y - 1, x0, columns, made, kBlock);
    }
  }
  writePartial(p.store, writer, work.run.partial, tile, block);
}

FW_INLINE PassTiles passTiles(const Pass& p) {
  return {(p.store.height + kPassRows - 1) / kPassRows, (p.store.width + kPassColumns - 1) / kPassColumns};
}

static Memory passMemory(const Pass& p) {
  const PassTiles tiles = passTiles(p);
  return {(5 * kPassColumns + 2) * kBlock, 0, partialFloats(p.store, tiles.down * tiles.across)};
}

static void pass(const Run& run, const Pass& p) {
  PassWork work{p, run, passTiles(p)};
  const int64_t tiles = work.tiles.down * work.tiles.across;
  run.parallel(run.pool, blocks(p.load.channels) * tiles, passTask, &work);
  mergeTiles(run, p.store, tiles);
}
