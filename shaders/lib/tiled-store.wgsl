// Stores what an invocation of a tiled convolution has: 4 pixels of a row, or fewer at its end, for 8 channels.
//
// Of the kernel: the binding y, and the library tiled.
fn store(sums: ptr<function, array<vec4f, 8>>, picture: u32, first_block: u32, place: Place) {
  let row = place.tile_row + place.row;
  let column = place.tile_column + 4u * place.quad;
  for (var k = 0u; k < 8u; k++) {
    let o = (first_block + place.channels) * 8u + k;
    if (o < OUT && row < H) {
      let to = ((picture * OUT + o) * H + row) * W + column;
      for (var p = 0u; p < 4u; p++) {
        if (column + p < W) { y[to + p] = Stored((*sums)[k][p]); }
      }
    }
  }
}
