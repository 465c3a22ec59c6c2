//! use broadcast
// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1 + MARGIN, 2s + kx − 1 + MARGIN];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].)
// Layout: x [n, IN, 2(H + MARGIN), 2(W + MARGIN)]; weights packed as [OUT/8][IN][4][4][8] (pack.ts); y [n, OUT, H, W].
// Work: one invocation makes 4 pixels of a row for 8 channels. workgroup_id: x pixels, y channels/8, z picture.
override MARGIN: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;
@group(0) @binding(3) var<storage, read> shape: Shape;

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let across = 2u * (shape.w + MARGIN);
  let inside = r < 2u * (shape.h + MARGIN) && s < across;
  return select(0.0, f32(x[select(0u, plane + r * across + s, inside)]), inside);
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
  let quads = (shape.w + 3u) / 4u;
  let row = id.x / quads;
  let column = (id.x % quads) * 4u;
  let picture = group.z;

  var sums: Tile;
  for (var first = 0u; first < shape.into; first += shape.part) {
    var part = Tile();
    for (var i = first; i < min(first + shape.part, shape.into); i++) {
      let plane = (picture * shape.into + i) * 4u * (shape.h + MARGIN) * (shape.w + MARGIN);
      let weight = (group.y * shape.into + i) * 128u + lane;
      for (var ky = 0u; ky < 4u; ky++) {
        let r = 2u * row + ky + MARGIN - 1u;
        let s = 2u * column + MARGIN - 1u;
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
        accumulate(&part, f32(weights[weight + ky * 32u]), vec4f(p0, p2, p4, p6));
        accumulate(&part, f32(weights[weight + ky * 32u + 8u]), vec4f(p1, p3, p5, p7));
        accumulate(&part, f32(weights[weight + ky * 32u + 16u]), vec4f(p2, p4, p6, p8));
        accumulate(&part, f32(weights[weight + ky * 32u + 24u]), vec4f(p3, p5, p7, p9));
      }
    }
    for (var k = 0u; k < 8u; k++) {
      sums[k] += part[k];
    }
  }

  store(&sums, picture, group.y, row, column);
}
