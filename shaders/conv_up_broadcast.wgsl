// Transposed 4×4 convolution of stride 2, padding 1, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − 2r, X + 1 − 2s],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Output row Y = 2r + py reads the input rows r + py − 1 and r + py, columns likewise: each of the four output phases
// (py, px) is a 2×2 convolution, a quarter of the 4×4 weights.
// Layout: x [n, IN, H, W]; coefficients [n, 3, IN] (mean, a, b); weights packed as [OUT/8][py][IN][dy][px][dx][8] (pack.ts);
// y [n, OUT, 2H, 2W].
// Work: one invocation makes, from 4 columns of 2 input rows, 8 pixels of 2 output rows (one phase py) for 8 channels.
// workgroup_id: x pixels, y (channels/8)·2 + py, z picture. Weights are broadcast, and sums
// made of parts, as in conv3x3_broadcast.wgsl.
enable subgroups;

override MODULATE: bool;
override WORKGROUP: u32 = 16;

// Sizes are data, not overrides: lavapipe takes seconds to compile this kernel, and one serves all layers.
struct Shape { into: u32, out: u32, h: u32, w: u32, part: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;

alias Tile = array<vec4f, 8>;

// Four neighbouring pixels of a row, as the three columns of the kernel see them.
struct Row { left: vec4f, middle: vec4f, right: vec4f }

// How the styled map comes from the stored one: a·(x − mean) + b.
struct Style { mean: f32, a: f32, b: f32 }

// The styled map at (r, s); zero outside. Unsigned arithmetic makes −1 a large number, so one comparison serves.
fn tap(plane: u32, r: u32, s: u32, style: Style) -> f32 {
  let inside = r < shape.h && s < shape.w;
  return select(0.0, style.a * (x[select(0u, plane + r * shape.w + s, inside)] - style.mean) + style.b, inside);
}

fn row_at(plane: u32, r: u32, column: u32, style: Style) -> Row {
  let p0 = tap(plane, r, column - 1u, style);
  let p1 = tap(plane, r, column, style);
  let p2 = tap(plane, r, column + 1u, style);
  let p3 = tap(plane, r, column + 2u, style);
  let p4 = tap(plane, r, column + 3u, style);
  let p5 = tap(plane, r, column + 4u, style);
  return Row(vec4f(p0, p1, p2, p3), vec4f(p1, p2, p3, p4), vec4f(p2, p3, p4, p5));
}

// Adds one tap to all 8 channels of both rows; lane l of the subgroup holds the weight of channel l.
fn accumulate(upper: ptr<function, Tile>, lower: ptr<function, Tile>, lane_weight: f32, above: vec4f, below: vec4f) {
  let w0 = subgroupBroadcast(lane_weight, 0u);
  (*upper)[0] += w0 * above;
  (*lower)[0] += w0 * below;
  let w1 = subgroupBroadcast(lane_weight, 1u);
  (*upper)[1] += w1 * above;
  (*lower)[1] += w1 * below;
  let w2 = subgroupBroadcast(lane_weight, 2u);
  (*upper)[2] += w2 * above;
  (*lower)[2] += w2 * below;
  let w3 = subgroupBroadcast(lane_weight, 3u);
  (*upper)[3] += w3 * above;
  (*lower)[3] += w3 * below;
  let w4 = subgroupBroadcast(lane_weight, 4u);
  (*upper)[4] += w4 * above;
  (*lower)[4] += w4 * below;
  let w5 = subgroupBroadcast(lane_weight, 5u);
  (*upper)[5] += w5 * above;
  (*lower)[5] += w5 * below;
  let w6 = subgroupBroadcast(lane_weight, 6u);
  (*upper)[6] += w6 * above;
  (*lower)[6] += w6 * below;
  let w7 = subgroupBroadcast(lane_weight, 7u);
  (*upper)[7] += w7 * above;
  (*lower)[7] += w7 * below;
}

// Stores 8 pixels, or fewer at the end of a row: the last pair is then written again. (A branch for each costs seconds of
// compilation.)
fn store(even: ptr<function, Tile>, odd: ptr<function, Tile>, picture: u32, block: u32, row: u32, py: u32, column: u32) {
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
      y[to] = v0.x;
      y[to + 1u] = v0.y;
      y[to + 2u * p1] = v1.x;
      y[to + 2u * p1 + 1u] = v1.y;
      y[to + 2u * p2] = v2.x;
      y[to + 2u * p2 + 1u] = v2.y;
      y[to + 2u * p3] = v3.x;
      y[to + 2u * p3 + 1u] = v3.y;
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

  // Even and odd output columns (2·column + 0, 2, 4, 6 and + 1, 3, 5, 7) from input rows `row` and `row` + 1.
  var even: array<Tile, 2>;
  var odd: array<Tile, 2>;
  for (var first = 0u; first < shape.into; first += shape.part) {
    var even_upper = Tile();
    var even_lower = Tile();
    var odd_upper = Tile();
    var odd_lower = Tile();
    for (var i = first; i < min(first + shape.part, shape.into); i++) {
      var style = Style(0.0, 1.0, 0.0);
      if (MODULATE) {
        let from_style = 3u * picture * shape.into + i;
        style = Style(coefficients[from_style], coefficients[from_style + shape.into], coefficients[from_style + 2u * shape.into]);
      }
      let plane = (picture * shape.into + i) * shape.h * shape.w;
      let weight = (group.y * shape.into + i) * 64u + lane;
      let row0 = row_at(plane, row + py - 1u, column, style);
      let row1 = row_at(plane, row + py, column, style);
      let row2 = row_at(plane, row + py + 1u, column, style);
      accumulate(&even_upper, &even_lower, weights[weight], row0.left, row1.left);
      accumulate(&even_upper, &even_lower, weights[weight + 8u], row0.middle, row1.middle);
      accumulate(&odd_upper, &odd_lower, weights[weight + 16u], row0.middle, row1.middle);
      accumulate(&odd_upper, &odd_lower, weights[weight + 24u], row0.right, row1.right);
      accumulate(&even_upper, &even_lower, weights[weight + 32u], row1.left, row2.left);
      accumulate(&even_upper, &even_lower, weights[weight + 40u], row1.middle, row2.middle);
      accumulate(&odd_upper, &odd_lower, weights[weight + 48u], row1.middle, row2.middle);
      accumulate(&odd_upper, &odd_lower, weights[weight + 56u], row1.right, row2.right);
    }
    for (var k = 0u; k < 8u; k++) {
      even[0][k] += even_upper[k];
      even[1][k] += even_lower[k];
      odd[0][k] += odd_upper[k];
      odd[1][k] += odd_lower[k];
    }
  }
  store(&even[0], &odd[0], picture, group.y >> 1u, row, py, column);
  store(&even[1], &odd[1], picture, group.y >> 1u, row + 1u, py, column);
}
