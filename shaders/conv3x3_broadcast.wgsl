// 3×3 convolution, padding 1, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients [n, 3, IN] (mean, a, b); weights packed as [OUT/8][IN][3][3][8] (pack.ts);
// y [n, OUT, H, W]. The adjoint is the same kernel with weights flipped and transposed.
// Work: one invocation makes 4 pixels of each of 2 rows, for 8 output channels. workgroup_id: x pixels, y channels/8,
// z picture.
//
// Reading a weight at one address for all lanes costs lavapipe as much as reading 8 different ones, so each lane reads
// one of the 8 channels' weights and the others get it by broadcast (2.5 times as fast; docs/performance.md).
// PART input channels at a time are summed apart: 9·IN terms one after the other would lose half a digit, and an activation
// near zero whose sign is wrong changes the gradient visibly. (Tile(): without it lavapipe keeps the last part's values.)
// No branch depends on a pixel: lavapipe runs both sides of those, and keeps variables in memory across them.
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

// Adds one row of the kernel, whose weights begin at `weight`.
fn add_row(upper: ptr<function, Tile>, lower: ptr<function, Tile>, weight: u32, above: Row, below: Row) {
  accumulate(upper, lower, weights[weight], above.left, below.left);
  accumulate(upper, lower, weights[weight + 8u], above.middle, below.middle);
  accumulate(upper, lower, weights[weight + 16u], above.right, below.right);
}

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
      y[to] = v0;
      y[to + p1] = v1;
      y[to + p2] = v2;
      y[to + p3] = select(v2, (*sums)[k].w, p3 == 3u);
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

  var upper: Tile;
  var lower: Tile;
  for (var first = 0u; first < shape.into; first += shape.part) {
    var upper_part = Tile();
    var lower_part = Tile();
    for (var i = first; i < min(first + shape.part, shape.into); i++) {
      var style = Style(0.0, 1.0, 0.0);
      if (MODULATE) {
        let from_style = 3u * picture * shape.into + i;
        style = Style(coefficients[from_style], coefficients[from_style + shape.into], coefficients[from_style + 2u * shape.into]);
      }
      let plane = (picture * shape.into + i) * shape.h * shape.w;
      let weight = (group.y * shape.into + i) * 72u + lane;
      let row0 = row_at(plane, row - 1u, column, style);
      let row1 = row_at(plane, row, column, style);
      let row2 = row_at(plane, row + 1u, column, style);
      let row3 = row_at(plane, row + 2u, column, style);
      add_row(&upper_part, &lower_part, weight, row0, row1);
      add_row(&upper_part, &lower_part, weight + 24u, row1, row2);
      add_row(&upper_part, &lower_part, weight + 48u, row2, row3);
    }
    for (var k = 0u; k < 8u; k++) {
      upper[k] += upper_part[k];
      lower[k] += lower_part[k];
    }
  }
  store(&upper, picture, group.y, row, column);
  store(&lower, picture, group.y, row + 1u, column);
}
