// What the convolutions for GPUs share: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels, an invocation 4 pixels
// of a row for 8 channels; SLICE input channels at a time stand in workgroup memory.
//
// Of the kernel: the overrides IN, OUT, H, W, QUADS, ROWS, GROUPS, SLICE, the binding weights, and the constant WEIGHTS: vec4
// of weights that a block of 8 channels has for each input channel.
override WORKGROUP: u32 = QUADS * ROWS * GROUPS;

var<workgroup> weight_tile: array<Stored4, SLICE * GROUPS * WEIGHTS>;

// Where an invocation works.
struct Place {
  // First row and column of the workgroup's pixels.
  tile_row: u32,
  tile_column: u32,
  // Of the invocation within them: the four pixels of a row, the row, the block of 8 channels.
  quad: u32,
  row: u32,
  channels: u32,
}

fn place_of(local: u32, tile: u32) -> Place {
  let tiles_across = (W + 4u * QUADS - 1u) / (4u * QUADS);
  return Place(
    (tile / tiles_across) * ROWS,
    (tile % tiles_across) * 4u * QUADS,
    local % QUADS,
    (local / QUADS) % ROWS,
    local / (QUADS * ROWS),
  );
}

// Brings the weights of GROUPS blocks from `first_block` on, for SLICE input channels from `slice` on; zero beyond the last.
// Packed weights hold `phases` panels for each block; `phase` says which.
fn bring_weights(local: u32, slice: u32, first_block: u32, phases: u32, phase: u32) {
  let blocks = (OUT + 7u) / 8u;
  for (var e = local; e < SLICE * GROUPS * WEIGHTS; e += WORKGROUP) {
    let i = slice + e / (GROUPS * WEIGHTS);
    let block = first_block + (e / WEIGHTS) % GROUPS;
    weight_tile[e] = Stored4(0);
    if (i < IN && block < blocks) { weight_tile[e] = weights[((block * phases + phase) * IN + i) * WEIGHTS + e % WEIGHTS]; }
  }
}
