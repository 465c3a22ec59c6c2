// The sums of a gradient of a styled map that the workgroup of a tiled convolution makes, for each of its channels: Σ g·m̂ and Σ g,
// m̂ = (m − mean)/σ, always added up in the same order.
//
// Of the kernel: the overrides OUT, H, W, SUMS, the bindings map [n, OUT, H, W], moments [n, 2, OUT] (mean, 1/σ) and tiles
// [n, OUT, tiles], and the libraries tiled and tile-parts.
override TILES: u32 = ((W + 4 * QUADS - 1) / (4 * QUADS)) * ((H + ROWS - 1) / ROWS);

// Two sums of four channels.
struct FourSums { products: vec4f, sums: vec4f }

// Those of all invocations that make the same channels, whole in the first of them.
fn sum_tile(local: u32, own: ptr<function, FourSums>) {
  let lane = local % LANES;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane >= half && lane < 2u * half) {
      for (var k = 0u; k < 4u; k++) {
        patch_tile[passed_at(k, local, half)] = (*own).products[k];
        patch_tile[passed_at(4u + k, local, half)] = (*own).sums[k];
      }
    }
    workgroupBarrier();
    if (lane < half) {
      for (var k = 0u; k < 4u; k++) {
        (*own).products[k] += patch_tile[passed_at(k, local + half, half)];
        (*own).sums[k] += patch_tile[passed_at(4u + k, local + half, half)];
      }
    }
    workgroupBarrier();
  }
}

fn store_sums(sums: ptr<function, array<vec4f, 8>>, work: Work) {
  let place = work.place;
  let local = work.local;
  let picture = work.picture;
  let row = place.tile_row + place.row;
  let column = place.tile_column + 4u * place.quad;
  let first = (work.first_block + place.channels) * 8u;
  for (var half = 0u; half < 2u; half++) {
    var own: FourSums;
    for (var k = 0u; k < 4u; k++) {
      let o = first + half * 4u + k;
      if (o < OUT && row < H) {
        let mean = moments[2u * picture * OUT + o];
        let inverse = moments[(2u * picture + 1u) * OUT + o];
        let at = ((picture * OUT + o) * H + row) * W + column;
        for (var p = 0u; p < 4u; p++) {
          if (column + p < W) {
            let g = (*sums)[half * 4u + k][p];
            own.products[k] += g * (f32(map[at + p]) - mean) * inverse;
            own.sums[k] += g;
          }
        }
      }
    }
    sum_tile(local, &own);
    for (var k = 0u; k < 4u; k++) {
      let o = first + half * 4u + k;
      if (local % LANES == 0u && o < OUT) {
        tiles[(picture * OUT + o) * TILES + work.tile] = vec2f(own.products[k], own.sums[k]);
      }
    }
  }
}
