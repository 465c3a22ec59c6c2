// What the convolutions for SIMD processors (subgroups of 8: lavapipe) share.
//
// Reading a weight at one address for all lanes costs lavapipe as much as reading 8 different ones, so each lane reads
// one of the 8 channels' weights and the others get it by broadcast (2.5 times as fast; docs/performance.md).
// `part` input channels at a time are summed apart: 9·IN terms one after the other would lose half a digit, and an activation
// near zero whose sign is wrong changes the gradient visibly. (Tile(): without it lavapipe keeps the last part's values.)
// No branch depends on a pixel: lavapipe runs both sides of those, and keeps variables in memory across them.
//
// Of the kernel: the bindings y and shape.
enable subgroups;

// Sizes are data, not overrides: lavapipe takes seconds to compile such a kernel, and one serves all layers.
struct Shape { into: u32, out: u32, h: u32, w: u32, part: u32 }

// 4 pixels of 8 channels.
alias Tile = array<vec4f, 8>;

// Stores 4 pixels, or fewer at the end of a row: the last is then written again. (A branch for each costs seconds of
// compilation.)
fn store(sums: ptr<function, Tile>, picture: u32, block: u32, row: u32, column: u32) {
  let p1 = min(column + 1u, shape.w - 1u) - column;
  let p2 = min(column + 2u, shape.w - 1u) - column;
  let p3 = min(column + 3u, shape.w - 1u) - column;
  for (var k = 0u; k < 8u; k++) {
    let o = block * 8u + k;
    if (o < shape.out && row < shape.h) {
      let to = ((picture * shape.out + o) * shape.h + row) * shape.w + column;
      let v0 = (*sums)[k].x;
      let v1 = select(v0, (*sums)[k].y, p1 == 1u);
      let v2 = select(v1, (*sums)[k].z, p2 == 2u);
      y[to] = Stored(v0);
      y[to + p1] = Stored(v1);
      y[to + p2] = Stored(v2);
      y[to + p3] = Stored(select(v2, (*sums)[k].w, p3 == 3u));
    }
  }
}
