// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1, 2s + kx − 1];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].)
// Layout: x [n, IN, 2H, 2W]; weights packed as [OUT/8][IN][4][4][8] (pack.ts); y [n, OUT, H, W].
// Work: one invocation makes 4 pixels of a row for 8 channels. workgroup_id: x pixels, y channels/8, z picture.
// Weights are broadcast, and sums made of parts, as in conv3x3_broadcast.wgsl.
enable subgroups;

override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override PART: u32;
override WORKGROUP: u32 = 16;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

alias Tile = array<vec4f, 8>;

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let inside = r < 2u * H && s < 2u * W;
  return select(0.0, x[select(0u, plane + r * 2u * W + s, inside)], inside);
}

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
      let plane = (picture * IN + i) * 4u * H * W;
      let weight = (group.y * IN + i) * 128u + lane;
      for (var ky = 0u; ky < 4u; ky++) {
        let r = 2u * row + ky - 1u;
        let s = 2u * column - 1u;
        let p0 = tap(plane, r, s);
        let p1 = tap(plane, r, s + 1u);
        let p2 = tap(plane, r, s + 2u);
        let p3 = tap(plane, r, s + 3u);
        let p4 = tap(plane, r, s + 4u);
        let p5 = tap(plane, r, s + 5u);
        let p6 = tap(plane, r, s + 6u);
        let p7 = tap(plane, r, s + 7u);
        let p8 = tap(plane, r, s + 8u);
        let p9 = tap(plane, r, s + 9u);
        accumulate(&part, weights[weight + ky * 32u], vec4f(p0, p2, p4, p6));
        accumulate(&part, weights[weight + ky * 32u + 8u], vec4f(p1, p3, p5, p7));
        accumulate(&part, weights[weight + ky * 32u + 16u], vec4f(p2, p4, p6, p8));
        accumulate(&part, weights[weight + ky * 32u + 24u], vec4f(p3, p5, p7, p9));
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
