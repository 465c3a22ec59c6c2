// 3×3 convolution, padding 1, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients [n, 3, IN] (mean, a, b); weights packed as [OUT/8][IN][3][3][8] (pack.ts);
// y [n, OUT, H, W]. The adjoint is the same kernel with weights flipped and transposed.
// Work: one invocation makes 4 pixels of a row for 8 output channels. workgroup_id: x pixels, y channels/8, z picture.
//
// Reading a weight at one address for all lanes costs lavapipe as much as reading 8 different ones, so each lane reads
// one of the 8 channels' weights and the others get it by broadcast (2.5 times as fast; docs/performance.md).
// PART input channels at a time are summed apart: 9·IN terms one after the other would lose half a digit, and an activation
// near zero whose sign is wrong changes the gradient visibly. (Tile(): without it lavapipe keeps the last part's values.)
// No branch depends on a pixel: lavapipe runs both sides of those, and keeps variables in memory across them.
enable subgroups;

override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override MODULATE: bool;
override PART: u32;
override WORKGROUP: u32 = 16;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

alias Tile = array<vec4f, 8>;

// The modulated map at (r, s); zero outside. Unsigned arithmetic makes −1 a large number, so one comparison serves.
fn tap(plane: u32, r: u32, s: u32, mean: f32, a: f32, b: f32) -> f32 {
  let inside = r < H && s < W;
  return select(0.0, a * (x[select(0u, plane + r * W + s, inside)] - mean) + b, inside);
}

// Adds one tap of four pixels to all 8 channels; lane l of the subgroup holds the weight of channel l.
fn accumulate(sums: ptr<function, Tile>, lane_weight: f32, pixels: vec4f) {
  (*sums)[0] += subgroupBroadcast(lane_weight, 0u) * pixels;
  (*sums)[1] += subgroupBroadcast(lane_weight, 1u) * pixels;
  (*sums)[2] += subgroupBroadcast(lane_weight, 2u) * pixels;
  (*sums)[3] += subgroupBroadcast(lane_weight, 3u) * pixels;
  (*sums)[4] += subgroupBroadcast(lane_weight, 4u) * pixels;
  (*sums)[5] += subgroupBroadcast(lane_weight, 5u) * pixels;
  (*sums)[6] += subgroupBroadcast(lane_weight, 6u) * pixels;
  (*sums)[7] += subgroupBroadcast(lane_weight, 7u) * pixels;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quads = (W + 3u) / 4u;
  let row = id.x / quads;
  let column = (id.x % quads) * 4u;
  let picture = group.z;

  var sums: Tile;
  for (var first = 0u; first < IN; first += PART) {
    var part = Tile();
    for (var i = first; i < min(first + PART, IN); i++) {
      var mean = 0.0;
      var a = 1.0;
      var b = 0.0;
      if (MODULATE) {
        mean = coefficients[3u * picture * IN + i];
        a = coefficients[(3u * picture + 1u) * IN + i];
        b = coefficients[(3u * picture + 2u) * IN + i];
      }
      let plane = (picture * IN + i) * H * W;
      let weight = (group.y * IN + i) * 72u + lane;
      for (var ky = 0u; ky < 3u; ky++) {
        let r = row + ky - 1u;
        let p0 = tap(plane, r, column - 1u, mean, a, b);
        let p1 = tap(plane, r, column, mean, a, b);
        let p2 = tap(plane, r, column + 1u, mean, a, b);
        let p3 = tap(plane, r, column + 2u, mean, a, b);
        let p4 = tap(plane, r, column + 3u, mean, a, b);
        let p5 = tap(plane, r, column + 4u, mean, a, b);
        accumulate(&part, weights[weight + ky * 24u], vec4f(p0, p1, p2, p3));
        accumulate(&part, weights[weight + ky * 24u + 8u], vec4f(p1, p2, p3, p4));
        accumulate(&part, weights[weight + ky * 24u + 16u], vec4f(p2, p3, p4, p5));
      }
    }
    for (var k = 0u; k < 8u; k++) {
      sums[k] += part[k];
    }
  }

  for (var k = 0u; k < 8u; k++) {
    let o = group.y * 8u + k;
    if (o < OUT && row < H) {
      let to = ((picture * OUT + o) * H + row) * W + column;
      for (var p = 0u; p < 4u; p++) {
        if (column + p < W) { y[to + p] = sums[k][p]; }
      }
    }
  }
}
