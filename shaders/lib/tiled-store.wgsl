// Where a tiled convolution stores what it has made: 4 neighbouring pixels of a row of a channel, or fewer at its end.
//
// Of the kernel: the binding y, [n, OUT, TO_H, TO_W], and these overrides.
fn store(values: vec4f, picture: u32, channel: u32, row: u32, column: u32) {
  if (channel < OUT && row < TO_H) {
    let to = ((picture * OUT + channel) * TO_H + row) * TO_W + column;
    for (var p = 0u; p < 4u; p++) {
      if (column + p < TO_W) { y[to + p] = Stored(values[p]); }
    }
  }
}
