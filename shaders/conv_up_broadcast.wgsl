// Transposed 4×4 convolution of stride 2, padding 1, for SIMD processors (subgroups of 8: lavapipe).
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − 2r, X + 1 − 2s],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Output row Y = 2r + py reads the input rows r + py − 1 and r + py, columns likewise: each of the four output phases
// (py, px) is a 2×2 convolution, a quarter of the 4×4 weights.
// Layout: x [n, IN, H, W]; coefficients [n, 3, IN] (mean, mean, a, b); weights packed as [OUT/8][py][IN][dy][px][dx][8] (pack.ts);
// y [n, OUT, 2H, 2W].
// Work: one invocation makes, from 4 input columns, 8 pixels of an output row for 8 channels.
// workgroup_id: x pixels, y (channels/8)·2 + py, z picture. Weights are broadcast, and sums
// made of parts, as in conv3x3_broadcast.wgsl.
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

fn tap(plane: u32, r: u32, s: u32, mean: f32, a: f32, b: f32) -> f32 {
  let inside = r < H && s < W;
  return select(0.0, a * (x[select(0u, plane + r * W + s, inside)] - mean) + b, inside);
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
  let py = group.y & 1u;

  var even: Tile; // output columns 2·column + 0, 2, 4, 6
  var odd: Tile;  // output columns 2·column + 1, 3, 5, 7
  for (var first = 0u; first < IN; first += PART) {
    var even_part = Tile();
    var odd_part = Tile();
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
      let weight = (group.y * IN + i) * 64u + lane;
      for (var dy = 0u; dy < 2u; dy++) {
        let r = row + py + dy - 1u;
        let p0 = tap(plane, r, column - 1u, mean, a, b);
        let p1 = tap(plane, r, column, mean, a, b);
        let p2 = tap(plane, r, column + 1u, mean, a, b);
        let p3 = tap(plane, r, column + 2u, mean, a, b);
        let p4 = tap(plane, r, column + 3u, mean, a, b);
        let p5 = tap(plane, r, column + 4u, mean, a, b);
        let left = vec4f(p0, p1, p2, p3);
        let middle = vec4f(p1, p2, p3, p4);
        let right = vec4f(p2, p3, p4, p5);
        accumulate(&even_part, weights[weight + dy * 32u], left);
        accumulate(&even_part, weights[weight + dy * 32u + 8u], middle);
        accumulate(&odd_part, weights[weight + dy * 32u + 16u], middle);
        accumulate(&odd_part, weights[weight + dy * 32u + 24u], right);
      }
    }
    for (var k = 0u; k < 8u; k++) {
      even[k] += even_part[k];
      odd[k] += odd_part[k];
    }
  }

  for (var k = 0u; k < 8u; k++) {
    let o = (group.y >> 1u) * 8u + k;
    if (o < OUT && row < H) {
      let to = ((picture * OUT + o) * 2u * H + 2u * row + py) * 2u * W + 2u * column;
      for (var p = 0u; p < 4u; p++) {
        if (column + p < W) {
          y[to + 2u * p] = even[k][p];
          y[to + 2u * p + 1u] = odd[k][p];
        }
      }
    }
  }
}
