//! use broadcast, broadcast-rows, map-read, lrelu, activate
// 3×3 convolution, padding 1, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients: lib/map-read.wgsl; weights packed as [OUT/8][IN][3][3][8] (pack.ts);
// y [n, OUT, H, W], with StyleGAN2's epilogue where ACTIVATE: lib/activate.wgsl. The adjoint is the same kernel with weights flipped and transposed.
// Work: one invocation makes 4 pixels of each of 2 rows, for 8 output channels. workgroup_id: x pixels, y channels/8,
// z picture.
// PART channels are summed apart, and weights broadcast: see lib/broadcast.wgsl.
override READ: u32;
override ACTIVATE: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
override WORKGROUP: u32;
const MARGIN = 0u;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> shape: Shape;
@group(0) @binding(5) var<storage, read> factor: array<f32>;
@group(0) @binding(6) var<storage, read> noise: array<f32>;
@group(0) @binding(7) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(8) var<storage, read> bias: array<f32>;

// Adds one row of the kernel, whose weights begin at `weight`.
fn add_row(upper: ptr<function, Tile>, lower: ptr<function, Tile>, weight: u32, above: Row, below: Row) {
  accumulate(upper, lower, f32(weights[weight]), above.left, below.left);
  accumulate(upper, lower, f32(weights[weight + 8u]), above.middle, below.middle);
  accumulate(upper, lower, f32(weights[weight + 16u]), above.right, below.right);
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
      var style = PLAIN;
      if (MODULATE) { style = style_of(picture, shape.into, i); }
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
  if (ACTIVATE) {
    let pixel = row * shape.w + column;
    for (var k = 0u; k < 8u; k++) {
      let o = group.y * 8u + k;
      upper[k] = activated(upper[k], picture, o, shape.out, pixel, shape.h * shape.w);
      lower[k] = activated(lower[k], picture, o, shape.out, pixel + shape.w, shape.h * shape.w);
    }
  }
  store(&upper, picture, group.y, row, column);
  store(&lower, picture, group.y, row + 1u, column);
}
