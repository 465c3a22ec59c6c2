//! use dense
// The gradient of demodulate by the style: −style[i]·Σ_o squares[o, i]·g[o]·factor[o]³.
//
// Layout: g, factor [n, IN], IN being the number of o; weights, which are the squares, packed as [IN][OUT/4][4] (pack.ts); style,
// result [n, OUT]. Work: lib/dense.wgsl. workgroup_id: x results/(4·QUADS), z picture.
override IN: u32;
override OUT: u32;
override QUADS: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read> style: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn input_at(picture: u32, o: u32) -> f32 {
  let d = factor[picture * IN + o];
  return g[picture * IN + o] * (d * d * d);
}

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let quad = group.x * QUADS + local.x;
  let sum = dense(local, quad, group.z);
  if (local.y != 0u) { return; }
  for (var k = 0u; k < 4u; k++) {
    let i = quad * 4u + k;
    if (i < OUT) { result[group.z * OUT + i] = -style[group.z * OUT + i] * sum[k]; }
  }
}
