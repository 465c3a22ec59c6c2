//! use broadcast, broadcast-rows, map-read
// Transposed 4×4 convolution of stride 2, padding 1, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − MARGIN − 2r, X + 1 − MARGIN − 2s],
//   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Output row Y = 2r + py reads the input rows r + py − 1 and r + py, columns likewise: each of the four output phases
// (py, px) is a 2×2 convolution, a quarter of the 4×4 weights. With the margin y stands one row and one column further on: the
// phases have changed places, and all four read the rows r − 1 and r.
// Layout: x [n, IN, H − MARGIN, W − MARGIN]; coefficients: lib/map-read.wgsl; weights packed as
// [OUT/8][phase][IN][dy][phase][dx][8] (pack.ts); y [n, OUT, 2H, 2W].
// Work: one invocation makes, for 4 columns of 2 rows of the 2×2 blocks of y, 8 pixels of 2 rows (one py) for 8 channels.
// workgroup_id: x blocks, y (channels/8)·2 + py, z picture.

override READ: u32;
override MARGIN: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> shape: Shape;

// The weights of even and odd columns within those of a row.
override EVEN: u32 = 16 * MARGIN;
override ODD: u32 = 16 - EVEN;

// Odd columns read one column further on than even ones; with the margin the same.
fn seen_by_odd(row: Row) -> Row {
  if (MARGIN == 1u) { return row; }
  return Row(row.middle, row.right, row.right);
}

// Adds one row of the two that a phase reads, whose weights begin at `weight`.
fn add_row(upper: ptr<function, Tile>, lower: ptr<function, Tile>, weight: u32, above: Row, below: Row) {
  accumulate(upper, lower, f32(weights[weight]), above.left, below.left);
  accumulate(upper, lower, f32(weights[weight + 8u]), above.middle, below.middle);
}

// Stores 8 pixels, or fewer at the end of a row: the last pair is then written again. (A branch for each costs seconds of
// compilation.)
fn store_pairs(even: ptr<function, Tile>, odd: ptr<function, Tile>, picture: u32, block: u32, row: u32, py: u32, column: u32) {
  let p1 = min(column + 1u, shape.w - 1u) - column;
  let p2 = min(column + 2u, shape.w - 1u) - column;
  let p3 = min(column + 3u, shape.w - 1u) - column;
  for (var k = 0u; k < 8u; k++) {
    let o = block * 8u + k;
    if (o < shape.out && row < shape.h) {
      let to = ((picture * shape.out + o) * 2u * shape.h + 2u * row + py) * 2u * shape.w + 2u * column;
      let v0 = vec2f((*even)[k].x, (*odd)[k].x);
      let v1 = select(v0, vec2f((*even)[k].y, (*odd)[k].y), p1 == 1u);
      let v2 = select(v1, vec2f((*even)[k].z, (*odd)[k].z), p2 == 2u);
      let v3 = select(v2, vec2f((*even)[k].w, (*odd)[k].w), p3 == 3u);
      y[to] = Stored(v0.x);
      y[to + 1u] = Stored(v0.y);
      y[to + 2u * p1] = Stored(v1.x);
      y[to + 2u * p1 + 1u] = Stored(v1.y);
      y[to + 2u * p2] = Stored(v2.x);
      y[to + 2u * p2 + 1u] = Stored(v2.y);
      y[to + 2u * p3] = Stored(v3.x);
      y[to + 2u * p3 + 1u] = Stored(v3.y);
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quads = (shape.w + 3u) / 4u;
  let row = (id.x / quads) * 2u;
  let column = (id.x % quads) * 4u;
  let picture = group.z;
  let py = group.y & 1u;
  let panel = group.y ^ MARGIN;
  let first_row = row + select(py, 0u, MARGIN == 1u) - 1u;

  // Even and odd output columns (2·column + 0, 2, 4, 6 and + 1, 3, 5, 7) from input rows `row` and `row` + 1.
  var even: array<Tile, 2>;
  var odd: array<Tile, 2>;
  for (var first = 0u; first < shape.into; first += shape.part) {
    var even_upper = Tile();
    var even_lower = Tile();
    var odd_upper = Tile();
    var odd_lower = Tile();
    for (var i = first; i < min(first + shape.part, shape.into); i++) {
      var style = PLAIN;
      if (MODULATE) { style = style_of(picture, shape.into, i); }
      let plane = (picture * shape.into + i) * (shape.h - MARGIN) * (shape.w - MARGIN);
      let weight = (panel * shape.into + i) * 64u + lane;
      let row0 = row_at(plane, first_row, column, style);
      let row1 = row_at(plane, first_row + 1u, column, style);
      let row2 = row_at(plane, first_row + 2u, column, style);
      add_row(&even_upper, &even_lower, weight + EVEN, row0, row1);
      add_row(&odd_upper, &odd_lower, weight + ODD, seen_by_odd(row0), seen_by_odd(row1));
      add_row(&even_upper, &even_lower, weight + 32u + EVEN, row1, row2);
      add_row(&odd_upper, &odd_lower, weight + 32u + ODD, seen_by_odd(row1), seen_by_odd(row2));
    }
    for (var k = 0u; k < 8u; k++) {
      even[0][k] += even_upper[k];
      even[1][k] += even_lower[k];
      odd[0][k] += odd_upper[k];
      odd[1][k] += odd_lower[k];
    }
  }
  store_pairs(&even[0], &odd[0], picture, group.y >> 1u, row, py, column);
  store_pairs(&even[1], &odd[1], picture, group.y >> 1u, row + 1u, py, column);
}
