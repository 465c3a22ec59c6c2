//! use dense
// What gives the results of a convolution with scaled inputs unit deviation again: (Σ_i squares[o, i]·style[i]² + EPSILON)^−½.
//
// Layout: style [n, IN]; weights, which are the squares, packed as [IN][OUT/4][4] (pack.ts); factor [n, OUT].
// Work: lib/dense.wgsl. workgroup_id: x results/(4·QUADS), z picture.
override IN: u32;
override OUT: u32;
override EPSILON: f32;
override QUADS: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> style: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> factor: array<f32>;

fn input_at(picture: u32, i: u32) -> f32 { return style[picture * IN + i] * style[picture * IN + i]; }

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let quad = group.x * QUADS + local.x;
  let sum = dense(local, quad, group.z);
  if (local.y != 0u) { return; }
  for (var k = 0u; k < 4u; k++) {
    let o = quad * 4u + k;
    if (o < OUT) { factor[group.z * OUT + o] = 1.0 / sqrt(sum[k] + EPSILON); }
  }
}
